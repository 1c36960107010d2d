"""Jaeger's query API, read-only, for its own UI and for Grafana."""

import json
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from ..errors import BadPayload, HeliconeOtelError, NotFound, StoreUnavailable
from ..model import WholeSpan
from ..trace_query import TraceQueries
from ..trace_search import TraceSearch, TraceWanted
from .api_route import BadQuestion
from .described import TraceId
from .jaeger_bodies import jaeger_answer, jaeger_refusal, jaeger_trace, span_kind

_DEFAULT_LIMIT, _MAX_LIMIT = 20, 1000
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNITS_NS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_MAX_MICROSECONDS = 2**63 // 1000 - 1

_SERVICE = "A service's name, as its resource says."
_Service = Annotated[str, Path(description=_SERVICE)]
_Micros = Annotated[int | None, Field(ge=0, le=_MAX_MICROSECONDS)]


class _TraceParams(BaseModel):
    """Jaeger's own; what it has beside these is ignored."""

    model_config = ConfigDict(frozen=True)

    service: str = Field(default="", description=_SERVICE)
    operation: str = Field(default="", description="The name of some span.")
    start: _Micros = Field(default=None, description="It starts then or later, in Unix us.")
    end: _Micros = Field(default=None, description="It starts then or earlier, in Unix us.")
    minDuration: str = Field(default="", description="It takes so long or longer: `1.2s`.")  # noqa: N815 - Jaeger's
    maxDuration: str = Field(default="", description="It takes so long or less: `300ms`.")  # noqa: N815
    tags: str = Field(default="", description="A JSON object of attributes that it has.")
    tag: list[str] = Field(default=[], description="An attribute that it has: `key:value`.")
    traceID: list[str] = Field(default=[], description="These traces, and nothing else.")  # noqa: N815
    limit: int = Field(
        default=_DEFAULT_LIMIT, ge=1, le=_MAX_LIMIT, description="At most so many traces."
    )


class JaegerRoute(APIRoute):
    """A route whose errors have Jaeger's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (HeliconeOtelError, RequestValidationError) as error:
                return _refusal(error)

        return answer


def jaeger_router(traces: TraceQueries, search: TraceSearch) -> APIRouter:
    """Return the routes under `/jaeger/api`: give Jaeger's UI and Grafana the URL `.../jaeger`."""
    router = APIRouter(prefix="/jaeger/api", route_class=JaegerRoute, tags=["jaeger"])

    @router.get("/services")
    def list_services() -> JSONResponse:
        """List the services of the latest traces."""
        return _answer(sorted(search.list_services()))

    @router.get("/services/{service:quoted}/operations")
    def list_operation_names(service: _Service) -> JSONResponse:
        """List the names of a service's spans in the latest traces."""
        return _answer(sorted({name for name, _ in search.list_operations(service)}))

    @router.get("/operations")
    def list_operations(
        service: Annotated[str, Query(description=_SERVICE)],
        spanKind: Annotated[str, Query(description="Only this kind, as `client`.")] = "",  # noqa: N803 - Jaeger's
    ) -> JSONResponse:
        """List the names and kinds of a service's spans in the latest traces."""
        found = {
            (name, span_kind(kind))
            for name, kind in search.list_operations(service)
            if spanKind in ("", span_kind(kind))
        }
        return _answer([{"name": name, "spanKind": kind} for name, kind in sorted(found)])

    @router.get("/traces")
    def find_traces(params: Annotated[_TraceParams, Query()]) -> JSONResponse:
        """Return matching traces of the latest ones, the newest first; times in microseconds."""
        if params.traceID:
            return _answer_by_id(traces, params.traceID[: params.limit])
        found = search.find_traces(_wanted(params), limit=params.limit)
        return _answer([jaeger_trace(spans) for spans in found])

    @router.get("/traces/{trace_id:quoted}")
    def get_trace(trace_id: TraceId) -> JSONResponse:
        """Return a trace, or a whole session by its derived trace id."""
        spans: Sequence[WholeSpan] = traces.get_shown_trace(trace_id.lower())
        return _answer([jaeger_trace(spans)])

    @router.get("/dependencies")
    def list_dependencies() -> JSONResponse:
        """Return none: they are not worked out."""
        return _answer([])

    return router


def _answer(data: Sequence[object], missing: Sequence[str] = ()) -> JSONResponse:
    return JSONResponse(jaeger_answer(data, missing))


def _answer_by_id(traces: TraceQueries, trace_ids: Sequence[str]) -> JSONResponse:
    """Return the traces that are there, and say which are not."""
    found: list[object] = []
    missing: list[str] = []
    for trace_id in trace_ids:
        try:
            found.append(jaeger_trace(traces.get_shown_trace(trace_id.lower())))
        except NotFound:
            missing.append(trace_id)
    return _answer(found, missing)


def _wanted(params: _TraceParams) -> TraceWanted:
    if not params.service:
        raise BadQuestion("parameter 'service' is required")
    return TraceWanted(
        service=params.service,
        operation=params.operation,
        after_ns=None if params.start is None else params.start * 1000,
        before_ns=None if params.end is None else params.end * 1000,
        min_ns=_duration_ns(params.minDuration),
        max_ns=_duration_ns(params.maxDuration),
        tags=_tags(params.tags, params.tag),
    )


def _refusal(error: HeliconeOtelError | RequestValidationError) -> Response:
    match error:
        case RequestValidationError():
            code, message = 400, f"{error.errors()[0]['loc'][-1]}: {error.errors()[0]['msg']}"
        case NotFound():
            code, message = 404, str(error)
        case BadPayload():
            code, message = 400, str(error)
        case _:
            code, message = 503, str(error)
    headers = {"Retry-After": "1"} if isinstance(error, StoreUnavailable) else None
    return JSONResponse(jaeger_refusal(code, message), status_code=code, headers=headers)


def _duration_ns(text: str) -> int | None:
    """Return nanoseconds of a duration as Go writes it, such as `1.2s` or `1m30s`.

    Raises:
        BadQuestion: it is none.
    """
    if not text:
        return None
    parts = _DURATION.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        raise BadQuestion(f"'{text[:50]}' is no duration, expected one as 1.2s, 100ms, 500us")
    return round(sum(float(number) * _UNITS_NS[unit] for number, unit in parts))


def _tags(as_json: str, as_pairs: Sequence[str]) -> dict[str, str]:
    """Read tags given as one JSON object, or each as `key:value`.

    Raises:
        BadQuestion: they are neither.
    """
    found: dict[str, str] = {}
    for pair in as_pairs:
        key, colon, text = pair.partition(":")
        if not colon:
            raise BadQuestion(f"'{pair[:50]}' is no tag, expected key:value")
        found[key] = text
    if as_json:
        try:
            given = json.loads(as_json)
        except (ValueError, RecursionError) as error:
            raise BadQuestion("tags are no JSON object") from error
        if not isinstance(given, dict) or not all(isinstance(t, str) for t in given.values()):
            raise BadQuestion("tags are no JSON object of strings")
        found |= given
    return found
