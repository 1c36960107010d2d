"""The spans of one trace in an order where every parent comes before its children."""

from collections.abc import Sequence
from operator import attrgetter

from ..model import SpanFacts, value

NO_PARENT = -1


@value
class Forest:
    """Spans, parents first. Whoever folds upwards walks `spans` backwards."""

    spans: Sequence[SpanFacts]
    parents: Sequence[int]
    """For each span the position of its parent, or `NO_PARENT`."""
    missing_parents: int
    """Spans whose parent is named but not here."""


def forest_of(spans: Sequence[SpanFacts]) -> Forest:
    """Order *spans* of one trace in O(n log n), without recursion.

    A span whose parent is absent or itself is a root. Of a cycle, the span with the smallest
    start, then span id, is treated as a root.
    """
    ordered = sorted(spans, key=attrgetter("start_ns", "span_id"))
    position = {span.span_id: index for index, span in enumerate(ordered)}
    parents: list[int] = []
    missing = 0
    parents_first = True
    for index, span in enumerate(ordered):
        parent_id = span.parent_span_id
        parent = NO_PARENT if parent_id is None else position.get(parent_id, NO_PARENT)
        if parent >= index:
            parents_first = False
        elif parent == NO_PARENT and parent_id is not None:
            missing += 1
        parents.append(parent)
    if not parents_first:
        ordered, parents = _reordered(ordered, parents)
    return Forest(spans=ordered, parents=parents, missing_parents=missing)


def joined_forest(forests: Sequence[Forest]) -> Forest:
    """Return the forests of several traces as one: one behind the other."""
    if len(forests) == 1:
        return forests[0]
    spans: list[SpanFacts] = []
    parents: list[int] = []
    for forest in forests:
        first = len(spans)
        spans += forest.spans
        parents += [at if at == NO_PARENT else first + at for at in forest.parents]
    missing = sum(forest.missing_parents for forest in forests)
    return Forest(spans=spans, parents=parents, missing_parents=missing)


def _reordered(
    ordered: Sequence[SpanFacts], parent_of: list[int]
) -> tuple[list[SpanFacts], list[int]]:
    """Put parents that start later than their children, as clocks will have it, before them."""
    for index, parent in enumerate(parent_of):
        if parent == index:
            parent_of[index] = NO_PARENT
    _break_cycles(parent_of)
    children: list[list[int]] = [[] for _ in ordered]
    for index, parent in enumerate(parent_of):
        if parent != NO_PARENT:
            children[parent].append(index)
    order = [index for index, parent in enumerate(parent_of) if parent == NO_PARENT]
    for index in order:  # grows while it is walked: breadth first
        order.extend(children[index])
    new_position = {old: new for new, old in enumerate(order)}
    new_position[NO_PARENT] = NO_PARENT
    return (
        [ordered[index] for index in order],
        [new_position[parent_of[index]] for index in order],
    )


def _break_cycles(parent_of: list[int]) -> None:
    """Cut each cycle at its first member; positions are already in order of start and span id."""
    known_to_end = [False] * len(parent_of)
    for start in range(len(parent_of)):
        walked: list[int] = []
        on_this_walk: set[int] = set()
        index = start
        while index != NO_PARENT and not known_to_end[index] and index not in on_this_walk:
            walked.append(index)
            on_this_walk.add(index)
            index = parent_of[index]
        if index in on_this_walk:
            cycle = walked[walked.index(index) :]
            parent_of[min(cycle)] = NO_PARENT
        for member in walked:
            known_to_end[member] = True
