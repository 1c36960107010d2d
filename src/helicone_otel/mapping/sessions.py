"""Which session each span of a trace is in: rules 1 to 6 of the mapping page, section 4."""

from collections.abc import Sequence

from ..model import Kind, Role, SessionClaim
from ..session_reference import session_id_of_trace
from ..settings import ImplicitSessions
from .forest import NO_PARENT, Forest
from .transports import CallTransport


def sessions_of(
    forest: Forest,
    roles: Sequence[Role],
    transports: Sequence[CallTransport],
    implicit: ImplicitSessions,
) -> list[str | None]:
    """Return each span's session id, in the forest's order."""
    claims = _nearest_claims(forest, transports)
    rest = _session_of_the_rest(forest, roles, claims, implicit)
    return [claim.session_id if claim else rest for claim in claims]


def _nearest_claims(
    forest: Forest, transports: Sequence[CallTransport]
) -> list[SessionClaim | None]:
    """Rules 1 and 2: the strongest claim on the span, its call's transport or an ancestor."""
    inherited: list[SessionClaim | None] = []
    nearest: list[SessionClaim | None] = []
    for index, span in enumerate(forest.spans):
        parent = forest.parents[index]
        above = inherited[parent] if parent != NO_PARENT else None
        own = span.claims[0] if span.claims else None
        inherited.append(_stronger(own, above))
        sent = transports[index].claim if span.kind is Kind.LLM else None
        nearest.append(_stronger(_stronger(own, sent), above))
    return nearest


def _stronger(near: SessionClaim | None, far: SessionClaim | None) -> SessionClaim | None:
    if near is None or far is None:
        return near or far
    return far if far.strength > near.strength else near


def _session_of_the_rest(
    forest: Forest,
    roles: Sequence[Role],
    claims: Sequence[SessionClaim | None],
    implicit: ImplicitSessions,
) -> str | None:
    """Rules 3 to 6: the session of the spans that nothing on or above them assigns."""
    strongest = _strongest_ids(forest)
    if len(strongest) == 1:
        return next(iter(strongest))
    if implicit is ImplicitSessions.NONE:
        return None
    unassigned_request = any(
        claim is None and role is Role.COUNTED for claim, role in zip(claims, roles, strict=True)
    )
    if unassigned_request or (implicit is ImplicitSessions.ALL and not strongest):
        return session_id_of_trace(forest.spans[0].trace_id)
    return None


def _strongest_ids(forest: Forest) -> set[str]:
    claims = [claim for span in forest.spans for claim in span.claims]
    strength = max((claim.strength for claim in claims), default=None)
    return {claim.session_id for claim in claims if claim.strength == strength}
