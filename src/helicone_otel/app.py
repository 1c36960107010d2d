"""The HTTP application: the only place that joins the parts."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from .api import helicone_session_router, session_router
from .errors import StoreUnavailable
from .ingest import Ingest
from .query import SessionQueries
from .receiver import otlp_router
from .settings import Settings
from .store import SpanStore

_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


def create_app(settings: Settings, store: SpanStore) -> FastAPI:
    """Return the application over *store*; whoever opened the store closes it."""
    app = FastAPI(
        title="helicone-otel",
        description="OTLP in, Helicone Sessions out.",
        docs_url=None,  # the pages load scripts from public hosts
        redoc_url=None,
        redirect_slashes=False,  # exporters take a redirect for success and lose the batch
        telemetry=_NO_TELEMETRY,  # a receiver that traced itself would feed itself
        exception_handlers={HTTPException: _answer_error},
    )
    ingest = Ingest(store, max_spans=settings.max_spans_per_request)
    queries = SessionQueries(store)
    app.include_router(otlp_router(ingest.export, max_body_bytes=settings.max_body_bytes))
    app.include_router(helicone_session_router(queries))
    app.include_router(session_router(queries))
    _add_health(app, store)
    return app


def _add_health(app: FastAPI, store: SpanStore) -> None:
    # On the event loop, so that it answers while every thread waits for the store.
    @app.get("/healthz", tags=["health"])
    async def process_is_alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"])
    def store_can_commit() -> JSONResponse:
        try:
            store.check_writable()
        except StoreUnavailable as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, status_code=503)
        return JSONResponse({"status": "ready"})


async def _answer_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    detail = error.detail
    if error.status_code == 404 and detail == "Not Found":  # noqa: PLR2004
        detail = (
            f"There is nothing at {request.url.path}. Spans go to POST /v1/traces; sessions are "
            "at GET /api/sessions and POST /v1/session/query."
        )
    return JSONResponse({"error": detail}, status_code=error.status_code, headers=error.headers)
