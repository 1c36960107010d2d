"""Which session each span of a trace is in: rules 1 to 6 of the mapping page, section 4."""

from collections.abc import Mapping, Sequence

from ..model import Kind, SessionClaim, value
from ..session_reference import session_id_of_trace
from ..settings import ImplicitSessions
from .calls import Calls
from .forest import NO_PARENT, Forest
from .transports import CallTransport


@value
class Sessions:
    of_spans: Sequence[str | None]
    """In the forest's order."""
    standing: Mapping[int, int]
    """For a counted span with twins the position of the one that says where the call is."""


def sessions_of(forest: Forest, calls: Calls, implicit: ImplicitSessions) -> Sessions:
    """Return which session each span is in, and where the calls are that have twins."""
    claims = _nearest_claims(forest, calls.transports)
    standing = _standing(forest, calls, claims) if calls.twins else {}
    if None not in claims:
        return Sessions(of_spans=[c.session_id for c in claims if c], standing=standing)
    unassigned_call = any(claims[standing.get(index, index)] is None for index in calls.counted)
    rest = _session_of_the_rest(forest, unassigned_call=unassigned_call, implicit=implicit)
    return Sessions(of_spans=[c.session_id if c else rest for c in claims], standing=standing)


def _standing(
    forest: Forest, calls: Calls, claims: Sequence[SessionClaim | None]
) -> dict[int, int]:
    """Return by call its span with the strongest reference; of equal ones the outermost."""
    only = _strength_of_the_only_id(forest)

    def rank(at: int) -> tuple[int, bool]:
        claim, span = claims[at], forest.spans[at]
        sent = calls.transports[at].referring if at in calls.transports else None
        return claim.strength if claim else only, bool(span.path or (sent and sent.path))

    return {index: max((*reversed(twins), index), key=rank) for index, twins in calls.twins.items()}


def _nearest_claims(
    forest: Forest, transports: Mapping[int, CallTransport]
) -> list[SessionClaim | None]:
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


def _stronger(near: SessionClaim | None, far: SessionClaim | None) -> SessionClaim | None:
    if near is None or far is None:
        return near or far
    return far if far.strength > near.strength else near


def _session_of_the_rest(
    forest: Forest, *, unassigned_call: bool, implicit: ImplicitSessions
) -> str | None:
    """Rules 3 to 6: the session of the spans that nothing on or above them assigns."""
    strongest = _strongest_ids(forest)
    if len(strongest) == 1:
        return next(iter(strongest))
    if implicit is ImplicitSessions.NONE:
        return None
    if strongest:
        return session_id_of_trace(forest.spans[0].trace_id) if unassigned_call else None
    if unassigned_call or implicit is ImplicitSessions.ALL:
        return session_id_of_trace(_continued_trace(forest))
    return None


def _continued_trace(forest: Forest) -> str:
    """Return the one other trace that the earliest root has links to, else the trace itself.

    Message-driven agents make one run of many linked traces.
    """
    trace_id = forest.spans[0].trace_id
    roots = (
        s for s, parent in zip(forest.spans, forest.parents, strict=True) if parent == NO_PARENT
    )
    root = min(roots, key=lambda span: (span.start_ns, span.span_id))
    linked = set(root.linked_trace_ids) - {trace_id}
    return linked.pop() if len(linked) == 1 else trace_id


def _strength_of_the_only_id(forest: Forest) -> int:
    """Return how strong rule 3 is in this trace; 0 if it does not apply."""
    if len(_strongest_ids(forest)) != 1:
        return 0
    return max(claim.strength for span in forest.spans for claim in span.claims)


def _strongest_ids(forest: Forest) -> set[str]:
    claims = [claim for span in forest.spans for claim in span.claims]
    strength = max((claim.strength for claim in claims), default=None)
    return {claim.session_id for claim in claims if claim.strength == strength}
