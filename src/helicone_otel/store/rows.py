"""Rows of the file as values."""

from collections.abc import Mapping
from typing import Any

import orjson
from msgspec.structs import fields

from ..model import (
    AnnotatedRequest,
    Cost,
    ListedSession,
    LlmRequest,
    RequestTotals,
    SessionChange,
    SessionCursor,
    SessionGroup,
    SessionSummary,
    Usage,
)

_TOTALS = frozenset(field.name for field in fields(RequestTotals))
Row = Mapping[str, Any]


def request_of(row: Row) -> LlmRequest:
    """Read a row of `requests.sql`: its session name is the one in force."""
    return LlmRequest(
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        request_id=row["request_id"],
        session_id=row["session_id"],
        session_name=row["session_name"],
        path=row["path"],
        user_id=row["user_id"],
        properties=orjson.loads(row["properties"]),
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
        scope_name=row["scope_name"],
        response_id=row["response_id"],
        is_event=bool(row["is_event"]),
    )


def annotated_request_of(row: Row) -> AnnotatedRequest:
    return AnnotatedRequest(request=request_of(row), scores=orjson.loads(row["scores"]))


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
    return SessionSummary(**{**own, "trace_ids": orjson.loads(row["trace_ids"])}, totals=totals)


def listed_session_of(row: Row) -> ListedSession:
    own = {name: value for name, value in row.items() if name != "cursor_number"}
    return ListedSession(
        summary=summary_of(own), cursor=SessionCursor(row["cursor_number"], row["session_id"])
    )


def change_of(row: Row) -> SessionChange:
    extra = {"change_id", "changed_session_id"}
    own = {name: value for name, value in row.items() if name not in extra}
    return SessionChange(
        change_id=row["change_id"],
        session_id=row["changed_session_id"],
        summary=None if row["name"] is None else summary_of(own),
    )


def group_of(row: Row) -> SessionGroup:
    return SessionGroup(**{**row, "user_ids": orjson.loads(row["user_ids"])})
