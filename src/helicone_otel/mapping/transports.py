"""What the transport spans of a call know that its LLM span may not."""

from dataclasses import dataclass

from ..model import Kind, SessionClaim, SpanFacts
from .counting import BOUNDARY_KINDS
from .forest import NO_PARENT, Forest


@dataclass(slots=True, kw_only=True)
class CallTransport:
    """The transport spans of one call, folded: of several attempts the last to end speaks."""

    last: SpanFacts | None = None
    """Knows the HTTP status and the request id."""
    claiming: SpanFacts | None = None
    """Has the strongest session claim, from captured headers."""
    referring: SpanFacts | None = None
    """Has a path, name, user or properties."""

    @property
    def claim(self) -> SessionClaim | None:
        return self.claiming.claims[0] if self.claiming else None

    def add(self, span: SpanFacts) -> None:
        self.last = _later(self.last, span)
        if span.claims and (
            self.claiming is None or _claim_rank(span) > _claim_rank(self.claiming)
        ):
            self.claiming = span
        if span.path or span.session_name or span.user_id or span.properties:
            self.referring = _later(self.referring, span)

    def merge(self, other: "CallTransport") -> None:
        for span in (other.last, other.claiming, other.referring):
            if span is not None:
                self.add(span)


_NOTHING_SENT = CallTransport()


def call_transports(forest: Forest) -> list[CallTransport]:
    """Return for each span what the transport spans of its call say, itself included.

    Tools, agents and the like are boundaries: what is sent below them belongs to another call.
    """
    folded: list[CallTransport | None] = [None] * len(forest.spans)
    for index in reversed(range(len(forest.spans))):
        span = forest.spans[index]
        mine = folded[index]
        if span.kind is Kind.TRANSPORT:
            mine = folded[index] = mine or CallTransport()
            mine.add(span)
        parent = forest.parents[index]
        if mine is not None and parent != NO_PARENT and span.kind not in BOUNDARY_KINDS:
            above = folded[parent] = folded[parent] or CallTransport()
            above.merge(mine)
    return [transport or _NOTHING_SENT for transport in folded]


def _later(one: SpanFacts | None, other: SpanFacts) -> SpanFacts:
    if one is None or (other.end_ns, other.span_id) > (one.end_ns, one.span_id):
        return other
    return one


def _claim_rank(span: SpanFacts) -> tuple[int, int, str]:
    return span.claims[0].strength, span.end_ns, span.span_id
