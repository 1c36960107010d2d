"""Stored spans in their places again."""

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs

from . import mapping, otlp, semconv
from .model import ResolvedSpan, SessionSummary, SpanFacts, WholeSpan
from .settings import ImplicitSessions
from .store import Snapshot


def session_spans(snapshot: Snapshot, summary: SessionSummary) -> list[ResolvedSpan]:
    """Return the spans of a session, trace by trace, parents first."""
    return [
        span
        for trace_id in summary.trace_ids
        for span in placed_spans(snapshot, trace_id)
        if span.session_id == summary.session_id
    ]


def placed_spans(snapshot: Snapshot, trace_id: str) -> Sequence[ResolvedSpan]:
    """Return the spans of a trace in their places.

    Whether a trace that names no session makes one was decided when it came: if it does, that
    session is there.
    """
    placed = resolved(snapshot.facts_of_trace(trace_id))
    there = {None, *snapshot.sessions_of_trace(trace_id)}
    there |= {claim.session_id for span in placed for claim in span.facts.claims}
    if all(span.session_id in there for span in placed):
        return placed
    return [
        span if span.session_id in there else structs.replace(span, session_id=None)
        for span in placed
    ]


def resolved(facts: Sequence[SpanFacts]) -> Sequence[ResolvedSpan]:
    """Return the spans that say *facts* in their places; of none there are none."""
    return mapping.resolve(facts, implicit=ImplicitSessions.ALL).spans if facts else ()


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
