"""What our own session API answers: units in the names, times ISO 8601 in UTC.

What is in a session are dataclasses: there are thousands of it, and a model takes four times as
long to build.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TypedDict

from pydantic import BaseModel, ConfigDict

from ..model import LlmRequest, RequestTotals, SessionStatus, SessionSummary, Usage, value
from ..session_calls import Call
from ..session_reference import derived_trace_id
from ..session_tree import PathNode
from ..trace_query import MAX_SHOWN, SessionDetail

_NANO, _MILLI = 1_000_000_000, 1_000_000
_RUNNING_NS = 60 * _NANO


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SessionState(StrEnum):
    RUNNING = "running"
    """A span of it ended within the last minute, or will end later."""
    SETTLED = "settled"
    INCOMPLETE = "incomplete"
    """Spans name parents that have not come; see `missing_parents`."""


@value
class Session:
    """A whole session's numbers, over all its traces."""

    session_id: str
    name: str
    status: SessionStatus
    state: SessionState
    started_at: str
    ended_at: str
    duration_ms: float
    """From the first request's start to the last request's end."""
    elapsed_ms: float
    """From the first to the last moment of all its spans."""
    active_ms: float
    """How long requests were on their way, or steps with none below them."""
    first_request_at: str | None
    latest_request_at: str | None
    """When its first and last LLM requests started; null without any."""
    average_latency_ms: float
    requests: int
    failed_requests: int
    cost_usd: float | None
    """Sum over the priced requests; null if no request has a price."""
    unpriced_requests: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    requests_without_usage: int
    spans: int
    missing_parents: int
    trace_ids: list[str]
    trace_id: str
    """Under which the whole session is shown as one trace."""


class SessionList(_Body):
    sessions: list[Session]
    next_cursor: str | None
    """Pass it as `cursor` for the next page; null at the end."""
    unsearched_sessions: int
    """Changed sessions in whose messages `search` finds nothing yet."""


@value
class SessionRequest:
    """One LLM request."""

    request_id: str
    trace_id: str
    span_id: str
    path: str
    session_name: str
    started_at: str
    ended_at: str
    latency_ms: float
    time_to_first_token_ms: float | None
    operation: str
    provider: str | None
    model: str | None
    """As the provider answered, else as it was asked for."""
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    cost_source: str
    """Who gave the price, or why there is none."""
    status: int
    failed: bool
    user_id: str | None
    properties: dict[str, str]


@value
class Folder:
    """One level of a session's path with the sums over everything in it."""

    path: str
    segment: str
    requests: int
    failed_requests: int
    cost_usd: float | None
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    duration_ms: float
    average_latency_ms: float
    own_requests: list[int]
    """Positions in the session's `requests` of those on exactly this path."""
    children: list["Folder"]


