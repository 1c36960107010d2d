"""The messages of a span over HTTP: of attributes, of log records, of the span that has them."""

from collections.abc import Mapping
from typing import Any

import pytest

from recordings import recording
from running import RunningServer


def first_request(server: RunningServer, name: str) -> Mapping[str, Any]:
    """Send a recording; return its first request about rivers."""
    found = recording(name)
    for body in found.traces:
        server.http.post("/v1/traces", json=body).raise_for_status()
    for body in found.logs:
        server.http.post("/v1/logs", json=body).raise_for_status()
    sessions = server.http.get("/api/sessions").json()["sessions"]
    first = min(sessions, key=lambda session: session["started_at"])
    requests = server.http.get(f"/api/sessions/{first['session_id']}/requests").json()
    request: Mapping[str, Any] = requests[0]
    return request


@pytest.mark.parametrize("name", ["openai-genai", "openai-genai-events", "anthropic-traceloop"])
def test_messages_are_told_wherever_they_were_put(server: RunningServer, name: str) -> None:
    request = first_request(server, name)
    messages = server.http.get(
        f"/api/spans/{request['trace_id']}/{request['span_id']}/messages"
    ).json()
    assert [message["role"] for message in messages["input"]] == ["user"]
    (answer,) = messages["output"]
    (part,) = answer["parts"]
    assert (part["type"], part["text"]) == ("text", "A short answer about rivers.")


def test_messages_of_an_unknown_span_are_not_found(server: RunningServer) -> None:
    answer = server.http.get(f"/api/spans/{'a' * 32}/{'b' * 16}/messages")
    assert answer.status_code == 404
    assert "There is no span" in answer.json()["error"]
