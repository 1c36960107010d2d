"""Which session each span is in: rules 1 to 6 of the mapping page, section 4."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from ..model import Kind, SessionClaim, SpanFacts, value
from ..session_reference import session_id_of_trace
from ..settings import ImplicitSessions
from .calls import Calls
from .forest import NO_PARENT, Forest
from .trace_ranges import TraceRange
from .transports import CallTransport

Claims = Sequence[SessionClaim | None]
"""For each span the claim that wins there by rules 1 and 2."""


@value
class Sessions:
    of_spans: Sequence[str | None]
    """In the forest's order."""
    standing: Mapping[int, int]
    """For a counted span with twins the position of the one that says where the call is."""


def sessions_of(
    forest: Forest,
    calls: Calls,
    claims: Claims,
    traces: Sequence[TraceRange],
    implicit: ImplicitSessions,
) -> Sessions:
    """Return which session each span is in, and where the calls are that have twins."""
    standing = _standing(forest, calls, claims, traces) if calls.twins else {}
    if None not in claims:
        return Sessions(of_spans=[c.session_id for c in claims if c], standing=standing)
    places = sorted(standing.get(index, index) for index in calls.counted)
    unassigned = [at for at in places if claims[at] is None]
    of_spans: list[str | None] = []
    for trace in traces:
        has_call = bisect_left(unassigned, trace.first) < bisect_left(unassigned, trace.end)
        rest = _session_of_the_rest(forest, trace, has_call=has_call, implicit=implicit)
        of_spans += [c.session_id if c else rest for c in claims[trace.first : trace.end]]
    return Sessions(of_spans=of_spans, standing=standing)


def nearest_claims(forest: Forest, transports: Mapping[int, CallTransport]) -> Claims:
    """Rules 1 and 2: the strongest claim on the span, its call's transport or an ancestor."""
    inherited: list[SessionClaim | None] = []
    nearest: list[SessionClaim | None] = []
    for index, (span, parent) in enumerate(zip(forest.spans, forest.parents, strict=True)):
        above = inherited[parent] if parent != NO_PARENT else None
        claim = _stronger(span.claims[0], above) if span.claims else above
        inherited.append(claim)
        if span.kind is Kind.LLM and index in transports:
            own = span.claims[0] if span.claims else None
            claim = _stronger(_stronger(own, transports[index].claim), above)
        nearest.append(claim)
    return nearest


def explicit_ids(
    forest: Forest, claims: Claims, traces: Sequence[TraceRange]
) -> Sequence[str | None]:
    """Return for each span the session that somebody named, by rules 1 to 3.

    What is in one trace alone is near enough without, and is not looked at.
    """
    if len(traces) == 1:
        return [None] * len(claims)
    ids: list[str | None] = []
    for trace in traces:
        only = _only_claim(forest, trace)
        known = [claim or only for claim in claims[trace.first : trace.end]]
        ids += [claim.session_id if claim else None for claim in known]
    return ids


def _standing(
    forest: Forest, calls: Calls, claims: Claims, traces: Sequence[TraceRange]
) -> dict[int, int]:
    """Return by call its span with the strongest reference; of equal ones the outermost."""
    only: list[SessionClaim | None] = []
    for trace in traces:
        only += [_only_claim(forest, trace)] * (trace.end - trace.first)

    def rank(at: int) -> tuple[int, bool]:
        named = claims[at] or only[at]
        sent = calls.transports[at].referring if at in calls.transports else None
        has_path = forest.spans[at].path or (sent and sent.path)
        return named.strength if named else 0, bool(has_path)

    return {index: max((*reversed(twins), index), key=rank) for index, twins in calls.twins.items()}


def _stronger(near: SessionClaim | None, far: SessionClaim | None) -> SessionClaim | None:
    if near is None or far is None:
        return near or far
    return far if far.strength > near.strength else near


def _session_of_the_rest(
    forest: Forest, trace: TraceRange, *, has_call: bool, implicit: ImplicitSessions
) -> str | None:
    """Rules 3 to 6: the session of the spans that nothing on or above them assigns."""
    strongest = strongest_claims(forest.spans[trace.first : trace.end])
    if len({claim.session_id for claim in strongest}) == 1:
        return strongest[0].session_id
    if implicit is ImplicitSessions.NONE:
        return None
    if strongest:
        return session_id_of_trace(trace.trace_id) if has_call else None
    if has_call or implicit is ImplicitSessions.ALL:
        return session_id_of_trace(trace.continues)
    return None


def _only_claim(forest: Forest, trace: TraceRange) -> SessionClaim | None:
    """Return the claim of rule 3, if it applies to the trace."""
    strongest = strongest_claims(forest.spans[trace.first : trace.end])
    return strongest[0] if len({claim.session_id for claim in strongest}) == 1 else None


def strongest_claims(spans: Sequence[SpanFacts]) -> list[SessionClaim]:
    """Return the strongest claims of a trace's spans; log records speak for themselves only."""
    claims = [claim for span in spans if span.kind is not Kind.EVENT for claim in span.claims]
    strength = max((claim.strength for claim in claims), default=None)
    return [claim for claim in claims if claim.strength == strength]
