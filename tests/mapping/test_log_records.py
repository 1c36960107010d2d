"""A log record read as the span that it would have been."""

from collections.abc import Mapping

import pytest

from builders import NANO, TRACE, no_price, origin, span_id
from helicone_otel.mapping import read_log_record
from helicone_otel.model import (
    AttributeValue,
    KeptLogRecord,
    LogRecord,
    SpanFacts,
    Usage,
)

IDENTITY = bytes(range(32))
TIME_NS = 1_000_000 * NANO
CLAUDE: Mapping[str, AttributeValue] = {
    "event.name": "claude_code.api_request",
    "model": "claude-haiku-4-5",
    "input_tokens": 9,
    "output_tokens": 5,
}


def read(
    attributes: Mapping[str, AttributeValue],
    *,
    event_name: str = "",
    body_text: str = "",
    trace_id: str | None = TRACE,
    time_ns: int = TIME_NS,
) -> KeptLogRecord:
    record = LogRecord(
        trace_id=trace_id,
        span_id=span_id(1),
        time_ns=time_ns,
        event_name=event_name,
        body_text=body_text,
        attributes=attributes,
        attribute_count=len(attributes) + 1,
        origin=origin(),
        raw=b"record",
    )
    kept = read_log_record(record, no_price, lambda _: IDENTITY)
    assert kept is not None
    assert kept.record is record
    assert kept.identity == IDENTITY
    return kept


def event_of(attributes: Mapping[str, AttributeValue], *, time_ns: int = TIME_NS) -> SpanFacts:
    event = read(attributes, time_ns=time_ns).event
    assert event is not None
    return event


def test_an_event_is_a_child_of_the_span_it_was_emitted_in() -> None:
    event = event_of(CLAUDE)
    assert (event.trace_id, event.parent_span_id) == (TRACE, span_id(1))
    assert (event.span_id, event.name) == (IDENTITY.hex()[:16], "claude_code.api_request")
    assert (event.failed, event.status_message, event.attribute_count) == (False, "", 5)
    assert event.linked_trace_ids == ()


def test_an_event_that_names_its_call_has_the_same_ids_whoever_tells_it() -> None:
    named = {**CLAUDE, "gen_ai.response.id": "r"}
    event, again = event_of(named), event_of({**named, "other": 1}, time_ns=TIME_NS + 1)
    assert (event.trace_id, event.span_id) == (again.trace_id, again.span_id)
    assert len(event.span_id) == 16
    assert event.span_id != event_of(CLAUDE).span_id


def test_an_event_without_a_trace_has_no_parent() -> None:
    event = read(CLAUDE, trace_id=None).event
    assert event is not None
    assert (event.trace_id, event.parent_span_id) == (IDENTITY.hex()[-32:], None)


@pytest.mark.parametrize(
    ("duration_ms", "start_ns"),
    [
        pytest.param(None, TIME_NS, id="not told"),
        pytest.param(0, TIME_NS, id="none"),
        pytest.param(0.5, TIME_NS - 500_000, id="half a millisecond"),
        pytest.param(86_400_000, TIME_NS - 86_400 * NANO, id="a day"),
        pytest.param(86_400_001, TIME_NS, id="longer than a day"),
        pytest.param(-1, TIME_NS, id="less than nothing"),
    ],
)
def test_an_event_began_its_duration_before_it_was_told(
    duration_ms: float | None, start_ns: int
) -> None:
    event = event_of({**CLAUDE, "duration_ms": duration_ms})
    assert (event.start_ns, event.end_ns, event.marks) == (start_ns, TIME_NS, ("event",))


def test_an_event_longer_than_time_itself_has_no_start() -> None:
    event = event_of({**CLAUDE, "duration_ms": 1}, time_ns=5)
    assert (event.start_ns, event.end_ns) == (5, 5)


def test_cached_tokens_that_are_not_told_are_none() -> None:
    call = event_of(CLAUDE).call
    assert call is not None
    assert call.usage == Usage(input_tokens=9, output_tokens=5)


def test_a_key_of_the_conventions_is_heard_before_the_emitters_own() -> None:
    call = event_of({**CLAUDE, "gen_ai.request.model": "told twice"}).call
    assert call is not None
    assert (call.provider, call.request_model) == ("anthropic", "told twice")


@pytest.mark.parametrize(
    ("event_name", "attribute", "body", "name"),
    [
        pytest.param("a", "b", "codex.said\nmore", "codex.said", id="a body that is known"),
        pytest.param("a", "codex.said", "", "codex.said", id="an attribute that is known"),
        pytest.param("gen_ai.choice", "codex.said", "", "gen_ai.choice", id="the best of two"),
        pytest.param("a", "b", "c", "a", id="the best of none"),
        pytest.param("", "b", "c", "b", id="the next best"),
        pytest.param("", "", "c\nd", "c", id="the first line of a body"),
        pytest.param("", "", "", "", id="nothing"),
    ],
)
def test_a_record_is_named_by_what_its_emitter_is_known_by(
    event_name: str, attribute: str, body: str, name: str
) -> None:
    attributes = {"event.name": attribute, "gen_ai.request.model": "m"}
    assert read(attributes, event_name=event_name, body_text=body).event_name == name
