"""What a log record says: whether it is kept, its session, and as a call of a model."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from builders import facts
from helicone_otel import otlp
from helicone_otel.errors import BadPayload, TooLarge
from helicone_otel.mapping import WANTED_LOG_ATTRIBUTES, read_log_record, resolve_together
from helicone_otel.model import (
    DecodedLogs,
    Encoding,
    KeptLogRecord,
    Kind,
    ModelCall,
    Role,
    SpanFacts,
    TraceFacts,
    Usage,
)
from helicone_otel.pricing import price
from otlp_logs import SPAN, TIME_NS, TRACE, claude_request, in_protobuf, log_record, logs_request

MIB = 1024 * 1024


def decoded(request: Mapping[str, Any], encoding: Encoding = Encoding.JSON) -> DecodedLogs:
    body = json.dumps(request).encode() if encoding is Encoding.JSON else in_protobuf(request)
    return otlp.decode_logs(body, encoding, wanted=WANTED_LOG_ATTRIBUTES, max_records=10)


def kept(record: Mapping[str, Any], **resource: object) -> KeptLogRecord | None:
    (read,) = decoded(logs_request(record, resource=resource)).records
    return read_log_record(read, price, otlp.log_identity)


def event_of(record: Mapping[str, Any]) -> SpanFacts:
    found = kept(record)
    assert found is not None
    assert found.event is not None
    return found.event


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_record_is_decoded_with_its_place_and_time(encoding: Encoding) -> None:
    request = logs_request(
        log_record("gen_ai.choice", {"gen_ai.system": "openai", "other": "x"}, trace_id=TRACE,
                   span_id=SPAN, body="said"),
        resource={"service.name": "app"},
    )  # fmt: skip
    (record,) = decoded(request, encoding).records
    assert (record.trace_id, record.span_id, record.time_ns) == (TRACE, SPAN, TIME_NS)
    assert (record.event_name, record.body_text) == ("gen_ai.choice", "said")
    assert (record.attributes, record.attribute_count) == ({"gen_ai.system": "openai"}, 2)
    assert record.origin.resource == {"service.name": "app"}
    assert record.origin.encoding is encoding


@pytest.mark.parametrize("trace_id", ["", "0" * 32, "abc"])
def test_an_id_that_is_none_is_absent(trace_id: str) -> None:
    (record,) = decoded(logs_request(log_record(trace_id=trace_id))).records
    assert record.trace_id is None


def test_a_record_without_a_time_has_that_of_its_observer() -> None:
    record = {**log_record(), "timeUnixNano": "0", "observedTimeUnixNano": "7"}
    assert decoded(logs_request(record)).records[0].time_ns == 7


def test_a_broken_record_costs_no_other() -> None:
    bad = {**log_record(), "timeUnixNano": "noon"}
    request = decoded(logs_request(log_record("a"), bad, log_record("b")))
    assert [record.event_name for record in request.records] == ["a", "b"]
    assert [rejection.index for rejection in request.rejections] == [1]


@pytest.mark.parametrize(
    ("body", "encoding"), [(b"\x0a\xff", Encoding.PROTOBUF), (b"{", Encoding.JSON)]
)
def test_what_is_no_request_is_refused(body: bytes, encoding: Encoding) -> None:
    with pytest.raises(BadPayload):
        otlp.decode_logs(body, encoding, wanted=WANTED_LOG_ATTRIBUTES, max_records=10)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_too_many_records_are_refused(encoding: Encoding) -> None:
    with pytest.raises(TooLarge, match="more than 10 log records"):
        decoded(logs_request(*[log_record()] * 11), encoding)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(log_record("gen_ai.user.message"), id="an event's name"),
        pytest.param(log_record(attributes={"event.name": "gen_ai.choice"}), id="an old name"),
        pytest.param(log_record("said", {"gen_ai.output.messages": "[]"}), id="an attribute"),
        pytest.param(log_record(body="claude_code.user_prompt"), id="a body"),
        pytest.param(log_record(attributes={"event.name": "codex.user_prompt"}), id="codex"),
        pytest.param(log_record(attributes={"event.name": "gemini_cli.tool_call"}), id="gemini"),
    ],
)
def test_what_says_something_of_model_calls_is_kept(record: Mapping[str, Any]) -> None:
    assert kept(record) is not None


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(log_record(), id="empty"),
        pytest.param(log_record("http.request", {"user.id": "ann"}), id="another event"),
        pytest.param(log_record(body="the gen_ai. part has started"), id="a text about it"),
        pytest.param(log_record(attributes={"session.id": "s"}), id="a session alone"),
    ],
)
def test_other_records_are_not(record: Mapping[str, Any]) -> None:
    assert kept(record) is None


@pytest.mark.parametrize(
    ("attributes", "resource", "session_id"),
    [
        ({"session.id": "run-1"}, {}, "run-1"),
        ({"event.name": "codex.user_prompt", "conversation.id": "run-1"}, {}, "run-1"),
        ({}, {"session.id": "run-1"}, "run-1"),
        ({"session.id": "run-1"}, {"session.id": "other"}, "run-1"),
        ({}, {}, None),
    ],
)
def test_a_record_names_its_session_as_a_span_does(
    attributes: Mapping[str, object], resource: Mapping[str, object], session_id: str | None
) -> None:
    found = kept(log_record(attributes={"event.name": "gen_ai.choice", **attributes}), **resource)
    assert found is not None
    assert found.session_id == session_id


def test_a_call_of_claude_code_has_all_input_and_the_cost_it_says() -> None:
    event = event_of(claude_request())
    call = event.call or ModelCall(operation="")
    assert (event.kind, event.marks, event.user_id) == (Kind.EVENT, ("event",), "ann")
    assert (call.provider, call.request_model) == ("anthropic", "claude-3-5-haiku-20241022")
    assert call.usage == Usage(
        input_tokens=239, output_tokens=5, cache_read_tokens=200, cache_write_tokens=30
    )
    assert call.cost is not None
    assert call.cost.nano_usd == 12_500_000
    assert (event.start_ns, event.end_ns) == (TIME_NS - 1_500_000_000, TIME_NS)


def test_a_call_of_codex_is_the_event_that_ends_its_stream() -> None:
    said = {"event.name": "codex.sse_event", "conversation.id": "c", "model": "gpt-4o"}
    usage = {
        "event.kind": "response.completed",
        "input_token_count": 11,
        "cached_token_count": 4,
        "output_token_count": 7,
        "reasoning_token_count": 3,
    }
    event = event_of(log_record(attributes={**said, **usage}))
    assert event.call is not None
    assert event.call.usage == Usage(
        input_tokens=11, output_tokens=7, cache_read_tokens=4, reasoning_tokens=3
    )
    other = kept(log_record(attributes={**said, "event.kind": "response.created"}))
    assert other is not None
    assert other.event is None


def test_thoughts_of_gemini_are_part_of_its_output() -> None:
    usage = {
        "input_token_count": 11,
        "output_token_count": 4,
        "thoughts_token_count": 3,
        "total_token_count": 18,
    }
    record = log_record(
        attributes={"event.name": "gemini_cli.api_response", "model": "gemini-2.5-pro", **usage}
    )
    call = event_of(record).call
    assert call is not None
    assert call.usage == Usage(input_tokens=11, output_tokens=7, reasoning_tokens=3)


def test_details_of_an_operation_are_a_call_by_the_conventions_keys() -> None:
    usage = {"gen_ai.usage.input_tokens": 11, "gen_ai.usage.output_tokens": 7}
    record = log_record("gen_ai.client.inference.operation.details", usage)
    call = event_of(record).call
    assert call is not None
    assert call.usage == Usage(input_tokens=11, output_tokens=7)


def test_a_message_with_usage_is_no_call_of_its_own() -> None:
    found = kept(log_record("gen_ai.choice", {"gen_ai.usage.output_tokens": 7}))
    assert found is not None
    assert found.event is None


def test_an_event_hangs_below_the_span_it_was_emitted_in() -> None:
    event = event_of({**claude_request(), "traceId": TRACE, "spanId": SPAN})
    assert (event.trace_id, event.parent_span_id) == (TRACE, SPAN)


def test_an_event_without_a_trace_is_a_trace_of_its_own_and_always_the_same() -> None:
    first, again, other = (event_of(claude_request(prompt=number)) for number in (1, 1, 2))
    assert (first.trace_id, first.span_id) == (again.trace_id, again.span_id)
    assert len({first.trace_id, other.trace_id}) == len({first.span_id, other.span_id}) == 2
    assert first.parent_span_id is None


@pytest.mark.parametrize("hostile", ["-1", "1e999", "nan", "9" * 400, "x", ""])
def test_numbers_that_are_none_do_no_harm(hostile: str) -> None:
    event = event_of(claude_request(duration_ms=hostile, cache_read_tokens=hostile))
    assert 0 <= event.start_ns <= event.end_ns


def test_records_of_one_call_are_one_call() -> None:
    first = event_of(claude_request(prompt=1, request_id="req_1"))
    again = event_of(claude_request(prompt=2, request_id="req_1"))
    assert (first.trace_id, first.span_id) == (again.trace_id, again.span_id)
    inside = event_of({**claude_request(request_id="req_1"), "traceId": TRACE, "spanId": SPAN})
    assert (inside.trace_id, inside.span_id) == (TRACE, first.span_id)


def span_of(kind: Kind = Kind.LLM, **named: str) -> SpanFacts:
    call = ModelCall(operation="chat", response_id=named.get("response_id"))
    return facts(1, kind=kind, call=call, request_id=named.get("request_id"))


def told(response_id: str) -> ModelCall:
    return ModelCall(operation="chat", response_id=response_id)


@pytest.mark.parametrize(
    ("event", "span", "is_covered"),
    [
        (facts(9, parent=1, kind=Kind.EVENT), span_of(), True),
        (facts(9, parent=1, kind=Kind.EVENT), span_of(Kind.AGENT), False),
        (facts(9, kind=Kind.EVENT), span_of(), False),
        (facts(9, kind=Kind.EVENT, request_id="r"), span_of(request_id="r"), True),
        (facts(9, kind=Kind.EVENT, call=told("c")), span_of(response_id="c"), True),
    ],
)
def test_an_event_is_covered_by_an_llm_span_of_the_same_call(
    event: SpanFacts, span: SpanFacts, *, is_covered: bool
) -> None:
    trace = TraceFacts(trace_id=TRACE, spans=[span], events=[event])
    (resolved,) = resolve_together([trace])
    roles = {placed.facts.kind: placed.role for placed in resolved.spans}
    assert roles[Kind.EVENT] is (Role.COVERED if is_covered else Role.COUNTED)


def test_each_llm_span_of_a_trace_covers_its_own_events() -> None:
    spans = [
        facts(1, kind=Kind.LLM, request_id="r1"),
        facts(2, kind=Kind.LLM, request_id="r2"),
        facts(3),
    ]
    events = [
        facts(9, parent=1, kind=Kind.EVENT),
        facts(10, kind=Kind.EVENT, request_id="r2"),
        facts(11, kind=Kind.EVENT, request_id="r3"),
    ]
    trace = TraceFacts(trace_id=TRACE, spans=spans, events=events)
    (resolved,) = resolve_together([trace])
    counted = [placed.facts for placed in resolved.spans if placed.role is Role.COUNTED]
    assert [event for event in counted if event.kind is Kind.EVENT] == events[2:]


def test_an_event_is_covered_by_a_span_of_another_trace() -> None:
    alone = facts(9, kind=Kind.EVENT, trace_id="e" * 32, call=told("c"))
    traces = [
        TraceFacts(trace_id=TRACE, spans=[span_of(response_id="c")]),
        TraceFacts(trace_id="e" * 32, spans=[], events=[alone]),
    ]
    resolved = resolve_together(traces)
    assert [len(trace.requests) for trace in resolved] == [1, 0]
    assert [trace.told_in for trace in resolved] == [{"e" * 32}, {TRACE}]
