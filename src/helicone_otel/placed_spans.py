"""Stored spans in their places again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from . import otlp, semconv
from .model import ResolvedSpan, SessionSummary, WholeSpan
from .session_calls import key_of
from .session_trace import PlacedSpan
from .store import Snapshot
from .trace_reading import open_events, resolve_trace


def session_spans(snapshot: Snapshot, summary: SessionSummary) -> list[ResolvedSpan]:
    """Return the spans of a session, trace by trace, parents first."""
    return [
        span
        for trace_id in summary.trace_ids
        for span in placed_spans(snapshot, trace_id)
        if span.session_id == summary.session_id
    ]


def placed_spans(snapshot: Snapshot, trace_id: str) -> Sequence[ResolvedSpan]:
    """Return the spans of a trace in their places, and the log records that are calls."""
    resolved = resolve_trace(snapshot, trace_id)
    return resolved.spans if resolved else ()


def opened_spans(snapshot: Snapshot, places: Iterable[ResolvedSpan]) -> list[PlacedSpan]:
    """Return spans, and log records that are calls, with all they hold; in start order."""
    by_key = {key_of(place): place for place in places}
    received = [
        span
        for trace_id in dict.fromkeys(trace_id for trace_id, _ in by_key)
        for span in snapshot.received_spans(trace_id)
        if (trace_id, span.facts.span_id) in by_key
    ]
    wholes = otlp.open_spans(received)
    wholes += open_events(snapshot, (place.facts for place in by_key.values()))
    placed = [
        PlacedSpan(place=by_key[whole.trace_id, whole.span_id], whole=whole) for whole in wholes
    ]
    return sorted(placed, key=lambda span: span.place.facts.start_ns)


def spans_with_sessions(snapshot: Snapshot, trace_id: str) -> list[WholeSpan]:
    """Return the spans of a trace, each with its session among its attributes."""
    sessions = {
        place.facts.span_id: {
            semconv.ATTR_SESSION_ID: place.session_id,
            semconv.ATTR_SESSION_PATH: place.path,
        }
        for place in placed_spans(snapshot, trace_id)
        if place.session_id is not None
    }
    return [
        replace(span, attributes={**span.attributes, **sessions.get(span.span_id, {})})
        for span in otlp.open_spans(snapshot.received_spans(trace_id))
    ]
