"""Which spans may hold the messages of a call: several instrumentations tell the same one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ...model import Kind, ResolvedSpan, Role

_MAX_WRAPPERS = 4
"""Spans of frameworks and SDKs around one call."""
_MAX_BESIDE = 4


class Tellers:
    """The spans of a trace, and of those that tell of the same calls, by what they tell of."""

    def __init__(self, spans: Iterable[ResolvedSpan]) -> None:
        self._by_key: dict[tuple[str, str | None], ResolvedSpan] = {}
        self._by_response: defaultdict[str, list[ResolvedSpan]] = defaultdict(list)
        for span in spans:
            self._by_key[span.facts.trace_id, span.facts.span_id] = span
            if response_id := _response_id(span):
                self._by_response[response_id].append(span)

    def of(self, span: ResolvedSpan) -> Iterator[ResolvedSpan]:
        """Yield *span* and others that stand for the same call, nearest first.

        An instrumentation of the provider's SDK is counted, and the framework's around it, or
        beside it, is often the one that has captured the messages.
        """
        yield span
        if span.facts.kind is Kind.LLM:
            yield from self._wrappers(span)
            yield from self._beside(span)

    def _wrappers(self, span: ResolvedSpan) -> Iterator[ResolvedSpan]:
        above = self._parent(span)
        for _ in range(_MAX_WRAPPERS):
            if above is None or above.role is not Role.WRAPPER:
                return
            yield above
            above = self._parent(above)

    def _beside(self, span: ResolvedSpan) -> Iterator[ResolvedSpan]:
        response_id = _response_id(span)
        candidates = self._by_response[response_id] if response_id else []
        first = candidates[: _MAX_BESIDE + 1]  # of which it may be one itself
        yield from [other for other in first if other is not span][:_MAX_BESIDE]

    def _parent(self, span: ResolvedSpan) -> ResolvedSpan | None:
        return self._by_key.get((span.facts.trace_id, span.facts.parent_span_id))


def _response_id(span: ResolvedSpan) -> str | None:
    return span.facts.call.response_id if span.facts.call else None
