"""Span facts as a compact JSON array, one place for each field."""

from typing import Any

import orjson

from ..model import Cost, Kind, ModelCall, SessionClaim, SpanFacts, Strength, Usage


def encode_facts(facts: SpanFacts) -> bytes:
    """Return all of *facts* but the two ids, which are columns of their own."""
    return orjson.dumps(
        (
            facts.parent_span_id,
            facts.name,
            facts.scope,
            facts.start_ns,
            facts.end_ns,
            facts.kind,
            facts.segment,
            facts.failed,
            facts.status_message,
            [(claim.session_id, claim.strength, claim.key) for claim in facts.claims],
            facts.path,
            facts.session_name,
            facts.user_id,
            facts.properties,
            facts.fallback_name,
            facts.service_name,
            _call_row(facts.call),
            facts.http_status,
            facts.request_id,
            facts.carries_llm_request,
            facts.linked_trace_ids,
            facts.attribute_count,
            facts.marks,
        )
    )


def decode_facts(trace_id: str, span_id: str, text: bytes) -> SpanFacts:
    row = orjson.loads(text)
    return SpanFacts(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=row[0],
        name=row[1],
        scope=row[2],
        start_ns=row[3],
        end_ns=row[4],
        kind=Kind(row[5]),
        segment=row[6],
        failed=row[7],
        status_message=row[8],
        claims=tuple(_claim(claim) for claim in row[9]),
        path=row[10],
        session_name=row[11],
        user_id=row[12],
        properties=row[13],
        fallback_name=row[14],
        service_name=row[15],
        call=_call(row[16]),
        http_status=row[17],
        request_id=row[18],
        carries_llm_request=row[19],
        linked_trace_ids=tuple(row[20]),
        attribute_count=row[21],
        marks=tuple(row[22]),
    )


def _claim(row: list[Any]) -> SessionClaim:
    return SessionClaim(session_id=row[0], strength=Strength(row[1]), key=row[2])


def _call_row(call: ModelCall | None) -> tuple[object, ...] | None:
    if call is None:
        return None
    usage, cost = call.usage, call.cost
    return (
        call.operation,
        call.provider,
        call.request_model,
        call.response_model,
        call.response_id,
        call.finish_reason,
        None
        if usage is None
        else (
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
            usage.reasoning_tokens,
        ),
        None if cost is None else (cost.nano_usd, cost.source),
        call.time_to_first_token_ns,
        call.has_output,
    )


def _call(row: list[Any] | None) -> ModelCall | None:
    if row is None:
        return None
    return ModelCall(
        operation=row[0],
        provider=row[1],
        request_model=row[2],
        response_model=row[3],
        response_id=row[4],
        finish_reason=row[5],
        usage=_usage(row[6]),
        cost=None if row[7] is None else Cost(nano_usd=row[7][0], source=row[7][1]),
        time_to_first_token_ns=row[8],
        has_output=row[9],
    )


def _usage(row: list[Any] | None) -> Usage | None:
    if row is None:
        return None
    return Usage(
        input_tokens=row[0],
        output_tokens=row[1],
        cache_read_tokens=row[2],
        cache_write_tokens=row[3],
        reasoning_tokens=row[4],
    )
