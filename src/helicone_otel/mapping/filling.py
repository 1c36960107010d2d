"""What a counted span lacks and the other spans of its call know."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec.structs import replace

from ..model import Cost, Kind, ModelCall, SpanFacts, value
from .calls import Calls, wrappers_of
from .counting import NO_CALL
from .facts import REPORTED, Price
from .forest import Forest
from .leftovers import USAGE_MARK, Told, usages_of
from .transports import CallTransport

T = TypeVar("T")
_UNTOLD = ModelCall(operation="")


@value
class Filled:
    """A counted span as if it alone had told of its call."""

    facts: SpanFacts
    transport: CallTransport


def filled_calls(forest: Forest, calls: Calls, price: Price | None) -> dict[int, Filled]:
    """Return by position the counted spans whose calls other spans tell of too.

    Without *price* a cost that is not told stays unknown where the usage is another span's.
    """
    wrappers = {
        index: wrappers_of(calls, forest.spans, index)
        for index in calls.counted
        if _is_told_by_others(forest, calls, index)
    }
    if not wrappers:
        return {}
    inside: dict[int, list[int]] = {}
    for index, around in wrappers.items():
        for wrapper in dict.fromkeys(around):
            inside.setdefault(wrapper, []).append(index)
    usages = usages_of(forest, calls, wrappers, inside)
    found: dict[int, Filled] = {}
    for index, around in wrappers.items():
        own = list(_speaking(forest, calls, [index]))
        others = list(_speaking(forest, calls, around))
        told_alone = [wrapper for wrapper in around if len(inside[wrapper]) == 1]
        reported = _reported_cost([*own, *_speaking(forest, calls, told_alone)])
        facts = _filled(own, others, usages[index])
        found[index] = Filled(
            facts=replace(facts, call=_with_cost(facts, own[0], reported, price)),
            transport=_transport(calls, [index, *calls.twins.get(index, ())]),
        )
    return found


def _is_told_by_others(forest: Forest, calls: Calls, index: int) -> bool:
    above = calls.around[index]
    return (
        (above != NO_CALL and forest.spans[above].kind is Kind.LLM)
        or index in calls.twins
        or index in calls.endings
        or index in calls.neighbours
    )


def _speaking(forest: Forest, calls: Calls, members: Sequence[int]) -> Iterator[SpanFacts]:
    """Yield the spans at *members*, each with the one that tells how its stream ended."""
    for index in members:
        yield forest.spans[index]
        if index in calls.endings:
            yield forest.spans[calls.endings[index]]


def _filled(own: Sequence[SpanFacts], others: Sequence[SpanFacts], usage: Told) -> SpanFacts:
    span, spoken = own[0], [*own, *others]
    calls = [told.call or _UNTOLD for told in spoken]
    return replace(
        span,
        end_ns=max(told.end_ns for told in own),
        http_status=_first(told.http_status for told in spoken),
        request_id=_first(told.request_id for told in spoken),
        is_cache_hit=any(told.is_cache_hit for told in spoken),
        marks=(*(m for m in span.marks if not m.startswith(USAGE_MARK)), *usage.marks),
        call=replace(
            calls[0],
            provider=_first(call.provider for call in calls),
            request_model=_first(call.request_model for call in calls),
            response_model=_first(call.response_model for call in calls),
            response_id=_first(call.response_id for call in calls),
            finish_reason=_first(call.finish_reason for call in calls),
            usage=usage.usage,
            time_to_first_token_ns=_first(call.time_to_first_token_ns or None for call in calls),
        ),
    )


def _reported_cost(spans: Iterable[SpanFacts]) -> Cost | None:
    costs = (span.call.cost for span in spans if span.call)
    return next((cost for cost in costs if cost and cost.source == REPORTED), None)


def _with_cost(
    facts: SpanFacts, own: SpanFacts, reported: Cost | None, price: Price | None
) -> ModelCall:
    """Return the call of *facts* with its cost: told, else as *own* has it, else anew."""
    call, before = facts.call or _UNTOLD, own.call or _UNTOLD
    if reported is not None or _basis(call) == _basis(before):
        return replace(call, cost=reported or before.cost)
    model = call.response_model or call.request_model
    if price is None or model is None or call.usage is None:
        return replace(call, cost=None)
    cost = price(provider=call.provider, model=model, start_ns=facts.start_ns, usage=call.usage)
    return replace(call, cost=cost)


def _basis(call: ModelCall) -> tuple[object, ...]:
    """Return what a price depends on."""
    return call.provider, call.response_model or call.request_model, call.usage


def _transport(calls: Calls, members: Iterable[int]) -> CallTransport:
    folded = CallTransport()
    for index in members:
        for sent in (calls.transports.get(index), calls.neighbours.get(index)):
            if sent is not None:
                folded.merge(sent)
    return folded


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
