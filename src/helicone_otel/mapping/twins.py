"""LLM spans of different scopes, side by side, that tell of one call."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from ..model import Kind, SpanFacts, Usage, value
from .calls import Calls
from .counting import embeds
from .forest import NO_PARENT, Forest

_VENDOR = re.compile(r"^([a-z]+\.)+(?=[a-z])")
_DATE_OR_VERSION = re.compile(r"[-@:](\d{4}-?\d{2}-?\d{2}|\d{4}|\d{8}|v\d+(:\d+)?|latest)$")
_MAX_COMPARED = 64
"""The latest calls that one is compared with; farther ones are known by their response id."""


@value
class _Told:
    """What one span tells of its call."""

    index: int
    span: SpanFacts
    session_id: str | None
    """That somebody named."""
    response_id: str | None
    usage: Usage | None
    models: frozenset[str]
    embeds: bool


_Group = list[_Told]
"""Spans of one call, the outermost first."""


def twins_of(
    forest: Forest, calls: Calls, sessions: Sequence[str | None]
) -> dict[int, Sequence[int]]:
    """Return by the position of the innermost span those of its twins, nearest container first.

    *sessions* has for each span the session that somebody named.
    """
    llm = [index for index in calls.counted if forest.spans[index].kind is Kind.LLM]
    scopes = len({forest.spans[index].scope for index in llm}) if len(llm) > 1 else 1
    if scopes == 1:
        return {}
    told = sorted(
        (_told(forest, index, calls.endings, sessions) for index in llm), key=_outermost_first
    )
    together: list[_Group] = []
    running: list[_Group] = []
    by_response: dict[str | None, list[_Group]] = {}
    for one in told:
        running = [
            group
            for group in running[-_MAX_COMPARED:]
            if len(group) < scopes and group[-1].span.end_ns >= one.span.start_ns
        ]
        candidates = _candidates(one, running, by_response)
        group = next((group for group in candidates if _belongs(forest, one, group)), None)
        if group is None:
            group = []
            running.append(group)
        elif len(group) == 1:
            together.append(group)
        group.append(one)
        by_response.setdefault(one.response_id, []).append(group)
    return {group[-1].index: [one.index for one in reversed(group[:-1])] for group in together}


def _candidates(
    one: _Told, running: Sequence[_Group], by_response: Mapping[str | None, Sequence[_Group]]
) -> Iterator[_Group]:
    if not one.response_id:
        yield from running
        return
    yield from (g for g in running if g[-1].response_id in (None, one.response_id))
    yield from by_response.get(one.response_id, ())[:_MAX_COMPARED]


def _told(
    forest: Forest, index: int, endings: Mapping[int, int], sessions: Sequence[str | None]
) -> _Told:
    span = forest.spans[index]
    call = span.call
    speaking = [index, *([endings[index]] if index in endings else [])]
    calls = [other for at in speaking if (other := forest.spans[at].call)]
    return _Told(
        index=index,
        span=span,
        session_id=sessions[index],
        response_id=call.response_id if call else None,
        usage=next((other.usage for other in calls if other.usage), None),
        models=frozenset(
            _plain(model)
            for model in (call and call.request_model, call and call.response_model)
            if model
        ),
        embeds=embeds(span),
    )


def _outermost_first(one: _Told) -> tuple[int, int, str, str]:
    span = one.span
    return span.start_ns, -span.end_ns, span.span_id, span.trace_id


def _belongs(forest: Forest, one: _Told, group: _Group) -> bool:
    outer = group[-1]
    return (
        all(one.span.scope != other.span.scope for other in group)
        and one.embeds == outer.embeds
        and _is_same_call(outer, one)
        and not _is_above(forest, outer.index, one.index)
        and not _is_above(forest, one.index, outer.index)
    )


def _is_same_call(outer: _Told, inner: _Told) -> bool:
    if outer.response_id and inner.response_id:
        overlap = outer.span.start_ns <= inner.span.end_ns
        overlap = overlap and inner.span.start_ns <= outer.span.end_ns
        return outer.response_id == inner.response_id and overlap
    return (
        outer.span.start_ns <= inner.span.start_ns
        and inner.span.end_ns <= outer.span.end_ns
        and _are_near(outer, inner)
        and _usages_agree(outer.usage, inner.usage)
        and not outer.models.isdisjoint(inner.models)
    )


def _are_near(one: _Told, other: _Told) -> bool:
    """Tell whether both are in one trace, or in one session that somebody named."""
    if one.span.trace_id == other.span.trace_id:
        return True
    return one.session_id is not None and one.session_id == other.session_id


def _usages_agree(one: Usage | None, other: Usage | None) -> bool:
    """Tell whether input and output are equal, or told by one of the two alone."""
    if one is None or other is None:
        return True
    pairs = ((one.input_tokens, other.input_tokens), (one.output_tokens, other.output_tokens))
    return all(a == b for a, b in pairs if a and b)


def _is_above(forest: Forest, above: int, below: int) -> bool:
    return any(index == above for index in _ancestors(forest, below))


def _ancestors(forest: Forest, index: int) -> Iterator[int]:
    while (index := forest.parents[index]) != NO_PARENT:
        yield index


@lru_cache(maxsize=4096)
def _plain(model: str) -> str:
    """Return *model* without a vendor before it or a date or version behind it."""
    plain = _VENDOR.sub("", model.rpartition("/")[2])
    while (shorter := _DATE_OR_VERSION.sub("", plain)) != plain:
        plain = shorter
    return plain
