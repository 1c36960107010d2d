"""Helicone's request endpoints; the differences we chose are those of its session endpoints."""

import math
import time
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from ..model import (
    AnnotatedRequest,
    AnyOf,
    Condition,
    Field,
    Filter,
    Operator,
    RequestOrder,
    SpanMessages,
    all_of,
)
from ..query import SessionQueries
from ..trace_query import TraceQueries
from .described import RequestId
from .helicone_bodies import Body, Envelope
from .helicone_route import HeliconeRoute, OutOfRange
from .request_answers import helicone_request
from .request_bodies import (
    HeliconeRequest,
    PropertyName,
    RequestIds,
    RequestQueryParams,
    RequestSort,
)

_CREATED = 201
_MAX_LIMIT = 1000
_MAX_OFFSET = 100_000
_FUTURE_MS = 5 * 60_000
"""Helicone hides requests that start later than this from now."""
_SORTED_BY = {
    "created_at": Field.STARTED_MS,
    "latency": Field.LATENCY_MS,
    "time_to_first_token": Field.TIME_TO_FIRST_TOKEN_MS,
    "total_tokens": Field.TOTAL_TOKENS,
    "completion_tokens": Field.OUTPUT_TOKENS,
    "prompt_tokens": Field.INPUT_TOKENS,
    "user_id": Field.USER_ID,
    "body_model": Field.MODEL,
    "is_cached": Field.NOWHERE_NUMBER,
    "request_prompt": Field.REQUEST_BODY,
    "response_text": Field.RESPONSE_BODY,
    "cost": Field.COST_NANO_USD,
}
_SESSION_PROPERTIES = ("Helicone-Session-Id", "Helicone-Session-Name", "Helicone-Session-Path")


def helicone_request_router(queries: SessionQueries, traces: TraceQueries) -> APIRouter:
    """Return the routes under `/v1/request` that read, and `/v1/property/query`."""
    router = APIRouter(prefix="/v1", route_class=HeliconeRoute, tags=["helicone"])

    def answers(found: Sequence[AnnotatedRequest]) -> list[HeliconeRequest]:
        keys = [(row.request.trace_id, row.request.span_id) for row in found]
        messages = traces.get_many_messages(keys)
        return [
            helicone_request(row, messages.get(key, SpanMessages()))
            for row, key in zip(found, keys, strict=True)
        ]

    @router.post("/request/query-clickhouse", status_code=_CREATED)
    @router.post("/request/query", status_code=_CREATED)
    def query_requests(params: RequestQueryParams) -> Envelope[list[HeliconeRequest]]:
        """List matching LLM requests with their bodies, the newest first unless sorted."""
        found = queries.find_requests(
            _wanted(params),
            order=_order(params.sort),
            limit=_whole(params.limit, _MAX_LIMIT, "limit"),
            offset=_whole(params.offset, _MAX_OFFSET, "offset"),
        )
        return Envelope(data=answers(found))

    @router.post("/request/count/query")
    def count_requests(params: RequestQueryParams) -> Envelope[int]:
        """Count matching LLM requests."""
        return Envelope(data=queries.count_requests(_wanted(params)))

    @router.post("/request/query-ids")
    def query_ids(params: RequestIds) -> Envelope[list[HeliconeRequest]]:
        """Return the requests of up to 1,000 ids, the newest first."""
        if len(params.requestIds) > _MAX_LIMIT:
            raise OutOfRange(f"invalid limit: ask for at most {_MAX_LIMIT} ids at once")
        wanted = AnyOf(parts=[_has_id(request_id) for request_id in params.requestIds])
        found = queries.find_requests(wanted, order=RequestOrder(), limit=_MAX_LIMIT)
        return Envelope(data=answers(found))

    @router.get("/request/{request_id:quoted}", response_model=Envelope[HeliconeRequest])
    def get_request(
        request_id: RequestId,
        *,
        includeBody: Annotated[bool, Query(description="Bodies come in any case.")] = False,  # noqa: N803 - Helicone's spelling
    ) -> object:
        """Return one LLM request; without `data` if there is none."""
        del includeBody  # the body is always at hand
        found = queries.find_requests(_has_id(request_id), order=RequestOrder(), limit=1)
        if not found:
            return JSONResponse({"error": None})
        return Envelope(data=answers(found)[0])

    @router.post("/property/query")
    def query_properties(_: _Nothing) -> Envelope[list[PropertyName]]:
        """List the names of properties, those of sessions first."""
        names = [*_SESSION_PROPERTIES, *queries.list_property_names()]
        return Envelope(data=[PropertyName(property=name) for name in names])

    return router


class _Nothing(Body):
    pass


def _has_id(request_id: str) -> Filter:
    return Condition(field=Field.REQUEST_ID, operator=Operator.EQUALS, operand=request_id)


def _wanted(params: RequestQueryParams) -> Filter:
    latest_ms = time.time_ns() // 1_000_000 + _FUTURE_MS
    parts = [
        params.filter,
        Condition(field=Field.STARTED_MS, operator=Operator.LTE, operand=latest_ms),
    ]
    if params.isScored is not None:
        operator = Operator.GT if params.isScored else Operator.EQUALS
        parts.append(Condition(field=Field.SCORES, operator=operator, operand=0))
    if params.isCached or params.isPartOfExperiment:
        parts.append(AnyOf(parts=[]))  # no span says so
    return all_of(parts)


def _order(sort: RequestSort) -> RequestOrder:
    if sort.random:
        return RequestOrder(field=None)
    for key, way in (sort.properties or {}).items():
        return RequestOrder(field=Field.PROPERTY, key=key, is_descending=way == "desc")
    for name, field in _SORTED_BY.items():
        if direction := getattr(sort, name):
            return RequestOrder(field=field, is_descending=direction == "desc")
    return RequestOrder()


def _whole(number: float, most: int, name: str) -> int:
    """Return a whole number from 0.

    Raises:
        OutOfRange: it is not from 0 to *most*.
    """
    if math.isnan(number) or not 0 <= number <= most:
        raise OutOfRange(f"invalid {name}: expected 0 to {most}")
    return math.floor(number)
