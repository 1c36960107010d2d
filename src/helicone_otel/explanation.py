"""The rows of an explanation: each span of a trace with its reasons and what was summed of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .mapping import ExplainedSpan
from .mapping.explain import Rule, SaidClaim
from .model import LlmRequest, ModelCall, Role, SpanFacts, Strength, value
from .session_reference import request_id_of_span

SpanKey = tuple[str, str]
"""Trace id and span id."""
_REPORTED = "span"
_UNTOLD = ModelCall(operation="")
_EXAMPLES = 3


@value
class ExplainedRow:
    """One span."""

    facts: SpanFacts
    why: ExplainedSpan
    request: LlmRequest | None
    """What sums have of it; `None` if it is in none."""
    superseded_copies: int
    """Copies of it that were kept aside, since this one is fuller."""

    @property
    def key(self) -> SpanKey:
        return self.facts.trace_id, self.facts.span_id

    @property
    def session_ids(self) -> set[str]:
        """The session that the span is in, and the one that sums its call."""
        summed_in = self.request.session_id if self.request else None
        return {named for named in (self.why.session_id, summed_in) if named is not None}

    def is_counted_in(self, session_id: str | None) -> bool:
        """Tell whether that session's totals have it; `None` asks for any session's."""
        return self.request is not None and session_id in (None, self.request.session_id)

    def reason(self, session_id: str | None) -> str:
        """Say why it is counted or not, for one who looks at that session."""
        if self.why.role is not Role.COUNTED or self.is_counted_in(session_id):
            return self.why.reason
        if self.request is not None:
            return f"not counted here: its call is in session {self.request.session_id}"
        if self.why.session_id is None:
            return "not counted: a call that is in no session"
        return "not counted yet: its trace has not been worked out since it came"

    def filled(self) -> list[str]:
        """Return what the request has of other spans of its call."""
        return [] if self.request is None else list(_filled(self.facts, self.request, self.why))


@value
class Ground:
    """A key that has put spans into a session, or kept none from being in another."""

    key: str | None
    """`None` if no key did: the session is made of the trace's id."""
    strength: Strength | None
    session_ids: Sequence[str]
    """The first few that it names."""
    rules: Mapping[Rule, int]
    """How many spans it is the reason for, by rule."""
    sayers: int
    """How many spans have it."""
    examples: Sequence[SpanKey]
    """The first few of them."""


def rows_of_trace(
    explained: Sequence[ExplainedSpan],
    requests: Iterable[LlmRequest],
    superseded: Mapping[str, int],
) -> list[ExplainedRow]:
    """Return the rows of one trace: call by call, then what is of no call."""
    summed = {request.span_id: request for request in requests}
    rows = [
        ExplainedRow(
            facts=why.facts,
            why=why,
            request=summed.get(why.facts.span_id),
            superseded_copies=superseded.get(why.facts.span_id, 0),
        )
        for why in explained
    ]
    started = {
        row.key: (row.facts.start_ns, row.facts.span_id)
        for row in rows
        if row.why.role is Role.COUNTED
    }
    last = (2**64, "")

    def place(row: ExplainedRow) -> tuple[tuple[int, str], bool]:
        calls = (row.key, *row.why.calls)
        return min((started[one] for one in calls if one in started), default=last), (
            row.why.role is not Role.COUNTED
        )

    return sorted(rows, key=place)


def rows_of_call(rows: Sequence[ExplainedRow], span_id: str) -> list[ExplainedRow]:
    """Return the row of a span, with those of all that tell of the same calls; empty if none."""
    own = next((row for row in rows if row.facts.span_id == span_id), None)
    if own is None:
        return []
    calls = {own.key, *own.why.calls}
    return [row for row in rows if row.key in calls or not calls.isdisjoint(row.why.calls)]


def grounds_of(rows: Iterable[ExplainedRow], session_id: str) -> list[Ground]:
    """Return which keys put spans of *rows* into a session."""
    found: dict[tuple[object, ...], _Gathered] = {}
    for row in rows:
        if row.why.session_id == session_id:
            _gather(found, row, row.why.said)
    return [gathered.ground() for gathered in found.values()]


def conflicts_of(rows: Iterable[ExplainedRow], session_id: str) -> list[Ground]:
    """Return which keys named another session and gave way to this one."""
    found: dict[tuple[object, ...], _Gathered] = {}
    for row in rows:
        if row.why.session_id == session_id:
            for lost in row.why.conflicts:
                _gather(found, row, lost)
    return [gathered.ground() for gathered in found.values()]


class _Gathered:
    """What is gathered of one key."""

    def __init__(self, said: SaidClaim | None) -> None:
        self._claim = said.claim if said else None
        self._rules: dict[Rule, int] = {}
        self._sayers: dict[SpanKey, str] = {}

    def add(self, row: ExplainedRow, said: SaidClaim | None) -> None:
        self._rules[row.why.rule] = self._rules.get(row.why.rule, 0) + 1
        if said is not None:
            self._sayers[row.facts.trace_id, said.span_id] = said.claim.session_id

    def ground(self) -> Ground:
        return Ground(
            key=self._claim.key if self._claim else None,
            strength=self._claim.strength if self._claim else None,
            session_ids=list(dict.fromkeys(self._sayers.values()))[:_EXAMPLES],
            rules=self._rules,
            sayers=len(self._sayers),
            examples=list(self._sayers)[:_EXAMPLES],
        )


def _gather(
    found: dict[tuple[object, ...], _Gathered], row: ExplainedRow, said: SaidClaim | None
) -> None:
    named = (said.claim.key, said.claim.strength) if said else ()
    found.setdefault(named, _Gathered(said)).add(row, said)


def _filled(facts: SpanFacts, request: LlmRequest, why: ExplainedSpan) -> Iterator[str]:
    call = facts.call or _UNTOLD
    if request.session_id != why.session_id:
        yield "session"
    for part in ("usage", "provider", "request_model", "response_model", "time_to_first_token_ns"):
        if getattr(request, part) is not None and getattr(call, part) is None:
            yield part.removesuffix("_ns")
    if request.cost and request.cost.source == _REPORTED and call.cost != request.cost:
        yield "cost"
    if facts.http_status is None and request.status not in (200, 500):
        yield "status"
    made_up = request_id_of_span(facts.trace_id, facts.span_id)
    if request.request_id not in (facts.request_id, made_up):
        yield "request_id"
