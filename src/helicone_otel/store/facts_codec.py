"""Span facts as a row of JSON values, one place for each field."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..model import Cost, Kind, ModelCall, SessionClaim, SpanFacts, Strength, Usage

_KINDS = {kind.value: kind for kind in Kind}
"""Asked for every span; the enumeration itself takes a microsecond."""


def facts_row(facts: SpanFacts) -> tuple[object, ...]:
    """Return all of *facts* but the trace id, as JSON can hold it."""
    return (
        facts.span_id,
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
        None if facts.call is None else _call_row(facts.call),
        facts.http_status,
        facts.request_id,
        facts.carries_llm_request,
        facts.linked_trace_ids,
        facts.attribute_count,
        facts.marks,
        facts.is_cache_hit,
    )


def facts_of_row(trace_id: str, row: Sequence[Any]) -> SpanFacts:
    return SpanFacts(
        trace_id=trace_id,
        span_id=row[0],
        parent_span_id=row[1],
        name=row[2],
        scope=row[3],
        start_ns=row[4],
        end_ns=row[5],
        kind=_KINDS[row[6]],
        segment=row[7],
        failed=row[8],
        status_message=row[9],
        claims=tuple([_claim(*claim) for claim in row[10]]) if row[10] else (),
        path=row[11],
        session_name=row[12],
        user_id=row[13],
        properties=row[14],
        fallback_name=row[15],
        service_name=row[16],
        call=None if row[17] is None else _call(row[17]),
        http_status=row[18],
        request_id=row[19],
        carries_llm_request=row[20],
        linked_trace_ids=tuple(row[21]),
        attribute_count=row[22],
        marks=tuple(row[23]),
        is_cache_hit=row[24],
    )


@lru_cache(maxsize=4096)  # the spans of a session repeat theirs
def _claim(session_id: str, strength: int, key: str) -> SessionClaim:
    return SessionClaim(session_id=session_id, strength=Strength(strength), key=key)


def _call_row(call: ModelCall) -> tuple[object, ...]:
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


def _call(row: Sequence[Any]) -> ModelCall:
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


def _usage(row: Sequence[Any] | None) -> Usage | None:
    if row is None:
        return None
    return Usage(
        input_tokens=row[0],
        output_tokens=row[1],
        cache_read_tokens=row[2],
        cache_write_tokens=row[3],
        reasoning_tokens=row[4],
    )
