"""A session's spans in the order of their calls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from .model import ResolvedSpan, value

SpanKey = tuple[str, str]
"""Trace id and span id: span ids alone may repeat in another trace."""


@value
class Call:
    """A span in the tree of calls."""

    span: ResolvedSpan
    depth: int
    """Levels below a span whose parent is not in the session, from 0."""


def call_tree(spans: Iterable[ResolvedSpan]) -> list[Call]:
    """Return *spans* parents first, each followed by all below it, siblings in start order.

    Every span appears once, also in a ring of parents, which begins at its earliest span.
    """
    ordered = sorted(spans, key=_start)
    known = {key_of(span) for span in ordered}
    below: defaultdict[SpanKey, list[ResolvedSpan]] = defaultdict(list)
    roots: list[ResolvedSpan] = []
    for span in ordered:
        parent = _parent_key(span)
        if parent in known and parent != key_of(span):
            below[parent].append(span)
        else:
            roots.append(span)
    calls: list[Call] = []
    seen: set[SpanKey] = set()
    for root in (*roots, *ordered):  # what is in a ring hangs below no root
        if key_of(root) not in seen:
            calls.extend(_walk(root, below, seen))
    return calls


def key_of(span: ResolvedSpan) -> SpanKey:
    return span.facts.trace_id, span.facts.span_id


def _walk(
    root: ResolvedSpan, below: dict[SpanKey, list[ResolvedSpan]], seen: set[SpanKey]
) -> Iterator[Call]:
    waiting = [Call(span=root, depth=0)]
    while waiting:
        call = waiting.pop()
        key = key_of(call.span)
        if key in seen:
            continue
        seen.add(key)
        yield call
        waiting += [Call(span=child, depth=call.depth + 1) for child in below.get(key, ())[::-1]]


def _parent_key(span: ResolvedSpan) -> SpanKey:
    return span.facts.trace_id, span.facts.parent_span_id or ""


def _start(span: ResolvedSpan) -> tuple[int, str]:
    return span.facts.start_ns, span.facts.span_id
