"""Why each span of a trace is in its session, and why it was counted or not."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from ..model import Kind, Role, SessionClaim, SpanFacts, value
from ..settings import ImplicitSessions
from .calls import Calls, calls_of, wrappers_of
from .facts import Price
from .filling import filled_calls
from .forest import NO_PARENT, Forest, forest_of
from .recognition import recognise
from .sessions import sessions_of

AGGREGATE = "aggregate"
"""Mark of a call that only an agent's or workflow's sum tells of."""


class Rule(StrEnum):
    """Which rule gave a span its session."""

    OWN = "own"
    TRANSPORT = "transport"
    """What was sent for the call names it."""
    ANCESTOR = "ancestor"
    ONLY_ID = "only id"
    """Nothing on or above the span names one, and the trace names one only."""
    IMPLICIT = "implicit"
    """It is made of a trace id, because a counted call would be in no session else."""
    NONE = "none"


@value
class SaidClaim:
    span_id: str
    claim: SessionClaim


@value
class ExplainedSpan:
    """One span, with what decided over it."""

    span_id: str
    session_id: str | None
    rule: Rule
    said: SaidClaim | None
    """Which key on which span gave the session; `None` if no key did."""
    conflicts: Sequence[SaidClaim]
    """What was said here or inherited, names another session and gave way."""
    role: Role
    reason: str
    calls: Sequence[str]
    """Span ids of the counted calls that it belongs to."""
    marks: Sequence[str]
    """What was corrected, or filled in from other spans."""


def explain(
    spans: Sequence[SpanFacts],
    *,
    implicit: ImplicitSessions = ImplicitSessions.LLM,
    price: Price | None = None,
) -> list[ExplainedSpan]:
    """Return why `resolve` puts *spans* of one trace where it does, parents first."""
    recognition = recognise(forest_of(spans))
    forest = recognition.forest
    calls = calls_of(forest, recognition.sums)
    sessions = sessions_of(forest, calls, implicit)
    filled = filled_calls(forest, calls, price)
    belonging = _belonging(forest, calls)
    only = next((said for said in _strongest(forest)), None)
    explained: list[ExplainedSpan] = []
    for index, heard in enumerate(_heard(forest, calls)):
        span, session_id = forest.spans[index], sessions.of_spans[index]
        said = heard.said
        rule = heard.rule
        if said is None and session_id is not None:
            is_only = only is not None and only.claim.session_id == session_id
            rule, said = (Rule.ONLY_ID, only) if is_only else (Rule.IMPLICIT, None)
        facts = filled[index].facts if index in filled else span
        explained.append(
            ExplainedSpan(
                span_id=span.span_id,
                session_id=session_id,
                rule=rule,
                said=said,
                conflicts=[lost for lost in heard.lost if lost.claim.session_id != session_id],
                role=calls.roles[index],
                reason=_reason(span, calls.roles[index], is_sum=index in calls.sums),
                calls=[forest.spans[at].span_id for at in belonging.get(index, ())],
                marks=(*facts.marks, AGGREGATE) if index in calls.sums else facts.marks,
            )
        )
    return explained


@value
class _Heard:
    said: SaidClaim | None
    rule: Rule
    lost: Sequence[SaidClaim]


def _heard(forest: Forest, calls: Calls) -> Iterator[_Heard]:
    """Yield for each span, in the forest's order, the claim that wins there by rules 1 and 2."""
    inherited: list[SaidClaim | None] = []
    for index, span in enumerate(forest.spans):
        parent = forest.parents[index]
        above = inherited[parent] if parent != NO_PARENT else None
        own = [SaidClaim(span_id=span.span_id, claim=claim) for claim in span.claims]
        sent = _sent(calls, index) if span.kind is Kind.LLM else []
        heard = [*own, *sent, *([above] if above else [])]
        winner = max(heard, key=lambda said: said.claim.strength, default=None)
        inherited.append(max([*own, *([above] if above else [])], key=_strength, default=None))
        if winner is None:
            rule = Rule.NONE
        elif winner.span_id == span.span_id:
            rule = Rule.OWN
        else:
            rule = Rule.TRANSPORT if winner in sent else Rule.ANCESTOR
        yield _Heard(said=winner, rule=rule, lost=[said for said in heard if said is not winner])


def _sent(calls: Calls, index: int) -> list[SaidClaim]:
    claiming = calls.transports[index].claiming if index in calls.transports else None
    if claiming is None:
        return []
    return [SaidClaim(span_id=claiming.span_id, claim=claim) for claim in claiming.claims]


def _strength(said: SaidClaim) -> int:
    return said.claim.strength


def _strongest(forest: Forest) -> list[SaidClaim]:
    """Return who names the trace's only strongest id; nobody if there are several."""
    said = [SaidClaim(span_id=s.span_id, claim=claim) for s in forest.spans for claim in s.claims]
    strongest = max(map(_strength, said), default=None)
    named = [one for one in said if one.claim.strength == strongest]
    return named if len({one.claim.session_id for one in named}) == 1 else []


def _belonging(forest: Forest, calls: Calls) -> Mapping[int, Sequence[int]]:
    """Return for each span that is not counted the counted ones whose call it tells of."""
    found: dict[int, list[int]] = {}
    for counted in calls.counted:
        for index in wrappers_of(calls, forest.spans, counted):
            found.setdefault(index, []).append(counted)
    for told, ending in calls.endings.items():
        found[ending] = [told]
    counted_here = set(calls.counted)
    for index, role in enumerate(calls.roles):
        if role is Role.TRANSPORT and calls.around[index] in counted_here:
            found[index] = [calls.around[index]]
    return found


def _reason(span: SpanFacts, role: Role, *, is_sum: bool) -> str:
    match role:
        case Role.COUNTED if is_sum:
            return "counted: its usage is the only word of the calls below it"
        case Role.COUNTED if span.kind is Kind.TRANSPORT:
            return "counted: a request to a model that no LLM span covers"
        case Role.COUNTED:
            return "counted: the innermost LLM span of its call"
        case Role.WRAPPER:
            return "not counted: stands around a counted span of the same call"
        case Role.TWIN:
            return "not counted: a span beside it tells of the same call"
        case Role.COMPLETION:
            return "not counted: tells how the stream of another span ended"
        case Role.HOLLOW:
            return "not counted: shows no trace of a call, and a call lies under the same parent"
        case Role.TRANSPORT:
            return "not counted: carries a request"
        case Role.OTHER:
            return "not counted: no call of a model"
