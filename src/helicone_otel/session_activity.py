"""When a session was at work: while a request was on its way, or a step with none below it."""

from collections.abc import Container, Iterable, Iterator, Sequence

from .model import Interval, Kind, LlmRequest, ResolvedSpan

_STEPS = frozenset({Kind.STEP, Kind.TOOL, Kind.RETRIEVAL, Kind.AGENT, Kind.WORKFLOW})


def activity(spans: Sequence[ResolvedSpan], requests: Sequence[LlmRequest]) -> list[Interval]:
    """Return the times at work of one trace's *spans* and *requests* in one session.

    *spans* come parents first. The times are in order and do not touch.
    """
    calls = ((request.start_ns, request.end_ns) for request in requests)
    return union([*calls, *_leaf_steps(spans, {request.span_id for request in requests})])


def _leaf_steps(spans: Sequence[ResolvedSpan], requests: Container[str]) -> Iterator[Interval]:
    above_work: set[str | None] = set()
    for span in reversed(spans):  # so that all below a span has been seen before it
        facts = span.facts
        is_step, is_above = facts.kind in _STEPS, facts.span_id in above_work
        if is_step and not is_above:
            yield facts.start_ns, facts.end_ns
        if is_step or is_above or facts.span_id in requests:
            above_work.add(facts.parent_span_id)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return what *intervals* cover, in order, as times that do not touch."""
    merged: list[Interval] = []
    begun = reached = -1
    for start, end in sorted(intervals):
        if start > reached:
            if reached > begun:
                merged.append((begun, reached))
            begun, reached = start, end
        elif end > reached:
            reached = end
    if reached > begun:
        merged.append((begun, reached))
    return merged
