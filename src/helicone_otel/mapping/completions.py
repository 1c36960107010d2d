"""Streams told by two spans: one while it runs, one of no length that says how it ended."""

from collections.abc import Sequence

from ..model import Kind, SpanFacts
from .forest import Forest

_Origin = tuple[str | None, str, str]


def endings_of(forest: Forest, innermost: Sequence[int]) -> dict[int, int]:
    """Return by the position of a span without usage that of its completion.

    Logfire sends a stream's usage so: in a span of the same scope, parent and model, behind it.
    """
    spans = forest.spans
    running: dict[_Origin, list[int]] = {}
    for index in sorted(range(len(spans)), key=lambda at: _start(spans[at])):
        origin = _origin(spans[index])
        if origin is not None and _lacks_usage(spans[index]):
            running.setdefault(origin, []).append(index)
    found: dict[int, int] = {}
    for index in sorted(innermost, key=lambda at: _start(spans[at])):
        ending, origin = spans[index], _origin(spans[index])
        if origin is None or ending.start_ns != ending.end_ns:
            continue
        waiting = running.get(origin, [])
        before = next((at for at in waiting if spans[at].end_ns <= ending.start_ns), None)
        if before is not None:
            waiting.remove(before)
            found[before] = index
    return found


def _origin(span: SpanFacts) -> _Origin | None:
    if span.kind is not Kind.LLM or span.call is None or span.call.request_model is None:
        return None
    return span.parent_span_id, span.scope, span.call.request_model


def _lacks_usage(span: SpanFacts) -> bool:
    return span.start_ns < span.end_ns and span.call is not None and span.call.usage is None


def _start(span: SpanFacts) -> tuple[int, str]:
    return span.start_ns, span.span_id
