"""Which spans are LLM requests by what lies around and below them: the innermost of each call."""

from collections.abc import Collection, Sequence

from ..model import Kind, Role, SpanFacts, value
from .forest import NO_PARENT, Forest

BOUNDARY_KINDS = frozenset({Kind.TOOL, Kind.RETRIEVAL, Kind.AGENT, Kind.WORKFLOW})
"""A call below one of these is not the call above it."""

NO_CALL = NO_PARENT
_EMBEDDING_OPERATIONS = frozenset(
    {
        *("embeddings", "embedding", "EMBEDDING", "rerank", "RERANKER"),
        *("ai.embed.doEmbed", "ai.embedMany.doEmbed", "ai.rerank.doRerank"),
    }
)


@value
class NestedCalls:
    """What each span is to the calls of a trace, in the forest's order."""

    roles: list[Role]
    around: Sequence[int]
    """Position of the nearest call above that this span belongs to, or `NO_CALL`.

    A transport span belongs to the call it was sent for; an LLM span to its wrapper.
    """


def embeds(span: SpanFacts) -> bool:
    """Tell an embedding or reranking from what generates text: they are never the same call."""
    return span.call is not None and span.call.operation in _EMBEDDING_OPERATIONS


def nested_calls(forest: Forest, sums: Collection[int] = ()) -> NestedCalls:
    """Find the calls of a trace and what belongs to each.

    Between a call's span and one below it a tool, retrieval, agent or workflow span is a boundary.
    Without one, the span above is the wrapper of the same call: the innermost are counted, and an
    HTTP span counts only where no LLM span covers it. *sums* stand for all calls below them.
    """
    spans = forest.spans
    roles = [Role.OTHER] * len(spans)
    around = [NO_CALL] * len(spans)
    # The nearest calls at or above each span that one below it could be part of.
    generating: list[int] = []
    embedding: list[int] = []
    for index, span in enumerate(spans):
        parent, kind = forest.parents[index], span.kind
        generates, embeds_ = NO_CALL, NO_CALL
        if parent != NO_PARENT:
            generates, embeds_ = generating[parent], embedding[parent]
        if kind is Kind.LLM:
            roles[index] = Role.COUNTED
            if embeds(span):
                around[index], embeds_ = embeds_, index
            else:
                around[index], generates = generates, index
            if around[index] != NO_CALL:
                roles[around[index]] = Role.WRAPPER
        elif kind is Kind.TRANSPORT:
            roles[index] = Role.TRANSPORT
            nearest = around[index] = max(generates, embeds_)  # of two above, the later is nearer
            if span.carries_llm_request and not _is_covered(spans, generates, embeds_):
                roles[index] = Role.COUNTED
                if nearest != NO_CALL:
                    roles[nearest] = Role.WRAPPER
                generates = embeds_ = index
        elif kind is Kind.EVENT:
            roles[index] = Role.COUNTED
        elif kind in BOUNDARY_KINDS:
            generates = embeds_ = NO_CALL
        generating.append(generates)
        embedding.append(embeds_)
    if sums:
        _count_sums(forest, roles, sums)
    return NestedCalls(roles=roles, around=around)


def _is_covered(spans: Sequence[SpanFacts], *above: int) -> bool:
    return any(index != NO_CALL and spans[index].kind is Kind.LLM for index in above)


def _count_sums(forest: Forest, roles: list[Role], sums: Collection[int]) -> None:
    """Count *sums* instead of the HTTP spans below them, as far as the next boundary."""
    covered: list[bool] = []
    for index, parent in enumerate(forest.parents):
        kind = forest.spans[index].kind
        if index in sums:
            roles[index] = Role.COUNTED
        covers = parent != NO_PARENT and covered[parent]
        if covers and kind is Kind.TRANSPORT:
            roles[index] = Role.TRANSPORT
        covered.append(index in sums if kind in BOUNDARY_KINDS else covers)
