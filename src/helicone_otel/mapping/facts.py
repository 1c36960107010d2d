"""What one span says by itself."""

from collections.abc import Mapping
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
    Origin,
    OtelSpanKind,
    SessionClaim,
    SpanFacts,
    SpanRecord,
    Usage,
    value,
)
from ..session_reference import is_implicit, segment
from ..span_kinds import step_name
from . import alias_table as table
from .fields import Fields, read_fields, shape_of
from .hosts import provider_by_host
from .kinds import carries_llm_request, kind_of, may_be_call
from .stated import StatedReader, claim_of
from .usage import usage_of
from .values import as_label, json_object, short

REPORTED = "span"
"""Source of a cost that the emitter has told."""
_HIT = "HIT"
_CACHE_IS_APART_SCOPES = ("openlit.instrumentation.anthropic",)
"""Their input tokens leave out what a cache has read or written."""
_NANO_USD = 1_000_000_000
_SENDING = (OtelSpanKind.CLIENT, OtelSpanKind.PRODUCER)
_FIRST_TOKEN_EVENTS = frozenset({"First Token Stream Event", "gen_ai.content.completion.chunk"})
"""Emitted at the first token by OpenInference, at each chunk by Traceloop."""


class Price(Protocol):
    """Say what a call cost by a dated price table; `None` where no price is known."""

    def __call__(
        self, *, provider: str | None, model: str, start_ns: int, usage: Usage
    ) -> Cost | None: ...


def facts_of(span: SpanRecord, price: Price) -> SpanFacts:
    """Return everything *span* says without its neighbours."""
    return FactsReader(price).read(span)


class FactsReader:
    """Reads the spans of one request; remembers what they have in common."""

    def __init__(self, price: Price) -> None:
        self._price = price
        self._stated = StatedReader()
        self._origin: Origin | None = None
        self._source = _Source(scope="", service_name=None, claim=None)

    def read(self, span: SpanRecord) -> SpanFacts:
        """Return everything *span* says without its neighbours."""
        attributes = span.attributes
        shape = shape_of(attributes)
        if shape.names_claude_code and span.name == table.CLAUDE_CODE_CALL:
            attributes = _in_common_words(attributes)
            shape = shape_of(attributes)
        fields = read_fields(shape.columns, attributes)
        kind = kind_of(span, shape)
        stated = self._stated.read(shape, attributes)
        source = self._source_of(span.origin)
        start_ns, end_ns, marks = _times(span)
        carries = kind is Kind.TRANSPORT and carries_llm_request(span, fields)
        call = None
        if kind is Kind.LLM or (shape.tells_usage and may_be_call(kind, attributes)):
            call, usage_marks = _call(span, fields, start_ns, self._price)
            if kind is Kind.LLM or _is_told(call, kind):
                marks += usage_marks
            else:
                call = None
        is_cache_hit = (fields.get(table.CACHE_HIT) or "").upper() == _HIT
        return SpanFacts(
            span.span_id,
            span.parent_span_id,
            short(span.name),
            source.scope,
            start_ns,
            end_ns,
            kind,
            _segment(span, kind),
            span.status_code == STATUS_ERROR,
            short(span.status_message),
            _claims(stated.claims, source.claim, span.trace_id),
            stated.path,
            stated.session_name,
            stated.user_id,
            stated.properties,
            fields.get(table.FALLBACK_NAME),
            source.service_name,
            call,
            fields.get(table.HTTP_STATUS),
            fields.get(table.REQUEST_ID),
            carries,
            span.linked_trace_ids,
            span.attribute_count,
            marks,
            is_cache_hit,
            provider_by_host(fields) if carries else None,
            span.trace_id,
        )

    def _source_of(self, origin: Origin) -> "_Source":
        if origin is not self._origin:  # spans of a scope come one after the other
            self._origin, self._source = origin, _source_of(origin)
        return self._source


@value
class _Source:
    """What a span's resource and scope say."""

    scope: str
    service_name: str | None
    claim: SessionClaim | None


def _source_of(origin: Origin) -> _Source:
    resource: Mapping[str, AttributeValue] = origin.resource
    named = resource.get(table.RESOURCE_SESSION_KEY.key)
    return _Source(
        scope=short(origin.scope_name),
        service_name=as_label(resource.get("service.name")),
        claim=claim_of(table.RESOURCE_SESSION_KEY, named) if named else None,
    )


def _claims(
    stated: tuple[SessionClaim, ...], of_resource: SessionClaim | None, trace_id: str
) -> tuple[SessionClaim, ...]:
    """Return the session ids a span names, strongest first; its own trace's id is none."""
    claims = stated if of_resource is None else (*stated, of_resource)
    for claim in claims:
        if is_implicit(claim.session_id, trace_id):
            return tuple(c for c in claims if not is_implicit(c.session_id, trace_id))
    return claims


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


def _call(
    span: SpanRecord, fields: Fields, start_ns: int, price: Price
) -> tuple[ModelCall, tuple[str, ...]]:
    usage, marks = usage_of(fields, cache_is_apart=_cache_is_apart(span))
    provider = fields.get(table.PROVIDER) or provider_by_host(fields)
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
        response_id=fields.get(table.RESPONSE_ID) or _id_of_answer(fields),
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
    return Cost(nano_usd=round(cost_usd * _NANO_USD), source=REPORTED)


def _is_told(call: ModelCall, kind: Kind) -> bool:
    """Tell whether a span that is no LLM span says enough for a call."""
    knows_model = call.request_model is not None or kind in (Kind.AGENT, Kind.WORKFLOW)
    return call.usage is not None and knows_model


def _cache_is_apart(span: SpanRecord) -> bool:
    scope = span.origin.scope_name
    return span.name == table.CLAUDE_CODE_CALL or scope.startswith(_CACHE_IS_APART_SCOPES)


def _in_common_words(attributes: Mapping[str, AttributeValue]) -> Mapping[str, AttributeValue]:
    """Return what Claude Code writes under the keys of the alias table."""
    names = table.CLAUDE_CODE_KEYS
    return {names.get(key, key): value for key, value in attributes.items()}


def _id_of_answer(fields: Fields) -> str | None:
    """Return the id that the provider's answer has, where the span keeps the answer's JSON."""
    answer = fields.get(table.ANSWER_JSON)
    if answer is None or '"id"' not in answer:
        return None
    told = json_object(answer)
    return as_label(told.get("id")) or as_label(json_object(told.get("llm_output")).get("id"))


def _time_to_first_token(span: SpanRecord, fields: Fields) -> int | None:
    reported = fields.get(table.TIME_TO_FIRST_TOKEN_NS)
    if reported is None:
        reported = fields.get(table.FIRST_TOKEN_MS)
    if reported is not None:
        return reported
    at_ns = fields.get(table.FIRST_TOKEN_AT_NS)
    if at_ns is None and span.events:
        times = (event.time_ns for event in span.events if event.name in _FIRST_TOKEN_EVENTS)
        at_ns = min(times, default=None)
    return None if at_ns is None else max(at_ns - span.start_ns, 0)
