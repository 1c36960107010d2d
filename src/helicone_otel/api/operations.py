"""What the machines that look after a server ask; none of it holds what anybody sent."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from ..errors import StoreUnavailable

_PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def health_router(check_writable: Callable[[], None]) -> APIRouter:
    """Return `/healthz` and `/readyz`.

    *check_writable* raises StoreUnavailable while nothing can be committed.
    """
    router = APIRouter(tags=["operations"])

    # On the event loop, so that it answers while every thread waits for the store.
    @router.get("/healthz")
    async def process_is_alive() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "ok"}

    @router.get("/readyz")
    def store_can_commit() -> JSONResponse:
        """Tell whether spans can be committed: 200 or 503."""
        try:
            check_writable()
        except StoreUnavailable as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, status_code=503)
        return JSONResponse({"status": "ready"})

    return router


def metrics_router(metrics_text: Callable[[], bytes]) -> APIRouter:
    """Return `/metrics`."""
    router = APIRouter(tags=["operations"])

    @router.get("/metrics", response_class=Response)
    def metrics() -> Response:
        """Return what was received, stored, refused and cut, in the Prometheus text format."""
        return Response(metrics_text(), media_type=_PROMETHEUS_TEXT)

    return router
