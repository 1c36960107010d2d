"""The LLM requests of a trace: its counted calls with all that is known of them."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ..model import Cost, Kind, LlmRequest, ModelCall, ResolvedSpan, SpanFacts
from ..session_reference import request_id_of_span
from .calls import Calls
from .facts import Price
from .filling import filled_calls
from .forest import Forest
from .properties import merge_spellings
from .transports import NOTHING_SENT, CallTransport

_OK, _FAILED, _FIRST_ERROR_STATUS = 200, 500, 400
_UNTOLD = ModelCall(operation="")
_FROM_CACHE = Cost(nano_usd=0, source="cache")


def requests_of(
    forest: Forest,
    calls: Calls,
    places: Sequence[ResolvedSpan],
    standing: Mapping[int, int],
    price: Price | None,
) -> list[LlmRequest]:
    """Return the counted calls that are in a session; *standing* places those with twins."""
    filled = filled_calls(forest, calls, price)
    requests: list[LlmRequest] = []
    for index in calls.counted:
        place = places[index]
        if index in standing and standing[index] != index:
            sent = calls.transports.get(index, NOTHING_SENT).referring
            place = _standing_at(places[standing[index]], forest.spans[index], sent)
        if place.session_id is None:
            continue
        if index in filled:
            facts, transport = filled[index].facts, filled[index].transport
        else:
            facts, transport = forest.spans[index], calls.transports.get(index, NOTHING_SENT)
        requests.append(_request(facts, place, place.session_id, transport))
    return requests


def _standing_at(place: ResolvedSpan, span: SpanFacts, sent: SpanFacts | None) -> ResolvedSpan:
    """Return *place* as it is for its twin *span*, whose own word is nearer to the call."""
    near = [speaker for speaker in (span, sent) if speaker is not None]
    names = [speaker.session_name for speaker in near]
    users = [speaker.user_id for speaker in near]
    layers = [speaker.properties for speaker in reversed(near)]
    return replace(
        place,
        session_name=next(filter(None, names), place.session_name),
        user_id=next(filter(None, users), place.user_id),
        properties=merge_spellings(place.properties, *layers) if any(layers) else place.properties,
    )


def _request(
    facts: SpanFacts, place: ResolvedSpan, session_id: str, transport: CallTransport
) -> LlmRequest:
    call = facts.call or _UNTOLD
    status = _status(facts, transport)
    return LlmRequest(
        facts.trace_id,
        facts.span_id,
        _request_id(facts, transport),
        session_id,
        place.session_name,
        place.path,
        place.user_id,
        place.properties,
        facts.start_ns,
        facts.end_ns,
        call.time_to_first_token_ns,
        call.operation,
        call.provider or facts.provider or _provider(transport),
        call.request_model,
        call.response_model,
        call.usage,
        _FROM_CACHE if facts.is_cache_hit or transport.cached else call.cost,
        status,
        status >= _FIRST_ERROR_STATUS,
        facts.scope,
        call.response_id,
        facts.kind is Kind.EVENT,
    )


def _provider(transport: CallTransport) -> str | None:
    return transport.answered.provider if transport.answered else None


def _status(facts: SpanFacts, transport: CallTransport) -> int:
    """Return the HTTP status if it is an error or nothing contradicts it, else 500 or 200."""
    known = facts.http_status
    if known is None and transport.answered is not None:
        known = transport.answered.http_status
    if known is not None and known >= _FIRST_ERROR_STATUS:
        return known
    if facts.failed:
        return _FAILED
    return _OK if known is None else known


def _request_id(facts: SpanFacts, transport: CallTransport) -> str:
    """Return Helicone's request id, or a UUID that the same span always gets."""
    sent = transport.identified.request_id if transport.identified else None
    if known := facts.request_id or sent:
        return known
    return request_id_of_span(facts.trace_id, facts.span_id)
