"""Short ways to make the values that tests talk about."""

from collections.abc import Mapping, Sequence
from itertools import count

from helicone_otel.model import (
    AttributeValue,
    Cost,
    Encoding,
    Kind,
    LlmRequest,
    ModelCall,
    Origin,
    OtelSpanKind,
    ResolvedSpan,
    Role,
    SessionClaim,
    SpanEvent,
    SpanFacts,
    SpanRecord,
    Strength,
    Usage,
)
from helicone_otel.store import StoredSpan

TRACE = "0af7651916cd43dd8448eb211c80319c"
NANO = 1_000_000_000
_numbers = count(1)


def span_id(number: int) -> str:
    return f"{number:016x}"


def no_price(*, provider: str | None, model: str, start_ns: int, usage: Usage) -> Cost | None:
    del provider, model, start_ns, usage
    return None


def origin(
    *,
    scope: str = "",
    resource: Mapping[str, AttributeValue] | None = None,
    encoding: Encoding = Encoding.PROTOBUF,
) -> Origin:
    return Origin(
        encoding=encoding, envelope=scope.encode(), resource=resource or {}, scope_name=scope
    )


def record(
    *,
    name: str = "work",
    attributes: Mapping[str, AttributeValue] | None = None,
    kind: OtelSpanKind = OtelSpanKind.INTERNAL,
    start_ns: int = NANO,
    end_ns: int = 2 * NANO,
    scope: str = "",
    resource: Mapping[str, AttributeValue] | None = None,
    status_code: int = 0,
    events: Sequence[SpanEvent] = (),
) -> SpanRecord:
    return SpanRecord(
        trace_id=TRACE,
        span_id=span_id(1),
        parent_span_id=None,
        name=name,
        kind=kind,
        start_ns=start_ns,
        end_ns=end_ns,
        status_code=status_code,
        status_message="",
        attributes=attributes or {},
        attribute_count=len(attributes or {}),
        events=events,
        linked_trace_ids=(),
        origin=origin(scope=scope, resource=resource),
        raw=b"",
    )


def facts(
    number: int,
    parent: int | None = None,
    *,
    kind: Kind = Kind.STEP,
    trace_id: str = TRACE,
    name: str | None = None,
    segment: str | None = None,
    start_ns: int | None = None,
    end_ns: int | None = None,
    session: str | None = None,
    strength: Strength = Strength.STRONG,
    path: str | None = None,
    session_name: str | None = None,
    user_id: str | None = None,
    properties: Mapping[str, str] | None = None,
    call: ModelCall | None = None,
    http_status: int | None = None,
    request_id: str | None = None,
    carries_llm_request: bool = False,
    failed: bool = False,
    fallback_name: str | None = None,
    service_name: str | None = None,
    attribute_count: int = 0,
) -> SpanFacts:
    """Return facts of span *number*; it starts at *number* seconds unless told otherwise."""
    shown = name or f"span {number}"
    begins = number * NANO if start_ns is None else start_ns
    adds = kind not in (Kind.LLM, Kind.TRANSPORT)
    return SpanFacts(
        trace_id=trace_id,
        span_id=span_id(number),
        parent_span_id=None if parent is None else span_id(parent),
        name=shown,
        scope="test",
        start_ns=begins,
        end_ns=begins + NANO if end_ns is None else end_ns,
        kind=kind,
        segment=(segment or shown.replace(" ", "-")) if adds else None,
        failed=failed,
        status_message="",
        claims=()
        if session is None
        else (SessionClaim(session_id=session, strength=strength, key="test.session"),),
        path=path,
        session_name=session_name,
        user_id=user_id,
        properties=properties or {},
        fallback_name=fallback_name,
        service_name=service_name,
        call=call or (ModelCall(operation="chat") if kind is Kind.LLM else None),
        http_status=http_status,
        request_id=request_id,
        carries_llm_request=carries_llm_request,
        attribute_count=attribute_count,
    )


def chat(
    *,
    tokens: tuple[int, int] = (10, 5),
    nano_usd: int | None = 1000,
    operation: str = "chat",
    model: str = "gpt-4o-mini",
) -> ModelCall:
    return ModelCall(
        operation=operation,
        provider="openai",
        request_model=model,
        usage=Usage(input_tokens=tokens[0], output_tokens=tokens[1]),
        cost=None if nano_usd is None else Cost(nano_usd=nano_usd, source="test"),
    )


def stored(of: SpanFacts, *, raw: bytes | None = None) -> StoredSpan:
    return StoredSpan(facts=of, origin=origin(), raw=of.span_id.encode() if raw is None else raw)


def llm_request(path: str, *, number: int = 0, nano_usd: int | None = 1000) -> LlmRequest:
    at = number or next(_numbers)
    call = chat(nano_usd=nano_usd)
    return LlmRequest(
        trace_id=TRACE,
        span_id=span_id(at),
        request_id=f"request-{at}",
        session_id="s",
        session_name=None,
        path=path,
        user_id=None,
        properties={},
        start_ns=at * NANO,
        end_ns=at * NANO + NANO // 2,
        time_to_first_token_ns=None,
        operation="chat",
        provider="openai",
        request_model="gpt-4o-mini",
        response_model=None,
        usage=call.usage,
        cost=call.cost,
        status=200,
        failed=False,
        scope_name="test",
        response_id=None,
        is_event=False,
    )


def placed(
    number: int,
    parent: int | None = None,
    *,
    kind: Kind = Kind.STEP,
    role: Role = Role.OTHER,
    start: float | None = None,
    end: float | None = None,
    trace_id: str = TRACE,
) -> ResolvedSpan:
    begins = number if start is None else start
    known = facts(
        number,
        parent,
        kind=kind,
        trace_id=trace_id,
        start_ns=round(begins * NANO),
        end_ns=round((begins + 1 if end is None else end) * NANO),
    )
    return ResolvedSpan(
        facts=known,
        session_id="s",
        path="/",
        role=role,
        session_name=None,
        user_id=None,
        properties={},
    )
