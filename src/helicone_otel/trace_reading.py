"""Put the spans of a stored trace in their places again: where questions about spans begin."""

from collections.abc import Iterable

from . import mapping, otlp
from .event_spans import span_of_event
from .mapping import ExplainedSpan
from .model import Kind, ResolvedTrace, SpanFacts, TraceFacts, WholeSpan
from .session_reference import session_id_of_trace
from .settings import ImplicitSessions
from .store import Snapshot


def resolve_trace(snapshot: Snapshot, trace_id: str) -> ResolvedTrace | None:
    """Return what a trace means; `None` if there is none."""
    resolved = resolve_around(snapshot, trace_id)
    return resolved[0] if resolved else None


def resolve_around(snapshot: Snapshot, trace_id: str) -> list[ResolvedTrace]:
    """Return what a trace means, then those that tell of the same calls; empty if there is none."""
    traces = snapshot.traces_together(trace_id)
    if not traces:
        return []
    return mapping.resolve_together(traces, implicit=_as_decided(snapshot, traces[0]))


def explain_trace(snapshot: Snapshot, trace_id: str) -> list[ExplainedSpan]:
    """Return why each span of a trace is where it is; empty if there is no such trace."""
    traces = snapshot.traces_together(trace_id)
    if not traces:
        return []
    explained = mapping.explain_together(traces, implicit=_as_decided(snapshot, traces[0]))
    return [why for why in explained if why.facts.trace_id == trace_id]


def open_events(snapshot: Snapshot, facts: Iterable[SpanFacts]) -> list[WholeSpan]:
    """Return those of *facts* that are log records as spans, with all they hold."""
    events = [event for event in facts if event.kind is Kind.EVENT]
    records = (snapshot.record_of_event(event.trace_id, event.span_id) for event in events)
    return [
        span_of_event(event, whole)
        for event, record in zip(events, records, strict=True)
        if record is not None
        for whole in otlp.open_log_records([record])
    ]


def _as_decided(snapshot: Snapshot, trace: TraceFacts) -> ImplicitSessions:
    """Whether a trace makes a session that it does not name was decided when it came."""
    sources = (trace.trace_id, trace.continues or trace.trace_id)
    implicit = {session_id_of_trace(source) for source in sources}
    is_made = not implicit.isdisjoint(snapshot.sessions_of_trace(trace.trace_id))
    return ImplicitSessions.ALL if is_made else ImplicitSessions.NONE
