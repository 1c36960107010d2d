"""What the transport spans of a call know that its LLM span may not."""

from dataclasses import dataclass

from ..model import Kind, Role, SessionClaim, SpanFacts
from .counting import NO_CALL, NestedCalls
from .forest import Forest


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
    cached: SpanFacts | None = None
    """Was answered from Helicone's cache."""

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
        if span.is_cache_hit:
            self.cached = _later(self.cached, span)

    def merge(self, other: "CallTransport") -> None:
        said = (other.answered, other.identified, other.claiming, other.referring, other.cached)
        for span in said:
            if span is not None:
                self.add(span)


NOTHING_SENT = CallTransport()


def call_transports(forest: Forest, calls: NestedCalls) -> dict[int, CallTransport]:
    """Return by position what the transport spans of a call say; a call without any is left out.

    What is sent for a call is sent for its wrappers too.
    """
    found: dict[int, CallTransport] = {}
    for index, span in enumerate(forest.spans):
        if span.kind is Kind.TRANSPORT:
            counted = calls.roles[index] is not Role.TRANSPORT
            owner = index if counted else calls.around[index]
            if owner != NO_CALL:
                found.setdefault(owner, CallTransport()).add(span)
    for index in reversed(range(len(forest.spans)) if found else ()):
        wrapper = calls.around[index]
        if wrapper != NO_CALL and index in found:
            found.setdefault(wrapper, CallTransport()).merge(found[index])
    return found


def _later(one: SpanFacts | None, other: SpanFacts) -> SpanFacts:
    if one is None or (other.end_ns, other.span_id) > (one.end_ns, one.span_id):
        return other
    return one


def _claim_rank(span: SpanFacts) -> tuple[int, int, str]:
    return span.claims[0].strength, span.end_ns, span.span_id