@value
class SessionCall:
    """One span in its place."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    depth: int
    """Levels below a span whose parent is not in the session, from 0."""
    name: str
    kind: str
    role: str
    """Whether it is counted as an LLM request, or wraps or carries one that is."""
    path: str
    started_at: str
    duration_ms: float
    failed: bool
    status_message: str
    service: str | None


@value
class SessionWhole:
    session: Session
    tree: Folder
    requests: list[SessionRequest]
    calls: list[SessionCall]
    """The tree of calls: parents first, each followed by all below it."""
    is_cut: bool
    """There are more than `MAX_SHOWN` requests, calls or folders; the lists of pages have all."""


def session_body(summary: SessionSummary) -> Session:
    totals = summary.totals
    return Session(
        session_id=summary.session_id,
        name=summary.name,
        status=totals.status,
        state=_state(summary),
        started_at=iso_time(summary.start_ns),
        ended_at=iso_time(summary.end_ns),
        elapsed_ms=summary.elapsed_ns / _MILLI,
        active_ms=summary.active_ns / _MILLI,
        first_request_at=_iso_time_or_none(totals.first_request_start_ns),
        latest_request_at=_iso_time_or_none(totals.last_request_start_ns),
        unpriced_requests=totals.unpriced_requests,
        requests_without_usage=totals.requests_without_usage,
        spans=summary.spans,
        missing_parents=summary.missing_parents,
        trace_ids=list(summary.trace_ids),
        trace_id=derived_trace_id(summary.session_id, summary.trace_ids),
        **_sums(totals),
    )


def whole_body(detail: SessionDetail) -> SessionWhole:
    # A request id may have been used twice; the span's ids have not.
    shown = detail.requests[:MAX_SHOWN]
    positions = {(r.trace_id, r.span_id): index for index, r in enumerate(shown)}
    room = iter(range(MAX_SHOWN))
    tree = _folder(detail.tree, positions, room)
    most = max(len(detail.requests), len(detail.calls))
    return SessionWhole(
        session=session_body(detail.summary),
        tree=tree,
        requests=[request_body(request) for request in shown],
        calls=[call_body(call) for call in detail.calls[:MAX_SHOWN]],
        is_cut=most > MAX_SHOWN or next(room, None) is None,
    )


def call_body(call: Call) -> SessionCall:
    facts = call.span.facts
    return SessionCall(
        trace_id=facts.trace_id,
        span_id=facts.span_id,
        parent_span_id=facts.parent_span_id,
        depth=call.depth,
        name=facts.name,
        kind=facts.kind,
        role=call.span.role,
        path=call.span.path,
        started_at=iso_time(facts.start_ns),
        duration_ms=(facts.end_ns - facts.start_ns) / _MILLI,
        failed=facts.failed,
        status_message=facts.status_message,
        service=facts.service_name,
    )


def _state(summary: SessionSummary) -> SessionState:
    if time.time_ns() - summary.end_ns < _RUNNING_NS:
        return SessionState.RUNNING
    return SessionState.INCOMPLETE if summary.missing_parents else SessionState.SETTLED


def request_body(request: LlmRequest) -> SessionRequest:
    usage = request.usage or Usage()
    ttft = request.time_to_first_token_ns
    return SessionRequest(
        request_id=request.request_id,
        trace_id=request.trace_id,
        span_id=request.span_id,
        path=request.path,
        session_name=request.session_name or "",
        started_at=iso_time(request.start_ns),
        ended_at=iso_time(request.end_ns),
        latency_ms=(request.end_ns - request.start_ns) / _MILLI,
        time_to_first_token_ms=None if ttft is None else ttft / _MILLI,
        operation=request.operation,
        provider=request.provider,
        model=request.response_model or request.request_model,
        prompt_tokens=usage.input_tokens,
        completion_tokens=usage.output_tokens,
        total_tokens=request.usage.total_tokens if request.usage else None,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        cost_usd=request.cost.nano_usd / _NANO if request.cost else None,
        cost_source=request.cost.source if request.cost else _why_unpriced(request),
        status=request.status,
        failed=request.failed,
        user_id=request.user_id,
        properties=dict(request.properties),
    )


def _why_unpriced(request: LlmRequest) -> str:
    if request.usage is None:
        return "no usage reported"
    model = request.response_model or request.request_model
    return f"no price known for {model}" if model else "no model reported"


def _folder(
    node: PathNode, positions: Mapping[tuple[str, str], int], room: Iterator[int]
) -> Folder:
    """Return *node* with as many of those below it as there is *room* for."""
    own = (positions.get((request.trace_id, request.span_id)) for request in node.requests)
    return Folder(
        path=node.path,
        segment=node.segment,
        own_requests=[position for position in own if position is not None],
        children=[
            _folder(child, positions, room)
            for child, _ in zip(node.children, room, strict=False)  # ends with either
        ],
        **_sums(node.totals),
    )


class _Sums(TypedDict):
    """What a session and a folder both say of their requests."""

    requests: int
    failed_requests: int
    cost_usd: float | None
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    duration_ms: float
    average_latency_ms: float


def _sums(totals: RequestTotals) -> _Sums:
    priced = totals.requests - totals.unpriced_requests
    return _Sums(
        requests=totals.requests,
        failed_requests=totals.failed_requests,
        cost_usd=totals.cost_nano_usd / _NANO if priced else None,
        prompt_tokens=totals.input_tokens,
        completion_tokens=totals.output_tokens,
        total_tokens=totals.total_tokens,
        duration_ms=totals.duration_ns / _MILLI,
        average_latency_ms=totals.average_latency_ns / _MILLI,
    )


def _iso_time_or_none(time_ns: int | None) -> str | None:
    return None if time_ns is None else iso_time(time_ns)


def iso_time(time_ns: int) -> str:
    seconds, rest_ns = divmod(time_ns, _NANO)
    return f"{_iso_second(seconds)}.{rest_ns:09d}Z"


@lru_cache(maxsize=4096)
def _iso_second(seconds: int) -> str:
    # Remembered, as a session has many moments in few seconds and this takes long.
    return datetime.fromtimestamp(seconds, tz=UTC).replace(tzinfo=None).isoformat()
