"""What the transport spans of a call know that its LLM span may not."""

from dataclasses import dataclass

from ..model import Kind, SessionClaim, SpanFacts
from .counting import BOUNDARY_KINDS, Work, work_of
from .forest import NO_PARENT, Forest


@dataclass(slots=True, kw_only=True)
class CallTransport:
    """The transport spans of one call, folded: of several attempts the last to end speaks."""

    answered: SpanFacts | None = None
    """Has an HTTP status."""
    identified: SpanFacts | None = None
    """Has a request id."""
    claiming: SpanFacts | None = None
    """Has the strongest session claim, from captured headers."""
    referring: SpanFacts | None = None
    """Has a path, name, user or properties."""

    @property
    def claim(self) -> SessionClaim | None:
        return self.claiming.claims[0] if self.claiming else None

    def add(self, span: SpanFacts) -> None:
        if span.http_status is not None:
            self.answered = _later(self.answered, span)
        if span.request_id is not None:
            self.identified = _later(self.identified, span)
        if span.claims and (
            self.claiming is None or _claim_rank(span) > _claim_rank(self.claiming)
        ):
            self.claiming = span
        if span.path or span.session_name or span.user_id or span.properties:
            self.referring = _later(self.referring, span)

    def merge(self, other: "CallTransport") -> None:
        for span in (other.answered, other.identified, other.claiming, other.referring):
            if span is not None:
                self.add(span)


_NOTHING_SENT = CallTransport()
_Folded = dict[Work, CallTransport]
"""By the work of the LLM span that a transport is for; `NONE` until one is met on the way up."""


def call_transports(forest: Forest) -> list[CallTransport]:
    """Return for each span what the transport spans of its call say, itself included.

    Tools, agents and the like are boundaries: what is sent below them belongs to another call.
    So does what is sent for an embedding below a chat, or the other way round.
    """
    folded: list[_Folded | None] = [None] * len(forest.spans)
    for index in reversed(range(len(forest.spans))):
        span = forest.spans[index]
        mine = folded[index]
        if span.kind is Kind.TRANSPORT:
            mine = folded[index] = mine or {}
            mine.setdefault(Work.NONE, CallTransport()).add(span)
        if mine is None:
            continue
        work = work_of(span)
        if work and Work.NONE in mine:
            _merge(mine, work, mine.pop(Work.NONE))
        parent = forest.parents[index]
        if parent != NO_PARENT and span.kind not in BOUNDARY_KINDS:
            above = folded[parent] = folded[parent] or {}
            for of_work, transport in mine.items():
                _merge(above, of_work, transport)
    return [
        _NOTHING_SENT if mine is None else mine.get(work_of(span), _NOTHING_SENT)
        for span, mine in zip(forest.spans, folded, strict=True)
    ]


def _merge(into: _Folded, work: Work, transport: CallTransport) -> None:
    into.setdefault(work, CallTransport()).merge(transport)


def _later(one: SpanFacts | None, other: SpanFacts) -> SpanFacts:
    if one is None or (other.end_ns, other.span_id) > (one.end_ns, one.span_id):
        return other
    return one


def _claim_rank(span: SpanFacts) -> tuple[int, int, str]:
    return span.claims[0].strength, span.end_ns, span.span_id
