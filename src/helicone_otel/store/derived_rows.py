"""What is derived of a trace, as rows of their tables."""

import sqlite3
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson

from ..model import DerivedTrace, LlmRequest, SessionSlice, Usage
from .packed_times import packed_times

Row: TypeAlias = tuple[str | int | bytes | None, ...]
_MAX_INT64 = 2**63 - 1
_NO_USAGE = Usage()
_COLUMNS = (
    "trace_id", "span_id", "request_id", "session_id", "explicit_name", "path", "user_id",
    "properties", "start_ns", "end_ns", "time_to_first_token_ns", "operation", "provider",
    "request_model", "response_model", "input_tokens", "output_tokens", "cache_read_tokens",
    "cache_write_tokens", "reasoning_tokens", "has_usage", "cost_nano_usd", "cost_source",
    "status", "failed", "scope_name", "response_id", "is_event",
)  # fmt: skip
"""Of a row of `llm_request`; in the file `request_number` is before them."""
_SPAN_OF_REQUEST = _COLUMNS.index("span_id")
SESSION_OF_REQUEST = _COLUMNS.index("session_id")
_TOLD_BY = tuple(
    map(
        _COLUMNS.index,
        ("session_id", "start_ns", "end_ns", "scope_name", "response_id", "is_event"),
    )
)
"""What `calls_told_elsewhere` looks at."""


@dataclass(slots=True, kw_only=True)
class DerivedRows:
    """The rows of one trace."""

    requests: dict[str, Row] = field(default_factory=dict)
    """Of `llm_request`, by span id."""
    slices: dict[str, Row] = field(default_factory=dict)
    """Of `session_slice`, by session id."""


def rows_of(trace: DerivedTrace) -> DerivedRows:
    return DerivedRows(
        requests={request.span_id: _request_row(request) for request in trace.requests},
        slices={piece.session_id: _slice_row(piece) for piece in trace.slices},
    )


def stored_rows(connection: sqlite3.Connection, trace_id: str) -> DerivedRows:
    """Return what the file has of a trace; its slices as if they had changed.

    So the sums of its sessions are made again, whatever they are.
    """
    requests = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM llm_request WHERE trace_id = ?",  # noqa: S608 - ours
        (trace_id,),
    )
    slices = connection.execute(
        "SELECT session_id FROM session_slice WHERE trace_id = ?", (trace_id,)
    )
    return DerivedRows(
        requests={row[_SPAN_OF_REQUEST]: row for row in requests},
        slices={session_id: () for (session_id,) in slices},
    )


def may_be_told_elsewhere_anew(before: Row, after: Row) -> bool:
    """Tell whether other traces may tell of the call *after*, which they did not of *before*."""
    return any(before[at] != after[at] for at in _TOLD_BY)


def _request_row(request: LlmRequest) -> Row:
    usage, cost = request.usage or _NO_USAGE, request.cost
    return (
        request.trace_id,
        request.span_id,
        request.request_id,
        request.session_id,
        request.session_name,
        request.path,
        request.user_id,
        orjson.dumps(request.properties).decode(),
        request.start_ns,
        request.end_ns,
        _fitting(request.time_to_first_token_ns),
        request.operation,
        request.provider,
        request.request_model,
        request.response_model,
        _fitting(usage.input_tokens),
        _fitting(usage.output_tokens),
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
        request.usage is not None,
        None if cost is None else _fitting(cost.nano_usd),
        None if cost is None else cost.source,
        request.status,
        request.failed,
        request.scope_name,
        request.response_id,
        request.is_event,
    )


def _slice_row(piece: SessionSlice) -> Row:
    totals = piece.totals
    return (
        piece.session_id,
        piece.trace_id,
        piece.start_ns,
        piece.end_ns,
        piece.spans,
        piece.missing_parents,
        piece.explicit_name,
        piece.explicit_name_start_ns,
        piece.explicit_name_span_id,
        piece.fallback_name,
        piece.fallback_name_start_ns,
        piece.fallback_name_span_id,
        totals.requests,
        totals.failed_requests,
        totals.unpriced_requests,
        totals.requests_without_usage,
        _fitting(totals.cost_nano_usd),
        _fitting(totals.input_tokens),
        _fitting(totals.output_tokens),
        _fitting(totals.latency_ns),
        totals.first_request_start_ns,
        totals.last_request_start_ns,
        totals.last_request_end_ns,
        packed_times(piece.active),
    )


def _fitting(number: int | None) -> int | None:
    """Saturate at what SQLite can hold; sums of hostile numbers may be larger."""
    return None if number is None else min(number, _MAX_INT64)
