"""Which spans may hold the messages of a call: several instrumentations tell the same one."""

from collections.abc import Iterator, Sequence
from itertools import islice

from ...model import Kind, ResolvedSpan, Role

_MAX_WRAPPERS = 4
"""Spans of frameworks and SDKs around one call."""
_MAX_BESIDE = 4


def tellers_of(span: ResolvedSpan, trace: Sequence[ResolvedSpan]) -> Iterator[ResolvedSpan]:
    """Yield *span* and the other spans of its *trace* that stand for the same call, nearest first.

    An instrumentation of the provider's SDK is counted, and the framework's around it, or beside
    it, is often the one that has captured the messages.
    """
    yield span
    if span.facts.kind is not Kind.LLM:
        return
    by_id = {other.facts.span_id: other for other in trace}
    above = by_id.get(span.facts.parent_span_id or "")
    for _ in range(_MAX_WRAPPERS):
        if above is None or above.role is not Role.WRAPPER:
            break
        yield above
        above = by_id.get(above.facts.parent_span_id or "")
    response_id = _response_id(span)
    if response_id:
        beside = (t for t in trace if _response_id(t) == response_id and t is not span)
        yield from islice(beside, _MAX_BESIDE)


def _response_id(span: ResolvedSpan) -> str | None:
    return span.facts.call.response_id if span.facts.call else None
