"""What one span says by itself."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from ..model import (
    CLAMPED_END,
    NO_END,
    NO_START,
    STATUS_ERROR,
    AttributeValue,
    Cost,
    Kind,
    ModelCall,
    SessionClaim,
    SpanFacts,
    SpanRecord,
    Usage,
)
from ..session import SessionReference, decode_header_value, is_implicit, segment
from . import alias_table as table
from .kinds import STEP_KINDS, carries_llm_request, kind_of
from .usage import usage_of
from .values import as_identifier, as_property_text

_NANO_USD = 1_000_000_000
_FIRST_TOKEN_EVENTS = frozenset({"First Token Stream Event", "gen_ai.content.completion.chunk"})
"""Emitted at the first token by OpenInference, at each chunk by Traceloop."""


class Price(Protocol):
    """Say what a call cost by a dated price table; `None` where no price is known."""

    def __call__(
        self, *, provider: str | None, model: str, start_ns: int, usage: Usage
    ) -> Cost | None: ...


def facts_of(span: SpanRecord, price: Price) -> SpanFacts:
    """Return everything *span* says without its neighbours."""
    kind = kind_of(span)
    start_ns, end_ns, marks = _times(span)
    call, usage_marks = _call(span, kind, start_ns, price)
    reference = _reference(span)
    return SpanFacts(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        name=span.name,
        scope=span.origin.scope_name,
        start_ns=start_ns,
        end_ns=end_ns,
        kind=kind,
        segment=_segment(span, kind),
        failed=span.status_code == STATUS_ERROR,
        status_message=span.status_message,
        claims=tuple(_claims(span)),
        path=reference.path,
        session_name=reference.name,
        user_id=reference.user_id,
        properties=reference.properties,
        fallback_name=table.FALLBACK_NAME.first(span.attributes),
        service_name=table.SERVICE_NAME.first(span.origin.resource),
        call=call,
        http_status=table.HTTP_STATUS.first(span.attributes),
        request_id=table.REQUEST_ID.first(span.attributes),
        carries_llm_request=kind is Kind.TRANSPORT and carries_llm_request(span),
        linked_trace_ids=span.linked_trace_ids,
        attribute_count=span.attribute_count,
        marks=(*marks, *usage_marks),
    )


def _times(span: SpanRecord) -> tuple[int, int, tuple[str, ...]]:
    """Return start, end and marks: an absent start is the end, an end is never before its start."""
    if span.start_ns == 0:
        return span.end_ns, span.end_ns, (NO_START,)
    if span.end_ns < span.start_ns:
        return span.start_ns, span.start_ns, (CLAMPED_END if span.end_ns else NO_END,)
    return span.start_ns, span.end_ns, ()


def _segment(span: SpanRecord, kind: Kind) -> str | None:
    if kind is Kind.SERVER:
        return segment(table.HTTP_ROUTE.first(span.attributes) or span.name)
    if kind not in STEP_KINDS:
        return None
    name = None
    if kind is Kind.TOOL:
        name = table.TOOL_NAME.first(span.attributes)
    elif kind in (Kind.AGENT, Kind.WORKFLOW):
        name = table.FALLBACK_NAME.first(span.attributes)
    return segment(name or span.name)


def _claims(span: SpanRecord) -> Iterator[SessionClaim]:
    """Yield the session ids the span names, strongest first; its own trace's id is none."""
    for entry in table.SESSION_KEYS:
        if entry.key in span.attributes:
            yield from _claim(entry, span.attributes[entry.key], span.trace_id)
    entry = table.RESOURCE_SESSION_KEY
    if entry.key in span.origin.resource:
        yield from _claim(entry, span.origin.resource[entry.key], span.trace_id)


def _claim(entry: table.SessionKey, value: AttributeValue, trace_id: str) -> Iterator[SessionClaim]:
    text = as_identifier(value)
    if text is None:
        return
    text = decode_header_value(text) if entry.is_header else text
    session_id = SessionReference.of(id=text).id
    if session_id and not is_implicit(session_id, trace_id):
        yield SessionClaim(session_id=session_id, strength=entry.strength, key=entry.key)


def _reference(span: SpanRecord) -> SessionReference:
    attributes = span.attributes
    return SessionReference.of(
        path=_spelled(table.SESSION_PATH, attributes),
        name=_spelled(table.SESSION_NAME, attributes),
        user_id=_spelled(table.USER_ID, attributes),
        properties=dict(_properties(attributes)),
    )


def _spelled(row: table.Row[str], attributes: Mapping[str, AttributeValue]) -> str | None:
    for key, _ in row.keys:
        if key in attributes and (text := row.read(attributes[key])) is not None:
            return decode_header_value(text) if key.startswith(table.HEADER_PREFIXES) else text
    return None


def _properties(attributes: Mapping[str, AttributeValue]) -> Iterator[tuple[str, str]]:
    """Yield properties, those of the strongest prefix last so that they win."""
    carriers = [item for item in attributes.items() if item[0].startswith(table.PROPERTY_PREFIXES)]
    if not carriers:
        return
    for prefix in reversed(table.PROPERTY_PREFIXES):
        is_header = prefix.startswith(table.HEADER_PREFIXES)
        for key, value in carriers:
            if key.startswith(prefix) and (text := as_property_text(value)):
                yield key[len(prefix) :], decode_header_value(text) if is_header else text


def _call(
    span: SpanRecord, kind: Kind, start_ns: int, price: Price
) -> tuple[ModelCall | None, tuple[str, ...]]:
    if kind is not Kind.LLM:
        return None, ()
    attributes = span.attributes
    usage, marks = usage_of(attributes)
    provider = table.PROVIDER.first(attributes)
    request_model = table.REQUEST_MODEL.first(attributes)
    response_model = table.RESPONSE_MODEL.first(attributes)
    cost = _reported_cost(attributes)
    model = response_model or request_model
    if cost is None and usage is not None and model is not None:
        cost = price(provider=provider, model=model, start_ns=start_ns, usage=usage)
    return ModelCall(
        operation=table.OPERATION.first(attributes) or "",
        provider=provider,
        request_model=request_model,
        response_model=response_model,
        response_id=table.RESPONSE_ID.first(attributes),
        finish_reason=table.FINISH_REASON.first(attributes),
        usage=usage,
        cost=cost,
        time_to_first_token_ns=_time_to_first_token(span),
        has_output=table.OUTPUT_CONTENT.first(attributes) is not None,
    ), marks


def _reported_cost(attributes: Mapping[str, AttributeValue]) -> Cost | None:
    # Emitters write 0 for models they have no price for, so 0 is no evidence of a free call.
    cost_usd = table.COST_USD.first(attributes)
    if cost_usd is None or not 0 < cost_usd < 2**63 / _NANO_USD:
        return None
    return Cost(nano_usd=round(cost_usd * _NANO_USD), source="span")


def _time_to_first_token(span: SpanRecord) -> int | None:
    reported = table.TIME_TO_FIRST_TOKEN_NS.first(span.attributes)
    if reported is not None:
        return reported
    times = [event.time_ns for event in span.events if event.name in _FIRST_TOKEN_EVENTS]
    return max(min(times) - span.start_ns, 0) if times else None
