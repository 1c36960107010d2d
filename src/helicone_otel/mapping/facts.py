"""What one span says by itself."""

from collections.abc import Callable
from functools import lru_cache
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
    OtelSpanKind,
    SessionClaim,
    SpanFacts,
    SpanRecord,
    Usage,
)
from ..session_reference import (
    clean_id,
    clean_name,
    clean_path,
    decode_header_value,
    is_implicit,
    segment,
)
from ..span_kinds import step_name
from . import alias_table as table
from .fields import Fields
from .kinds import carries_llm_request, kind_of
from .properties import properties_of
from .usage import usage_of
from .values import as_identifier, as_label, short

_SESSION_KEYS = [(entry.key, entry) for entry in table.SESSION_KEYS]
_NANO_USD = 1_000_000_000
_SENDING = (OtelSpanKind.CLIENT, OtelSpanKind.PRODUCER)
_FIRST_TOKEN_EVENTS = frozenset({"First Token Stream Event", "gen_ai.content.completion.chunk"})
"""Emitted at the first token by OpenInference, at each chunk by Traceloop."""


def _remembered(clean: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Cache *clean* for the texts that the spans of a session repeat.

    Long ones are not kept: strangers choose them, and the memory is everybody's.
    """
    cached = lru_cache(maxsize=4096)(clean)
    return lambda text: cached(text) if len(text) <= _MAX_REMEMBERED else clean(text)


_MAX_REMEMBERED = 512
_clean_id = _remembered(clean_id)
_clean_name = _remembered(clean_name)
_clean_path = _remembered(clean_path)


class Price(Protocol):
    """Say what a call cost by a dated price table; `None` where no price is known."""

    def __call__(
        self, *, provider: str | None, model: str, start_ns: int, usage: Usage
    ) -> Cost | None: ...


def facts_of(span: SpanRecord, price: Price) -> SpanFacts:
    """Return everything *span* says without its neighbours."""
    kind = kind_of(span)
    fields = Fields(span.attributes)
    start_ns, end_ns, marks = _times(span)
    call, usage_marks = _call(span, fields, start_ns, price) if kind is Kind.LLM else (None, ())
    path, name = fields.get(table.SESSION_PATH), fields.get(table.SESSION_NAME)
    user_id = fields.get(table.USER_ID)
    return SpanFacts(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        name=short(span.name),
        scope=short(span.origin.scope_name),
        start_ns=start_ns,
        end_ns=end_ns,
        kind=kind,
        segment=_segment(span, kind),
        failed=span.status_code == STATUS_ERROR,
        status_message=short(span.status_message),
        claims=_claims(span),
        path=_clean_path(path) if path else None,
        session_name=_clean_name(name) if name else None,
        user_id=_clean_id(user_id) if user_id else None,
        properties=properties_of(span.attributes),
        fallback_name=fields.get(table.FALLBACK_NAME),
        service_name=_service_name(span),
        call=call,
        http_status=fields.get(table.HTTP_STATUS),
        request_id=fields.get(table.REQUEST_ID),
        carries_llm_request=kind is Kind.TRANSPORT and carries_llm_request(span, fields),
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
    sends = span.kind in _SENDING
    name = step_name(kind, span.name, span.attributes, scope=span.origin.scope_name, sends=sends)
    return None if name is None else segment(name)


def _service_name(span: SpanRecord) -> str | None:
    return as_label(span.origin.resource.get("service.name"))


def _claims(span: SpanRecord) -> tuple[SessionClaim, ...]:
    """Return the session ids the span names, strongest first; its own trace's id is none."""
    attributes = span.attributes
    claims = [
        claim
        for key, entry in _SESSION_KEYS
        if key in attributes and (claim := _claim(entry, attributes[key], span.trace_id))
    ]
    named = span.origin.resource.get(table.RESOURCE_SESSION_KEY.key)
    if named and (claim := _claim(table.RESOURCE_SESSION_KEY, named, span.trace_id)):
        claims.append(claim)
    return tuple(claims)


def _claim(entry: table.SessionKey, value: AttributeValue, trace_id: str) -> SessionClaim | None:
    text = as_identifier(value)
    if text is None:
        return None
    session_id = _clean_id(decode_header_value(text) if entry.is_header else text)
    if session_id is None or is_implicit(session_id, trace_id):
        return None
    return SessionClaim(session_id=session_id, strength=entry.strength, key=entry.key)


def _call(
    span: SpanRecord, fields: Fields, start_ns: int, price: Price
) -> tuple[ModelCall, tuple[str, ...]]:
    usage, marks = usage_of(fields)
    provider = fields.get(table.PROVIDER)
    request_model = fields.get(table.REQUEST_MODEL)
    response_model = fields.get(table.RESPONSE_MODEL)
    cost = _reported_cost(fields)
    model = response_model or request_model
    if cost is None and usage is not None and model is not None:
        cost = price(provider=provider, model=model, start_ns=start_ns, usage=usage)
    return ModelCall(
        operation=fields.get(table.OPERATION) or "",
        provider=provider,
        request_model=request_model,
        response_model=response_model,
        response_id=fields.get(table.RESPONSE_ID),
        finish_reason=fields.get(table.FINISH_REASON),
        usage=usage,
        cost=cost,
        time_to_first_token_ns=_time_to_first_token(span, fields),
        has_output=fields.get(table.OUTPUT_CONTENT) is not None,
    ), marks


def _reported_cost(fields: Fields) -> Cost | None:
    # Emitters write 0 for models they have no price for, so 0 is no evidence of a free call.
    cost_usd = fields.get(table.COST_USD)
    if cost_usd is None or not 0 < cost_usd < 2**63 / _NANO_USD:
        return None
    return Cost(nano_usd=round(cost_usd * _NANO_USD), source="span")


def _time_to_first_token(span: SpanRecord, fields: Fields) -> int | None:
    reported = fields.get(table.TIME_TO_FIRST_TOKEN_NS)
    if reported is not None:
        return reported
    times = [event.time_ns for event in span.events if event.name in _FIRST_TOKEN_EVENTS]
    return max(min(times) - span.start_ns, 0) if times else None
