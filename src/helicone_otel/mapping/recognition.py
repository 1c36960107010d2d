"""What only the spans below tell of a span: whether its usage is a call's, or a sum."""

from collections.abc import Collection
from dataclasses import replace

from msgspec import structs

from ..model import Kind, SpanFacts, value
from .forest import NO_PARENT, Forest

_CALLS = (Kind.LLM, Kind.EVENT)
_SUMMING = (Kind.AGENT, Kind.WORKFLOW)


@value
class Recognition:
    forest: Forest
    """With the calls that no convention told."""
    sums: Collection[int]
    """Positions of agents and workflows whose usage is the only word of the calls below them."""


def recognise(forest: Forest) -> Recognition:
    """Settle the spans that carry usage and are no LLM spans by their own word.

    One that no convention knows is an LLM span unless one lies below it: roots of conversations
    and runs carry sums.
    """
    unsure = {
        index
        for index, span in enumerate(forest.spans)
        if span.call is not None and span.kind not in _CALLS
    }
    if not unsure:
        return Recognition(forest=forest, sums=())
    spans = list(forest.spans)
    sums: list[int] = []
    above_call = [False] * len(spans)
    above_sum = [False] * len(spans)
    for index in reversed(range(len(spans))):
        tells = False
        if index in unsure:
            tells = spans[index].kind in _SUMMING
            if tells and not above_call[index] and not above_sum[index]:
                sums.append(index)
            elif not tells and not above_call[index]:
                spans[index] = _as_call(spans[index])
        parent = forest.parents[index]
        if parent != NO_PARENT:
            above_call[parent] |= above_call[index] or spans[index].kind is Kind.LLM
            above_sum[parent] |= above_sum[index] or tells
    return Recognition(forest=replace(forest, spans=spans), sums=frozenset(sums))


def _as_call(span: SpanFacts) -> SpanFacts:
    return structs.replace(span, kind=Kind.LLM, segment=None)
