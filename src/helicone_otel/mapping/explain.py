"""Why each span of a trace is in its session, and why it was counted or not."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from ..model import Kind, Role, SessionClaim, SpanFacts, TraceFacts, value
from ..settings import ImplicitSessions
from .calls import Calls, wrappers_of
from .filling import filled_calls
from .forest import NO_PARENT, Forest
from .together import Together, put_together
from .trace_ranges import TraceRange

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


SpanKey = tuple[str, str]
"""Trace id and span id."""


@value
class ExplainedSpan:
    """One span, with what decided over it."""

    facts: SpanFacts
    """As the span says by itself."""
    session_id: str | None
    rule: Rule
    said: SaidClaim | None
    """Which key on which span gave the session; `None` if no key did."""
    conflicts: Sequence[SaidClaim]
    """What was said here or inherited, names another session and gave way."""
    role: Role
    reason: str
    calls: Sequence[SpanKey]
    """The counted calls that it belongs to, in whatever trace."""
    marks: Sequence[str]
    """What was corrected, or filled in from other spans."""

    @property
    def key(self) -> SpanKey:
        return _key(self.facts)


def explain(
    spans: Sequence[SpanFacts],
    *,
    implicit: ImplicitSessions = ImplicitSessions.LLM,
) -> list[ExplainedSpan]:
    """Return why `resolve` puts *spans* of one trace where it does, parents first."""
    trace = TraceFacts(trace_id=spans[0].trace_id, spans=spans)
    return explain_together([trace], implicit=implicit)


def explain_together(
    traces: Sequence[TraceFacts],
    *,
    implicit: ImplicitSessions = ImplicitSessions.LLM,
) -> list[ExplainedSpan]:
    """Return why `resolve_together` puts all spans where it does, trace by trace."""
    together = put_together(traces, implicit)
    forest, calls = together.forest, together.calls
    filled = filled_calls(forest, calls, price=None)
    belonging = _belonging(forest, calls)
    heard = list(_heard(forest, calls))
    explained: list[ExplainedSpan] = []
    for trace in together.traces:
        only = _only_said(together, trace)
        for index in range(trace.first, trace.end):
            span, session_id = forest.spans[index], together.sessions.of_spans[index]
            rule, said = _ruling(heard[index], session_id, only)
            marks = filled[index].facts.marks if index in filled else span.marks
            explained.append(
                ExplainedSpan(
                    facts=span,
                    session_id=session_id,
                    rule=rule,
                    said=said,
                    conflicts=[o for o in heard[index].lost if o.claim.session_id != session_id],
                    role=calls.roles[index],
                    reason=_reason(forest, calls, index, belonging),
                    calls=[_key(forest.spans[at]) for at in belonging.get(index, ())],
                    marks=(*marks, AGGREGATE) if index in calls.sums else marks,
                )
            )
    return explained


def _key(span: SpanFacts) -> SpanKey:
    return span.trace_id, span.span_id


@value
class _Heard:
    said: SaidClaim | None
    rule: Rule
    lost: Sequence[SaidClaim]


def _ruling(
    heard: _Heard, session_id: str | None, only: SaidClaim | None
) -> tuple[Rule, SaidClaim | None]:
    """Return which rule gave the session, and who said so if anybody did."""
    if heard.said is not None or session_id is None:
        return heard.rule, heard.said
    if only is not None and only.claim.session_id == session_id:
        return Rule.ONLY_ID, only
    return Rule.IMPLICIT, None


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


def _only_said(together: Together, trace: TraceRange) -> SaidClaim | None:
    """Return who names the trace's only strongest id; nobody if there are several."""
    spans = [s for s in together.spans_of(trace) if s.kind is not Kind.EVENT]
    said = [SaidClaim(span_id=s.span_id, claim=claim) for s in spans for claim in s.claims]
    strongest = max(map(_strength, said), default=None)
    named = [one for one in said if one.claim.strength == strongest]
    return named[0] if len({one.claim.session_id for one in named}) == 1 else None


def _belonging(forest: Forest, calls: Calls) -> Mapping[int, Sequence[int]]:
    """Return for each span that is not counted the counted ones whose call it tells of."""
    found: dict[int, list[int]] = {}
    for counted in calls.counted:
        for index in wrappers_of(calls, forest.spans, counted):
            found.setdefault(index, []).append(counted)
    for told, ending in calls.endings.items():
        found[ending] = [told]
    for event, span in calls.covered.items():
        found[event] = found.get(span, [span])
    counted_here = set(calls.counted)
    for index, role in enumerate(calls.roles):
        if role is Role.TRANSPORT and calls.around[index] in counted_here:
            found[index] = [calls.around[index]]
    return found


def _reason(
    forest: Forest, calls: Calls, index: int, belonging: Mapping[int, Sequence[int]]
) -> str:
    """Say why a span is counted or not."""
    span, role, is_sum = forest.spans[index], calls.roles[index], index in calls.sums
    counted = (forest.spans[at] for at in belonging.get(index, ()))
    is_elsewhere = any(other.trace_id != span.trace_id for other in counted)
    match role:
        case Role.COUNTED if is_sum:
            return "counted: its usage is the only word of the calls below it"
        case Role.COUNTED if span.kind is Kind.EVENT:
            return "counted: a log record of a call that no span tells of"
        case Role.COUNTED if span.kind is Kind.TRANSPORT:
            return "counted: a request to a model that no LLM span covers"
        case Role.COUNTED:
            return "counted: the innermost LLM span of its call"
        case Role.WRAPPER:
            return "not counted: stands around a counted span of the same call"
        case Role.TWIN if is_elsewhere:
            return "not counted: a span of another trace tells of the same call"
        case Role.TWIN:
            return "not counted: a span beside it tells of the same call"
        case Role.COVERED:
            return "not counted: a log record of a call that a span tells of"
        case Role.COMPLETION:
            return "not counted: tells how the stream of another span ended"
        case Role.HOLLOW:
            return "not counted: shows no trace of a call, and a call lies under the same parent"
        case Role.TRANSPORT:
            return "not counted: carries a request"
        case Role.OTHER:
            return "not counted: no call of a model"
