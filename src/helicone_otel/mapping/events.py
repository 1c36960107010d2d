"""Log records that tell of calls which spans tell of too."""

from collections.abc import Iterator
from dataclasses import replace

from ..model import Kind, Role, SpanFacts
from .calls import Calls
from .forest import Forest

_Name = tuple[str, ...]


def cover_events(forest: Forest, calls: Calls) -> Calls:
    """Return *calls* less the log records of calls that have an LLM span.

    A span covers a record that was emitted in it, or that has its request or response id.
    """
    spans, roles = forest.spans, list(calls.roles)
    covering: dict[_Name, int] = {}
    for index, span in enumerate(spans):
        if span.kind is Kind.LLM:
            covering |= dict.fromkeys(_names(span), index)
    covered: dict[int, int] = {}
    for index, span in enumerate(spans):
        if span.kind is Kind.EVENT:
            by = next((covering[name] for name in _names_of_event(span) if name in covering), None)
            if by is not None:
                covered[index] = by
                roles[index] = Role.COVERED
    counted = [index for index in calls.counted if roles[index] is Role.COUNTED]
    return replace(calls, roles=roles, counted=counted, covered=covered)


def _names(span: SpanFacts) -> Iterator[_Name]:
    yield span.trace_id, span.span_id
    yield from _ids(span)


def _names_of_event(event: SpanFacts) -> Iterator[_Name]:
    yield event.trace_id, event.parent_span_id or ""
    yield from _ids(event)


def _ids(span: SpanFacts) -> Iterator[_Name]:
    if span.request_id:
        yield (span.request_id,)
    if span.call is not None and span.call.response_id:
        yield (span.call.response_id,)
