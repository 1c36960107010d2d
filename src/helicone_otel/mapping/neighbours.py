"""HTTP spans that lie beside the LLM span of their call, not below it."""

from collections.abc import Mapping, Sequence

from ..model import Kind, SpanFacts
from .forest import Forest
from .transports import CallTransport

_MAX_OPEN = 256
"""LLM spans below one parent at one time that are looked at for each HTTP span."""


def neighbours_of(
    forest: Forest, sent: Sequence[int], transports: Mapping[int, CallTransport]
) -> tuple[dict[int, CallTransport], list[int]]:
    """Return what was sent beside each call, and which of the spans *sent* are such.

    Some instrumentations do not make their span the current one: what is sent within its time,
    below the same parent, is its call's, unless it has transport spans of its own.
    """
    spans = forest.spans
    parents = {spans[index].parent_span_id for index in sent} - {None}
    calls: dict[str | None, list[int]] = {parent: [] for parent in parents}
    for index, span in enumerate(spans):
        if span.kind is Kind.LLM and index not in transports and span.parent_span_id in parents:
            calls[span.parent_span_id].append(index)
    for siblings in calls.values():
        siblings.sort(key=lambda at: spans[at].start_ns)
    found: dict[int, CallTransport] = {}
    beside: list[int] = []
    for index in sorted(sent, key=lambda at: spans[at].start_ns):
        siblings = calls.get(spans[index].parent_span_id, [])
        siblings[:] = [at for at in siblings if spans[at].end_ns >= spans[index].start_ns]
        around = [at for at in siblings[:_MAX_OPEN] if _contains(spans[at], spans[index])]
        for at in around:
            found.setdefault(at, CallTransport()).add(spans[index])
        if around:
            beside.append(index)
    return found, beside


def _contains(call: SpanFacts, sent: SpanFacts) -> bool:
    return call.start_ns <= sent.start_ns and sent.end_ns <= call.end_ns
