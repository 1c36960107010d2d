"""LLM spans that are no call of their own: frameworks wrap preparing steps in them."""

from collections.abc import Collection, Iterable, Sequence

from ..model import Kind, SpanFacts
from .forest import NO_PARENT, Forest


def says_nothing(span: SpanFacts) -> bool:
    """Tell whether *span* is an LLM span that shows no trace of an answer."""
    call = span.call
    if span.kind is not Kind.LLM or call is None or span.failed or call.usage is not None:
        return False
    told = (call.response_id, call.response_model, call.finish_reason, call.has_output)
    return not any(told)


def hollow_calls(forest: Forest, calls: Sequence[int], silent: Collection[int]) -> list[int]:
    """Return which of *calls* are none: *silent*, and one that speaks lies below the same parent.

    Nothing was sent for the silent ones. One above another LLM span is not silent after all.
    """
    llm = (index for index, span in enumerate(forest.spans) if span.kind is Kind.LLM)
    above_llm = _above(forest, llm)
    hollow = [index for index in silent if not above_llm[index]]
    speaking = set(calls).difference(hollow)
    above_speaking = _above(forest, speaking)
    return [index for index in hollow if _is_under(forest.parents[index], above_speaking)]


def _is_under(parent: int, above_speaking: Sequence[bool]) -> bool:
    return parent != NO_PARENT and above_speaking[parent]


def _above(forest: Forest, members: Iterable[int]) -> list[bool]:
    """Return for each span whether one of *members* lies below it."""
    found = [False] * len(forest.spans)
    for member in members:
        above = forest.parents[member]
        while above != NO_PARENT and not found[above]:
            found[above] = True
            above = forest.parents[above]
    return found
