"""Put the spans of traces in their places and count their LLM requests."""

from collections import defaultdict
from collections.abc import Sequence

from ..model import LlmRequest, ResolvedSpan, ResolvedTrace, SpanFacts, TraceFacts
from ..settings import ImplicitSessions
from .calls import Calls
from .facts import Price
from .forest import Forest
from .places import places_of
from .requests import requests_of
from .together import put_together
from .trace_ranges import TraceRange


def resolve(
    spans: Sequence[SpanFacts],
    *,
    implicit: ImplicitSessions = ImplicitSessions.LLM,
    price: Price | None = None,
) -> ResolvedTrace:
    """Return the meaning of all *spans* of one trace; their order does not matter.

    *spans* must not be empty and hold each span id once. *price* is asked where a call's usage or
    model is known from several spans only.
    """
    trace = TraceFacts(trace_id=spans[0].trace_id, spans=spans)
    (resolved,) = resolve_together([trace], implicit=implicit, price=price)
    return resolved


def resolve_together(
    traces: Sequence[TraceFacts],
    *,
    implicit: ImplicitSessions = ImplicitSessions.LLM,
    price: Price | None = None,
) -> list[ResolvedTrace]:
    """Return the meaning of *traces* that may tell of the same calls, each call counted once."""
    together = put_together(traces, implicit)
    forest, calls, sessions = together.forest, together.calls, together.sessions
    places = places_of(forest, sessions.of_spans, calls.transports)
    resolved = [
        ResolvedSpan(
            facts=facts,
            session_id=session_id,
            path=place.path,
            role=role,
            session_name=place.session_name,
            user_id=place.user_id,
            properties=place.properties,
        )
        for facts, session_id, place, role in zip(
            forest.spans, sessions.of_spans, places, calls.roles, strict=True
        )
    ]
    requests = requests_of(forest, calls, resolved, sessions.standing, price)
    return _by_trace(together.traces, resolved, requests, _told_in(forest, calls))


def _by_trace(
    traces: Sequence[TraceRange],
    resolved: Sequence[ResolvedSpan],
    requests: Sequence[LlmRequest],
    told_in: defaultdict[str, set[str]],
) -> list[ResolvedTrace]:
    by_trace: defaultdict[str, list[LlmRequest]] = defaultdict(list)
    for request in requests:
        by_trace[request.trace_id].append(request)
    return [
        ResolvedTrace(
            trace_id=trace.trace_id,
            spans=resolved[trace.first : trace.end],
            requests=by_trace[trace.trace_id],
            missing_parents=trace.missing_parents,
            told_in=told_in[trace.trace_id],
            names_session=trace.names_session,
            linked_trace_id=trace.linked_trace_id,
        )
        for trace in traces
    ]


def _told_in(forest: Forest, calls: Calls) -> defaultdict[str, set[str]]:
    """Return for each trace the others that have spans of the same calls."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    groups = [(index, *twins) for index, twins in calls.twins.items()]
    for group in (*groups, *calls.covered.items()):
        trace_ids = {forest.spans[index].trace_id for index in group}
        for trace_id in trace_ids:
            found[trace_id] |= trace_ids - {trace_id}
    return found
