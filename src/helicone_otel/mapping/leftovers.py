"""The tokens of calls that several spans tell of: none twice, and none of a wrapper's lost."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import fields

from ..model import SpanFacts, Usage, value
from .calls import Calls
from .forest import NO_PARENT, Forest

USAGE_FROM_WRAPPER, USAGE_CONTRADICTED = "usage-from-wrapper", "usage-contradicted"
USAGE_MARK = "usage-"
"""How marks begin that tell what was done to a usage."""
_PARTS = tuple(field.name for field in fields(Usage))


@value
class Told:
    """A usage, and what was done to it."""

    usage: Usage | None
    marks: Sequence[str]


def usages_of(
    forest: Forest, calls: Calls, counted: Iterable[int], inside: Mapping[int, Sequence[int]]
) -> dict[int, Told]:
    """Return the usage of each of the *counted*, which several spans tell of.

    *inside* has for each wrapper the calls that it is around. What a wrapper has more than they,
    the latest of those without usage gets.
    """
    spans = forest.spans
    known = {index: _own(forest, calls, index) for index in counted}
    depths = _depths(forest) if inside else []
    for wrapper in sorted(inside, key=lambda at: (-depths[at], *_order(spans[at]))):
        lacking = [index for index in inside[wrapper] if known[index].usage is None]
        whole = _told_at(forest, calls, wrapper)
        if whole.usage is None or not lacking:
            continue
        left = _less(whole.usage, (known[index].usage for index in inside[wrapper]))
        if left is not None:
            latest = max(lacking, key=lambda at: _order(spans[at]))
            known[latest] = Told(usage=left, marks=(USAGE_FROM_WRAPPER, *whole.marks))
    return known


def _told_at(forest: Forest, calls: Calls, index: int) -> Told:
    """Return what the span at *index* tells, or the one that says how its stream ended."""
    speaking = [forest.spans[index]]
    if index in calls.endings:
        speaking.append(forest.spans[calls.endings[index]])
    usages = [span.call.usage for span in speaking if span.call and span.call.usage]
    marks = [mark for span in speaking for mark in span.marks if mark.startswith(USAGE_MARK)]
    return Told(usage=usages[0] if usages else None, marks=marks)


def _own(forest: Forest, calls: Calls, index: int) -> Told:
    """Return what the counted span tells, unless its twin with the response id knows better."""
    own = _told_at(forest, calls, index)
    twins = calls.twins.get(index, ())
    told = {twin: _told_at(forest, calls, twin).usage for twin in twins}
    contradicting = {
        twin: usage
        for twin, usage in told.items()
        if own.usage and usage and _sums(usage) != _sums(own.usage)
    }
    if not contradicting:
        return own
    better = [usage for twin, usage in contradicting.items() if _has_id(forest.spans[twin])]
    believed = better[0] if better and not _has_id(forest.spans[index]) else own.usage
    return Told(usage=believed, marks=(*own.marks, USAGE_CONTRADICTED))


def _sums(usage: Usage) -> tuple[int, int]:
    return usage.input_tokens or 0, usage.output_tokens or 0


def _has_id(span: SpanFacts) -> bool:
    return span.call is not None and bool(span.call.response_id)


def _less(whole: Usage, parts: Iterable[Usage | None]) -> Usage | None:
    """Return what *whole* has more than *parts*, at least 0 of each; `None` if nothing."""
    known = [part for part in parts if part is not None]
    left = {
        name: max(total - sum(getattr(part, name) or 0 for part in known), 0)
        for name in _PARTS
        if (total := getattr(whole, name)) is not None
    }
    return Usage(**left) if any(left.values()) else None


def _depths(forest: Forest) -> list[int]:
    depths: list[int] = []
    for parent in forest.parents:
        depths.append(0 if parent == NO_PARENT else depths[parent] + 1)
    return depths


def _order(span: SpanFacts) -> tuple[int, str]:
    return span.start_ns, span.span_id
