"""Derived values as rows of their tables, and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import orjson

from ..model import (
    Cost,
    LlmRequest,
    RequestTotals,
    SessionGroup,
    SessionSlice,
    SessionSummary,
    Usage,
)

_TOTALS = frozenset(field.name for field in fields(RequestTotals))
_MAX_INT64 = 2**63 - 1
Row = Mapping[str, Any]


def slice_row(slice_: SessionSlice) -> dict[str, Any]:
    row = asdict(slice_)
    row |= row.pop("totals")
    return {name: _fitting(value) for name, value in row.items()}


def request_row(request: LlmRequest) -> dict[str, Any]:
    usage = request.usage or Usage()
    return {
        "trace_id": request.trace_id,
        "span_id": request.span_id,
        "request_id": request.request_id,
        "session_id": request.session_id,
        "explicit_name": request.session_name,
        "path": request.path,
        "user_id": request.user_id,
        "properties": orjson.dumps(request.properties).decode(),
        "start_ns": request.start_ns,
        "end_ns": request.end_ns,
        "time_to_first_token_ns": _fitting(request.time_to_first_token_ns),
        "operation": request.operation,
        "provider": request.provider,
        "request_model": request.request_model,
        "response_model": request.response_model,
        "input_tokens": _fitting(usage.input_tokens),
        "output_tokens": _fitting(usage.output_tokens),
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "has_usage": request.usage is not None,
        "cost_nano_usd": _fitting(request.cost.nano_usd) if request.cost else None,
        "cost_source": request.cost.source if request.cost else None,
        "status": request.status,
        "failed": request.failed,
    }


def request_of(row: Row) -> LlmRequest:
    """Read a row of `v_request`: its session name is the one in force."""
    return LlmRequest(
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        request_id=row["request_id"],
        session_id=row["session_id"],
        session_name=row["session_name"],
        path=row["path"],
        user_id=row["user_id"],
        properties=json.loads(row["properties"]),
        start_ns=row["start_ns"],
        end_ns=row["end_ns"],
        time_to_first_token_ns=row["time_to_first_token_ns"],
        operation=row["operation"],
        provider=row["provider"],
        request_model=row["request_model"],
        response_model=row["response_model"],
        usage=_usage_of(row) if row["has_usage"] else None,
        cost=None
        if row["cost_nano_usd"] is None
        else Cost(nano_usd=row["cost_nano_usd"], source=row["cost_source"]),
        status=row["status"],
        failed=bool(row["failed"]),
    )


def _usage_of(row: Row) -> Usage:
    return Usage(
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cache_read_tokens=row["cache_read_tokens"],
        cache_write_tokens=row["cache_write_tokens"],
        reasoning_tokens=row["reasoning_tokens"],
    )


def summary_of(row: Row) -> SessionSummary:
    own = {name: value for name, value in row.items() if name not in _TOTALS}
    totals = RequestTotals(**{name: row[name] for name in _TOTALS})
    return SessionSummary(**{**own, "trace_ids": json.loads(row["trace_ids"])}, totals=totals)


def group_of(row: Row) -> SessionGroup:
    return SessionGroup(**{**row, "user_ids": json.loads(row["user_ids"])})


def _fitting(value: Any) -> Any:  # noqa: ANN401 - a column's value of any type
    """Saturate integers at what SQLite can hold; sums of hostile numbers may be larger."""
    return min(value, _MAX_INT64) if isinstance(value, int) else value
