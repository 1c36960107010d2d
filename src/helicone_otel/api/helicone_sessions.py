"""Helicone's session endpoints, field for field; the differences we chose are documented there.

Source: the published contract of Helicone's session API. Sessions are groups of requests by
(session id, session name), and only the requests that match are summed.
"""

import math
import time
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter

from ..model import (
    AnyOf,
    Condition,
    Field,
    Filter,
    Operator,
    SessionGroup,
    SessionNameUse,
    all_of,
)
from ..query import Distribution, SessionQueries
from .described import SessionId
from .filter_trees import shifted, without_sums
from .helicone_bodies import (
    AverageRow,
    Envelope,
    HistogramRow,
    SessionAverages,
    SessionMetricsResult,
    SessionNameQueryParams,
    SessionNameResult,
    SessionQueryParams,
    SessionResult,
    SessionsAggregateMetrics,
    TimeFilter,
)
from .helicone_route import HeliconeRoute, OutOfRange

_NANO, _MILLI = 1_000_000_000, 1_000_000
_MAX_MS = (2**63 - 1) // _MILLI
_MAX_LIMIT, _DEFAULT_LIMIT = 1000, 50
_MINUTES_OF_A_DAY = 24 * 60
_LEVELS = {"p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}


def helicone_session_router(queries: SessionQueries) -> APIRouter:
    """Return the routes under `/v1/session`."""
    router = APIRouter(prefix="/v1/session", route_class=HeliconeRoute, tags=["helicone"])

    @router.post("/query")
    def query_sessions(params: SessionQueryParams) -> Envelope[list[SessionResult]]:
        """List sessions by id and name, the newest first; sums are over matching requests."""
        shift = _shift(params.timezoneDifference)
        groups = queries.group_sessions(
            _wanted(params), limit=_limit(params.limit), offset=_offset(params.offset)
        )
        return Envelope(data=[_result(group, shift) for group in groups])

    @router.get("/{session_id:quoted}/tag")
    def get_tag(session_id: SessionId) -> Envelope[str | None]:
        """Return the tag that a session got last, or null."""
        return Envelope(data=queries.get_tag(session_id))

    @router.post("/count")
    def count_sessions(params: SessionQueryParams) -> Envelope[SessionsAggregateMetrics]:
        """Sum over all sessions that `query` would list."""
        _shift(params.timezoneDifference)
        sums = queries.total_groups(_wanted(params))
        count = sums.groups or 1
        return Envelope(
            data=SessionsAggregateMetrics(
                count=sums.groups,
                total_cost=sums.cost_nano_usd / _NANO,
                avg_cost=sums.cost_nano_usd / count / _NANO,
                avg_latency=sums.latency_ns / _MILLI / count,
                avg_requests=sums.requests / count,
            )
        )

    @router.post("/name/query")
    def query_names(params: SessionNameQueryParams) -> Envelope[list[SessionNameResult]]:
        """List the names used in the last 150 days, at most 50, the last used first."""
        shift = _shift(params.timezoneDifference)
        wanted = _wanted_by_name(params)
        names = queries.list_session_names(wanted, now_ns=time.time_ns())
        return Envelope(data=[_name_result(use, shift) for use in names])

    @router.post("/metrics/query")
    def query_metrics(params: SessionNameQueryParams) -> Envelope[SessionMetricsResult]:
        """Return histograms and averages of requests, duration and cost over sessions."""
        _shift(params.timezoneDifference)
        metrics = queries.measure_sessions(
            _wanted_by_name(params),
            level=_LEVELS[params.pSize],
            interquartile=params.useInterquartile,
        )
        return Envelope(
            data=SessionMetricsResult(
                session_count=_rows(metrics.requests),
                session_duration=_rows(metrics.duration_s),
                session_cost=_rows(metrics.cost_usd),
                average=SessionAverages(
                    session_cost=[AverageRow(average=metrics.cost_usd.average)],
                    session_duration=[AverageRow(average=metrics.duration_s.average)],
                    session_count=[AverageRow(average=metrics.requests.average)],
                ),
            )
        )

    return router


def _shift(minutes: float) -> timedelta:
    if not -_MINUTES_OF_A_DAY <= minutes <= _MINUTES_OF_A_DAY:
        raise OutOfRange("Invalid timezone difference")
    return timedelta(minutes=minutes)


def _wanted(params: SessionQueryParams) -> Filter:
    parts = [*_window(params.timeFilter), shifted(params.filter, params.timezoneDifference)]
    if params.nameEquals:
        parts.append(_text(Field.SESSION_NAME, Operator.EQUALS, params.nameEquals))
    if params.search:
        places = (Field.SESSION_ID, Field.SESSION_NAME)
        parts.append(AnyOf(parts=[_text(f, Operator.CONTAINS, params.search) for f in places]))
    return all_of(parts)


def _wanted_by_name(params: SessionNameQueryParams) -> Filter:
    parts = [*_window(params.timeFilter), without_sums(params.filter)]
    if params.nameContains:
        parts.append(_text(Field.SESSION_NAME, Operator.CONTAINS, params.nameContains))
    return all_of(parts)


def _text(field: Field, operator: Operator, text: str) -> Filter:
    return Condition(field=field, operator=operator, operand=text)


def _window(window: TimeFilter | None) -> list[Filter]:
    if window is None:
        return []
    ends = ((Operator.GT, window.startTimeUnixMs), (Operator.LT, window.endTimeUnixMs))
    return [
        Condition(field=Field.STARTED_MS, operator=operator, operand=_whole_ms(unix_ms, operator))
        for operator, unix_ms in ends
    ]


def _whole_ms(unix_ms: float, operator: Operator) -> int:
    """Return whole milliseconds that are as strict, within what the store can compare."""
    if math.isnan(unix_ms):
        return 0
    kept = max(-_MAX_MS, min(_MAX_MS, unix_ms))
    return math.floor(kept) if operator is Operator.GT else math.ceil(kept)


def _limit(limit: float) -> int:
    """Return Helicone's page size: 50 by default and for 0, at most 1000, none if negative."""
    return min(max(_floor(limit), 0), _MAX_LIMIT) if _floor(limit) else _DEFAULT_LIMIT


def _offset(offset: float) -> int:
    return max(_floor(offset), 0)


def _floor(number: float) -> int:
    return math.floor(max(-1.0, min(number, 2.0**53))) if not math.isnan(number) else 0


def _result(group: SessionGroup, shift: timedelta) -> SessionResult:
    return SessionResult(
        created_at=_time(group.first_start_ns, shift),
        latest_request_created_at=_time(group.last_start_ns, shift),
        session_id=group.session_id,
        session_name=group.session_name,
        avg_latency=group.latency_ns / group.requests / _MILLI,
        total_cost=group.cost_nano_usd / _NANO,
        total_requests=group.requests,
        prompt_tokens=group.input_tokens,
        completion_tokens=group.output_tokens,
        total_tokens=group.input_tokens + group.output_tokens,
        user_ids=sorted(group.user_ids),
    )


def _name_result(use: SessionNameUse, shift: timedelta) -> SessionNameResult:
    return SessionNameResult(
        name=use.name,
        created_at=_time(use.first_start_ns, shift),
        first_used=_time(use.first_start_ns, shift),
        last_used=_time(use.last_start_ns, shift),
        session_count=use.sessions,
        avg_latency=use.latency_ns / use.requests / _MILLI,
    )


def _time(time_ns: int, shift: timedelta) -> str:
    """Return `YYYY-MM-DD HH:MM:SS.mmm`, UTC moved by *shift*."""
    moment = datetime.fromtimestamp(time_ns // _NANO, tz=UTC) + shift
    return f"{moment:%Y-%m-%d %H:%M:%S}.{time_ns % _NANO // _MILLI:03d}"


def _rows(distribution: Distribution) -> list[HistogramRow]:
    return [
        HistogramRow(range_start=_number(b.start), range_end=_number(b.end), value=b.height)
        for b in distribution.bins
    ]


def _number(value: float) -> str:
    """Write a number as JavaScript does: no `.0`, plain digits down to a millionth."""
    if value == int(value):
        return str(int(value))
    text = repr(float(value))
    if "e" not in text:
        return text
    return f"{value:.20f}".rstrip("0") if abs(value) >= 1e-6 else text.replace("e-0", "e-")  # noqa: PLR2004
