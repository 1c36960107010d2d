"""Which spans are LLM requests: one call, counted once."""

from enum import IntFlag

from ..model import Kind, Role, SpanFacts
from .forest import NO_PARENT, Forest

BOUNDARY_KINDS = frozenset({Kind.TOOL, Kind.RETRIEVAL, Kind.AGENT, Kind.WORKFLOW})
"""A call below one of these is not the call above it."""

_EMBEDDING_OPERATIONS = frozenset({"embeddings", "embedding", "EMBEDDING", "rerank", "RERANKER"})


class Work(IntFlag):
    """What a call does; calls that do different work are never the same call."""

    NONE = 0
    GENERATE = 1
    EMBED = 2
    ANY = 3


def work_of(span: SpanFacts) -> Work:
    """Return what an LLM span does; other spans do no work of their own."""
    if span.kind is not Kind.LLM:
        return Work.NONE
    embeds = span.call is not None and span.call.operation in _EMBEDDING_OPERATIONS
    return Work.EMBED if embeds else Work.GENERATE


def roles_of(forest: Forest) -> list[Role]:
    """Return each span's role, in the forest's order.

    Between a call's span and one below it a tool, retrieval, agent or workflow span is a boundary.
    Without one, the span above is the wrapper of the same call: the innermost are counted, and an
    HTTP span counts only where no LLM span covers it.
    """
    covered = _covered_by_llm(forest)
    below = [Work.NONE] * len(forest.spans)
    roles = [Role.OTHER] * len(forest.spans)
    for index in reversed(range(len(forest.spans))):
        span = forest.spans[index]
        work = work_of(span) or _uncovered_work(span, covered=covered[index])
        if work:
            roles[index] = Role.WRAPPER if work & below[index] else Role.COUNTED
        elif span.kind is Kind.TRANSPORT:
            roles[index] = Role.TRANSPORT
        parent = forest.parents[index]
        if parent != NO_PARENT and span.kind not in BOUNDARY_KINDS:
            below[parent] |= below[index] | work
    return roles


def _covered_by_llm(forest: Forest) -> list[bool]:
    covered = [False] * len(forest.spans)
    for index, parent in enumerate(forest.parents):
        if parent != NO_PARENT:
            above = forest.spans[parent]
            covered[index] = above.kind is Kind.LLM or (
                covered[parent] and above.kind not in BOUNDARY_KINDS
            )
    return covered


def _uncovered_work(span: SpanFacts, *, covered: bool) -> Work:
    return Work.ANY if span.carries_llm_request and not covered else Work.NONE
