"""How Helicone's API says no: its envelope, and its 422 with a path for every mistake."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from ..errors import HeliconeOtelError


class InvalidTimezoneDifference(HeliconeOtelError):
    """The time zone difference is not within a day."""


class HeliconeRoute(APIRoute):
    """A route whose errors have Helicone's shapes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return _refusal(error)
            except InvalidTimezoneDifference as error:
                return failure(500, str(error))

        return answer


def failure(status: int, message: str) -> Response:
    return JSONResponse({"data": None, "error": message}, status_code=status)


def _refusal(error: RequestValidationError) -> Response:
    mistakes = error.errors()
    for mistake in mistakes:
        if mistake["type"] == "json_invalid":
            reason = mistake.get("ctx", {}).get("error", "")
            return failure(400, f"The body is not valid JSON: {reason}".rstrip(": "))
    details = {_path(mistake["loc"]): _detail(mistake) for mistake in mistakes}
    return JSONResponse({"message": "Validation Failed", "details": details}, status_code=422)


def _path(location: tuple[str | int, ...]) -> str:
    # A union's error names the members that were tried; the field is what the caller knows.
    path = ["requestBody", *(str(piece) for piece in location[1:])]
    return "requestBody.filter" if path[1:2] == ["filter"] else ".".join(path)


def _detail(mistake: dict[str, Any]) -> dict[str, object]:
    field = mistake["loc"][-1] if len(mistake["loc"]) > 1 else "requestBody"
    match mistake["type"]:
        case "missing":
            return {"message": f"'{field}' is required"}
        case "extra_forbidden" if "filter" not in mistake["loc"]:
            message = f'"{field}" is an excess property and therefore is not allowed'
            return {"message": message, "value": field}
        case _ if "filter" in mistake["loc"]:
            message = 'Could not match the union against any of the items: use "all" or {}'
            return {"message": message}
        case _:
            return {"message": mistake["msg"], "value": mistake.get("input")}
