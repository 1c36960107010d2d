"""The HTTP application: the only place that joins the parts."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from .access import ANY_SCOPE, Gate, HostNames, Refusal, Scope, TokenFile, is_loopback
from .access.areas import Area, AreaMap
from .access.guard import Guard
from .access.origins import Origins
from .annotate import Annotations
from .api import (
    ID_PREFIXES,
    EncodedPaths,
    deletion_router,
    event_router,
    explain_router,
    health_router,
    helicone_annotation_router,
    helicone_refusal,
    helicone_request_router,
    helicone_session_router,
    jaeger_router,
    lint_router,
    metrics_router,
    overview_router,
    register_quoted_segments,
    session_router,
    trace_router,
)
from .explain_query import ExplainQueries
from .ingest import Ingest
from .ingest.logs import LogIngest, MetricIngest
from .lint_query import LintQueries
from .maintenance import Deleted, delete_session
from .meters import Meters, metered
from .query import SessionQueries
from .receiver import Exports, helicone_log_router, otlp_refusal, otlp_router
from .session_pages import SessionPages
from .settings import Settings
from .store import SpanStore, maintaining
from .trace_query import TraceQueries
from .trace_search import TraceSearch

_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
_INGEST, _READ = frozenset({Scope.INGEST}), frozenset({Scope.READ})
_ADMIN = frozenset({Scope.ADMIN})
_ANNOTATE = frozenset({Scope.INGEST, Scope.ADMIN})
"""Feedback comes from the applications that send spans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """What both transports share."""

    exports: Exports
    gate: Gate
    meters: Meters
    close: Callable[[], None]
    """To be called when no request is in flight any more."""
    stopping: threading.Event
    """Ends the requests that would otherwise last as long as the server."""


def open_entrance(settings: Settings, store: SpanStore) -> Entrance:
    """Return the way in to *store*.

    Raises:
        ConfigurationError: the tokens cannot be read.
    """
    meters, limit = Meters(store.status), settings.max_spans_per_request
    ingest = Ingest(store, max_spans=limit, workers=settings.workers)
    exports = Exports(
        traces=metered(ingest.export, meters, "spans"),
        logs=metered(LogIngest(store, max_records=limit).export, meters, "log_records"),
        metrics=metered(MetricIngest(max_metrics=limit).export, meters, "metrics"),
    )
    return Entrance(
        exports=exports,
        gate=gate_of(settings),
        meters=meters,
        close=ingest.close,
        stopping=threading.Event(),
    )


def gate_of(settings: Settings) -> Gate:
    """Return the gate that these settings ask for.

    Raises:
        ConfigurationError: the tokens cannot be read.
    """
    return Gate(
        TokenFile.beside(settings.database),
        operator_secret=settings.token,
        may_be_open=settings.insecure_no_auth or is_loopback(settings.host),
    )


def create_app(settings: Settings, store: SpanStore, entrance: Entrance) -> FastAPI:
    """Return the application over *store*; whoever opened the store closes it."""
    app = FastAPI(
        title="helicone-otel",
        description="OTLP in, Helicone Sessions out.",
        docs_url=None,  # the pages load scripts from public hosts
        redoc_url=None,
        redirect_slashes=False,  # exporters take a redirect for success and lose the batch
        telemetry=_NO_TELEMETRY,  # a receiver that traced itself would feed itself
        exception_handlers={HTTPException: _answer_error, Exception: _answer_failure},
    )
    register_quoted_segments()
    areas = _areas(settings, store, entrance)
    for area in areas:
        app.include_router(area.router)
    app.add_middleware(
        Guard,
        hosts=HostNames(settings.host, settings.allowed_hosts),
        origins=Origins(settings.allowed_origins),
        gate=entrance.gate,
        areas=AreaMap(areas, needed_elsewhere=ANY_SCOPE, refuse_elsewhere=_refusal),
        count=entrance.meters.count_http,
    )
    app.add_middleware(EncodedPaths, prefixes=ID_PREFIXES)  # last added, first run
    return app


def _areas(settings: Settings, store: SpanStore, entrance: Entrance) -> Sequence[Area]:
    """Return every route with what it needs, those that are asked most often first."""
    exports, limit = entrance.exports, settings.max_body_bytes
    queries, traces = SessionQueries(store), TraceQueries(store)
    return [
        Area(otlp_router(exports, max_body_bytes=limit), needs=_INGEST, refuse=otlp_refusal),
        Area(
            helicone_log_router(exports.traces, max_body_bytes=limit),
            needs=_INGEST,
            refuse=_refusal,
        ),
        Area(helicone_session_router(queries), needs=_READ, refuse=helicone_refusal),
        Area(helicone_request_router(queries, traces), needs=_READ, refuse=helicone_refusal),
        Area(
            helicone_annotation_router(Annotations(store)), needs=_ANNOTATE, refuse=helicone_refusal
        ),
        Area(session_router(queries, traces, SessionPages(store)), needs=_READ, refuse=_refusal),
        Area(lint_router(LintQueries(store)), needs=_READ, refuse=_refusal),
        Area(explain_router(ExplainQueries(store)), needs=_READ, refuse=_refusal),
        Area(deletion_router(_deletion(settings)), needs=_ADMIN, refuse=_refusal),
        Area(trace_router(traces), needs=_READ, refuse=_refusal),
        Area(overview_router(queries), needs=_READ, refuse=_refusal),
        Area(jaeger_router(traces, TraceSearch(store)), needs=_READ, refuse=_refusal),
        Area(event_router(queries, entrance.stopping), needs=_READ, refuse=_refusal),
        Area(metrics_router(entrance.meters.text), needs=_READ, refuse=_refusal),
        Area(health_router(store.check_writable), needs=frozenset(), refuse=_refusal),
    ]


def _deletion(settings: Settings) -> Callable[[str], Deleted]:
    def delete(session_id: str) -> Deleted:
        with maintaining(settings.database) as file:
            return delete_session(file, session_id, settings.implicit_sessions)

    return delete


async def _answer_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    detail = error.detail
    if error.status_code == HTTPStatus.NOT_FOUND and detail == "Not Found":
        detail = (
            f"There is nothing at {request.url.path}. Spans go to POST /v1/traces; sessions are "
            "at GET /api/sessions and POST /v1/session/query."
        )
        if "protobuf" in request.headers.get("content-type", ""):  # an exporter that lost its way
            not_found = Refusal(status=HTTPStatus.NOT_FOUND, message=detail)
            return otlp_refusal(not_found, request.headers)
    return JSONResponse({"error": detail}, status_code=error.status_code, headers=error.headers)


async def _answer_failure(_request: Request, _error: Exception) -> Response:
    # Who runs the application logs the error, which is raised again.
    return JSONResponse({"error": "The server failed: its log has the reason."}, status_code=500)


def _refusal(refusal: Refusal, _headers: Headers) -> Response:
    return JSONResponse(
        {"error": refusal.message}, status_code=refusal.status, headers=refusal.headers
    )
