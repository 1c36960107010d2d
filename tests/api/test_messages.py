"""The messages of a span over HTTP: of attributes, of log records, of the span that has them."""

from collections.abc import Mapping
from typing import Any

import pytest

import otlp_json
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
    page = server.http.get(f"/api/sessions/{first['session_id']}/requests").json()
    request: Mapping[str, Any] = page["requests"][0]
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


def test_a_workflow_that_counts_as_a_request_tells_its_messages(server: RunningServer) -> None:
    said = '[{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}]'
    workflow: dict[str, str | int] = {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.input.messages": said,
    }
    span = otlp_json.span("a" * 32, "b" * 16, attributes=workflow)
    server.http.post("/v1/traces", json=otlp_json.request([span])).raise_for_status()
    (row,) = server.http.post("/v1/request/query", json={"filter": "all"}).json()["data"]
    assert row["request_body"]["messages"] == [{"role": "user", "content": "Hello"}]
