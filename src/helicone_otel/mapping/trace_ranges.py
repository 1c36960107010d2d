"""Where each of several traces lies in the forest that they make together."""

from ..model import Kind, SpanFacts, TraceFacts, value
from .forest import NO_PARENT, Forest


@value
class TraceRange:
    """The positions of one trace's spans, from *first* to before *end*."""

    trace_id: str
    first: int
    end: int
    missing_parents: int
    names_session: bool
    """Whether a span of it does."""
    linked_trace_id: str | None
    """The only other trace that its earliest root links to."""
    continues: str
    """The trace whose implicit session its own is."""

    @classmethod
    def of(cls, trace: TraceFacts, forest: Forest, first: int) -> "TraceRange":
        linked = _linked_trace(forest, trace.trace_id)
        return cls(
            trace_id=trace.trace_id,
            first=first,
            end=first + len(forest.spans),
            missing_parents=forest.missing_parents,
            names_session=any(span.claims for span in trace.spans),
            linked_trace_id=linked,
            continues=trace.continues or linked or trace.trace_id,
        )


def _linked_trace(forest: Forest, trace_id: str) -> str | None:
    """Return the one other trace that the earliest root has links to.

    Message-driven agents make one run of many linked traces.
    """
    if not any(span.linked_trace_ids for span in forest.spans):
        return None
    roots = [
        span
        for span, parent in zip(forest.spans, forest.parents, strict=True)
        if parent == NO_PARENT and span.kind is not Kind.EVENT
    ]
    root = min(roots, key=_start, default=None)
    linked = set(root.linked_trace_ids) - {trace_id} if root else set()
    return linked.pop() if len(linked) == 1 else None


def _start(span: SpanFacts) -> tuple[int, str]:
    return span.start_ns, span.span_id
