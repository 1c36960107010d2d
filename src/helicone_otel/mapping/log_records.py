"""What one log record says: whether it is worth keeping, where it belongs, and as a model call.

A record is read as the span it would have been, so that keys mean the same in both.
"""

import hashlib
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from .. import semconv
from ..model import (
    AttributeValue,
    KeptLogRecord,
    Kind,
    LogRecord,
    OtelSpanKind,
    SpanFacts,
    SpanRecord,
    Usage,
)
from .facts import Price, facts_of
from .log_emitters import DURATION_MS, EMITTERS, EVENT_NAME, GEN_AI, Emitter
from .values import as_count, as_number, as_text

EVENT = "event"
"""Mark of facts that come of a log record."""

_MS_NS = 1_000_000
_MAX_DURATION_MS = 24 * 3600 * 1000
_TRACE_ID_DIGITS, _SPAN_ID_DIGITS = 32, 16
_INPUT = "gen_ai.usage.input_tokens"
_CACHE_KEYS = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens")


def read_log_record(
    record: LogRecord, price: Price, identify: Callable[[LogRecord], bytes]
) -> KeptLogRecord | None:
    """Return what *record* says; `None` if it has no GenAI content and is of no known agent.

    The ids of an event are made of the digest that *identify* returns.
    """
    name = _event_name(record)
    emitter = next((known for known in EMITTERS if name.startswith(known.prefix)), None)
    if emitter is None and not any(key.startswith(GEN_AI) for key in record.attributes):
        return None
    identity = identify(record)
    facts = facts_of(_as_span(record, identity.hex(), name, emitter), price)
    is_call = _is_call(name, emitter) and _has_usage(facts)
    return KeptLogRecord(
        record=record,
        identity=identity,
        event_name=name,
        session_id=facts.claims[0].session_id if facts.claims else None,
        event=_event(facts, is_in_trace=record.trace_id is not None) if is_call else None,
    )


def _event(facts: SpanFacts, *, is_in_trace: bool) -> SpanFacts:
    """Return the record as a call, under ids that all records of that call get."""
    call_id = facts.request_id or (facts.call.response_id if facts.call else None)
    event = replace(facts, kind=Kind.EVENT, marks=(*facts.marks, EVENT))
    if call_id is None:
        return event
    identity = hashlib.sha256(call_id.encode()).hexdigest()
    trace_id = facts.trace_id if is_in_trace else identity[-_TRACE_ID_DIGITS:]
    return replace(event, trace_id=trace_id, span_id=identity[:_SPAN_ID_DIGITS])


def _event_name(record: LogRecord) -> str:
    """Return the name that an emitter is known by, else the best there is."""
    names = list(_names(record))
    known = (name for name in names for emitter in EMITTERS if name.startswith(emitter.prefix))
    return next(known, names[0] if names else "")


def _names(record: LogRecord) -> Iterator[str]:
    for name in (record.event_name, as_text(record.attributes.get(EVENT_NAME))):
        if name:
            yield name
    if record.body_text:
        yield record.body_text.partition("\n")[0]


def _is_call(name: str, emitter: Emitter | None) -> bool:
    return emitter is not None and name.removeprefix(emitter.prefix) in emitter.calls


def _has_usage(facts: SpanFacts) -> bool:
    return facts.call is not None and facts.call.usage not in (None, Usage())


def _as_span(record: LogRecord, identity: str, name: str, emitter: Emitter | None) -> SpanRecord:
    """Return the span that *record* would have been: a child of the one it was emitted in."""
    return SpanRecord(
        trace_id=record.trace_id or identity[-_TRACE_ID_DIGITS:],
        span_id=identity[:_SPAN_ID_DIGITS],
        parent_span_id=record.span_id if record.trace_id else None,
        name=name,
        kind=OtelSpanKind.CLIENT,
        start_ns=max(record.time_ns - _duration_ns(record), 0),
        end_ns=record.time_ns,
        status_code=0,
        status_message="",
        attributes=_canonical(record, emitter),
        attribute_count=record.attribute_count,
        events=(),
        linked_trace_ids=(),
        origin=record.origin,
        raw=record.raw,
    )


def _duration_ns(record: LogRecord) -> int:
    duration_ms = as_number(record.attributes.get(DURATION_MS)) or 0
    return round(duration_ms * _MS_NS) if 0 <= duration_ms <= _MAX_DURATION_MS else 0


def _canonical(record: LogRecord, emitter: Emitter | None) -> dict[str, AttributeValue]:
    """Return the attributes under the keys of the alias table; one already there stays."""
    attributes: dict[str, AttributeValue] = {semconv.GEN_AI_OPERATION_NAME: "chat"}
    if emitter is not None:
        if emitter.provider:
            attributes["gen_ai.provider.name"] = emitter.provider
        for key, canonical in emitter.keys.items():
            if key in record.attributes:
                attributes[canonical] = record.attributes[key]
    attributes |= record.attributes
    if emitter is not None and emitter.cache_is_apart and _INPUT in attributes:
        parts = (as_count(attributes.get(key)) or 0 for key in (_INPUT, *_CACHE_KEYS))
        attributes[_INPUT] = sum(parts)
    return attributes
