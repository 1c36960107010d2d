"""The shape of an explanation over HTTP."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from ..explain_query import ExplainedSession, Explanation, Subject
from ..explanation import ExplainedRow, Ground
from ..mapping.explain import Rule, SaidClaim
from ..model import Asked, RequestTotals
from .clock_marks import clock_marks
from .explain_words import RULE_WORDS, mark_words
from .session_bodies import SessionRequest, request_body

_NANO = 1_000_000_000


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SubjectBody(_Body):
    kind: Asked
    session_id: str | None
    trace_id: str | None
    span_id: str | None


class SpanReference(_Body):
    trace_id: str
    span_id: str


class SaidBody(_Body):
    """A key on a span that names a session."""

    key: str
    strength: str
    session_id: str
    span: SpanReference


class RuleCount(_Body):
    rule: Rule
    text: str
    spans: int


class GroundBody(_Body):
    """A key that decided over spans, or gave way."""

    key: str | None
    """Null if no key did, and the session is made of the trace's id."""
    strength: str | None
    session_ids: list[str]
    """The first few that it names."""
    rules: list[RuleCount]
    said_by: int
    """How many spans have the key."""
    examples: list[SpanReference]
    """The first few of them."""


class Totals(_Body):
    requests: int
    failed_requests: int
    cost_usd: float | None
    unpriced_requests: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    requests_without_usage: int


class SessionExplained(_Body):
    session_id: str
    name: str
    totals: Totals
    """As the session has them."""
    summed: Totals
    """Sums over what is counted of the session in all pages of this explanation: the same, if
    the whole session is explained."""
    grounds: list[GroundBody]
    """Which keys put its spans into it."""
    conflicts: list[GroundBody]
    """Which keys named another session on the same spans, or above, and gave way."""


class Mark(_Body):
    mark: str
    text: str


class SpanExplained(_Body):
    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: str
    scope: str
    session_id: str | None
    rule: Rule
    rule_text: str
    said: SaidBody | None
    conflicts: list[SaidBody]
    counted: bool
    role: str
    reason: str
    """Why it is counted, or is not."""
    calls: list[SpanReference]
    """The counted calls that it tells of too, maybe of another trace."""
    marks: list[Mark]
    """What was corrected in it."""
    filled: list[str]
    """What the request has of other spans of its call."""
    superseded_copies: int
    """Copies of it that were left out, since this one is fuller."""
    request: SessionRequest | None
    """What was summed."""


class ExplanationBody(_Body):
    subject: SubjectBody
    sessions: list[SessionExplained]
    """Those that the spans of this page are in."""
    spans: list[SpanExplained]
    """Call by call, the counted span first; last what is of no call."""
    span_count: int
    """Of all pages."""
    next_cursor: str | None
    """Pass it as `cursor` for the next page; null at the end."""


def explanation_body(explanation: Explanation) -> ExplanationBody:
    after = explanation.next_after
    session_id = explanation.subject.session_id
    return ExplanationBody(
        subject=_subject_body(explanation.subject),
        sessions=[_session_body(session) for session in explanation.sessions],
        spans=[_row_body(row, session_id) for row in explanation.rows],
        span_count=explanation.row_count,
        next_cursor="/".join(after) if after else None,
    )


def _subject_body(subject: Subject) -> SubjectBody:
    return SubjectBody(
        kind=subject.kind,
        session_id=subject.session_id,
        trace_id=subject.trace_id,
        span_id=subject.span_id,
    )


def _session_body(session: ExplainedSession) -> SessionExplained:
    return SessionExplained(
        session_id=session.summary.session_id,
        name=session.summary.name,
        totals=_totals_body(session.summary.totals),
        summed=_totals_body(session.summed),
        grounds=_ground_bodies(session.grounds),
        conflicts=_ground_bodies(session.conflicts),
    )


def _totals_body(totals: RequestTotals) -> Totals:
    is_priced = totals.requests > totals.unpriced_requests
    return Totals(
        requests=totals.requests,
        failed_requests=totals.failed_requests,
        cost_usd=totals.cost_nano_usd / _NANO if is_priced else None,
        unpriced_requests=totals.unpriced_requests,
        prompt_tokens=totals.input_tokens,
        completion_tokens=totals.output_tokens,
        total_tokens=totals.total_tokens,
        requests_without_usage=totals.requests_without_usage,
    )


def _ground_bodies(grounds: Iterable[Ground]) -> list[GroundBody]:
    return [
        GroundBody(
            key=ground.key,
            strength=ground.strength.name.lower() if ground.strength else None,
            session_ids=list(ground.session_ids),
            rules=[
                RuleCount(rule=rule, text=RULE_WORDS[rule], spans=spans)
                for rule, spans in ground.rules.items()
            ],
            said_by=ground.sayers,
            examples=[
                SpanReference(trace_id=trace_id, span_id=span_id)
                for trace_id, span_id in ground.examples
            ],
        )
        for ground in grounds
    ]


def _row_body(row: ExplainedRow, session_id: str | None) -> SpanExplained:
    facts, why = row.facts, row.why
    return SpanExplained(
        trace_id=facts.trace_id,
        span_id=facts.span_id,
        parent_span_id=facts.parent_span_id,
        name=facts.name,
        kind=facts.kind,
        scope=facts.scope,
        session_id=why.session_id,
        rule=why.rule,
        rule_text=RULE_WORDS[why.rule],
        said=_said_body(row, why.said) if why.said else None,
        conflicts=[_said_body(row, lost) for lost in why.conflicts],
        counted=row.is_counted_in(session_id),
        role=why.role,
        reason=row.reason(session_id),
        calls=[
            SpanReference(trace_id=trace_id, span_id=span_id) for trace_id, span_id in why.calls
        ],
        marks=[
            Mark(mark=mark, text=mark_words(mark)) for mark in (*why.marks, *clock_marks(facts))
        ],
        filled=row.filled(),
        superseded_copies=row.superseded_copies,
        request=request_body(row.request) if row.request else None,
    )


def _said_body(row: ExplainedRow, said: SaidClaim) -> SaidBody:
    return SaidBody(
        key=said.claim.key,
        strength=said.claim.strength.name.lower(),
        session_id=said.claim.session_id,
        span=SpanReference(trace_id=row.facts.trace_id, span_id=said.span_id),
    )
