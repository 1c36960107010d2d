"""What the API says of itself."""

from typing import Any

from running import RunningServer

METHODS = {"get", "post", "put", "delete"}


def test_every_question_and_parameter_is_described(server: RunningServer) -> None:
    paths: dict[str, Any] = server.http.get("/openapi.json").json()["paths"]
    operations = [
        (f"{method} {path}", operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    assert len(operations) > 40
    for name, operation in operations:
        if operation.get("tags") != ["operations"]:
            assert operation.get("description"), name
        for parameter in operation.get("parameters", ()):
            said = parameter.get("description") or parameter["schema"].get("description")
            assert said, (name, parameter["name"])
