"""Calls that only log records tell of are LLM requests like others, each counted once."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

import otlp_json
from otlp_logs import TIME_NS, claude_request, log_record, logs_request
from running import RunningServer

SESSION, TRACE, AGENT, CALL = "claude-1", "a" * 32, "1" * 16, "2" * 16
Json = Mapping[str, Any]


def send(server: RunningServer, request: Json) -> None:
    wire = "logs" if "resourceLogs" in request else "traces"
    httpx.post(f"{server.url}/v1/{wire}", json=request).raise_for_status()


def get(server: RunningServer, path: str) -> Any:  # noqa: ANN401 - any JSON
    answer = httpx.get(f"{server.url}/api/{path}")
    answer.raise_for_status()
    return answer.json()


def logged(*records: Json) -> Json:
    return logs_request(*records, resource={"service.name": "claude-code"})


def traced() -> Json:
    """Return what Claude Code traces of the request `req_1`."""
    said: dict[str, str | int | float] = {"session.id": SESSION}
    call: dict[str, str | int | float] = {
        **said,
        "model": "claude-3-5-haiku-20241022",
        "input_tokens": 9,
        "output_tokens": 5,
        "request_id": "req_1",
    }
    spans = [
        otlp_json.span(TRACE, AGENT, name="claude_code.interaction", attributes=said),
        otlp_json.span(TRACE, CALL, name="claude_code.llm_request", parent=AGENT, attributes=call),
    ]
    return otlp_json.request(spans)


def test_log_records_alone_are_a_session(server: RunningServer) -> None:
    send(server, logged(claude_request(request_id="req_1"), claude_request(request_id="req_2")))
    (session,) = get(server, "sessions")["sessions"]
    assert (session["session_id"], session["name"], session["requests"]) == (
        SESSION,
        "claude-code",
        2,
    )
    assert (session["prompt_tokens"], session["cost_usd"]) == (2 * 239, 0.025)
    assert session["spans"] == 0


def test_a_call_logged_twice_is_one(server: RunningServer) -> None:
    again = {**claude_request(request_id="req_1"), "timeUnixNano": str(TIME_NS + 5)}
    send(server, logged(claude_request(request_id="req_1")))
    send(server, logged(again))
    assert len(get(server, f"sessions/{SESSION}/requests")["requests"]) == 1


@pytest.mark.parametrize("order", range(6))
def test_a_call_that_a_span_tells_too_is_counted_once_in_any_order(
    server: RunningServer, order: int
) -> None:
    arriving: Sequence[Json] = [
        logged(claude_request(request_id="req_1")),
        logged(claude_request(request_id="req_2")),
        traced(),
    ]
    for request in random.Random(order).sample(arriving, k=3):
        send(server, request)
    assert len(get(server, f"sessions/{SESSION}/requests")["requests"]) == 2


def test_a_record_in_a_span_is_counted_where_the_span_is(server: RunningServer) -> None:
    inside = {**claude_request(), "traceId": TRACE, "spanId": AGENT}
    agent = otlp_json.span(
        TRACE, AGENT, name="plan", attributes={"helicone.session.id": SESSION, "x": 1}
    )
    send(server, logged(inside))
    send(server, otlp_json.request([agent]))
    (request,) = get(server, f"sessions/{SESSION}/requests")["requests"]
    assert (request["path"], request["trace_id"]) == ("/plan", TRACE)


def test_a_call_of_a_log_record_can_be_looked_at_as_a_span(server: RunningServer) -> None:
    said = {
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
        "session.id": SESSION,
        "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]',
    }
    send(server, logged(log_record("gen_ai.client.inference.operation.details", said)))
    (request,) = get(server, f"sessions/{SESSION}/requests")["requests"]
    place = f"spans/{request['trace_id']}/{request['span_id']}"
    assert get(server, place)["attributes"]["gen_ai.usage.input_tokens"] == 7
    (message,) = get(server, f"{place}/messages")["input"]
    assert message["parts"][0]["text"] == "Hi"
    (turn,) = get(server, f"sessions/{SESSION}/messages")["messages"]
    assert turn["parts"][0]["text"] == "Hi"
    names = [
        span["name"]
        for of in get(server, f"sessions/{SESSION}/trace")["resourceSpans"]
        for scope in of["scopeSpans"]
        for span in scope["spans"]
    ]
    assert "gen_ai.client.inference.operation.details" in names


def test_what_a_log_record_tells_of_a_call_can_be_searched_for(server: RunningServer) -> None:
    said = {
        "gen_ai.usage.input_tokens": 7,
        "session.id": SESSION,
        "gen_ai.input.messages": '[{"role": "user", "content": "Ahoy"}]',
    }
    send(server, logged(log_record("gen_ai.client.inference.operation.details", said)))
    server.store.catch_up()
    found = [get(server, f"sessions?search={text}")["sessions"] for text in ("ahoy", "farewell")]
    assert [len(sessions) for sessions in found] == [1, 0]


def test_why_a_log_record_is_not_counted_is_explained(server: RunningServer) -> None:
    send(server, logged({**claude_request(request_id="req_1"), "traceId": TRACE, "spanId": CALL}))
    send(server, traced())
    spans = get(server, f"explain/{SESSION}")["spans"]
    (event,) = (span for span in spans if span["kind"] == "event")
    assert event["role"] == "covered"
    assert event["calls"] == [{"trace_id": TRACE, "span_id": CALL}]


def test_what_is_deleted_with_a_session_does_not_come_back(server: RunningServer) -> None:
    send(server, logged(claude_request(request_id="req_1")))
    send(server, traced())
    httpx.delete(f"{server.url}/api/sessions/{SESSION}").raise_for_status()
    assert get(server, "sessions")["sessions"] == []
    send(server, logged(claude_request(request_id="req_9", session_id="claude-2")))
    assert [s["session_id"] for s in get(server, "sessions")["sessions"]] == ["claude-2"]
