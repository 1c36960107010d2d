"""The routes of Helicone's manual loggers."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from http import HTTPMethod
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from ...errors import BadPayload, UnsupportedEncoding
from ...model import Encoding
from ..body import read_body
from ..content import compression_of, encoding_of
from ..export import Export
from ..export_threads import run_export
from ..failures import RETRY_AFTER_SECONDS, failure_of
from ..inflate import inflate
from .spans import LoggedSpan, span_of

_PROVIDERS: Mapping[str, str] = {
    "/oai/v1/log": "openai",
    "/anthropic/v1/log": "anthropic",
    "/googleapis/v1/log": "google",
    "/custom/v1/log": "",
    "/v1/trace/custom/v1/log": "",
    "/v1/trace/custom/log": "",
}


def helicone_log_router(export: Export, *, max_body_bytes: int) -> APIRouter:
    """Return the routes to which Helicone's manual loggers post one call each.

    A log becomes a span that goes to *export* in the thread pool. *max_body_bytes* holds before
    and after decompression.
    """

    def receiver_for(provider: str) -> Callable[[Request], Awaitable[Response]]:
        async def receive_log(request: Request) -> Response:
            """Take a call that Helicone's manual logger tells, in JSON."""
            compression = compression_of(request.headers)
            if encoding_of(request.headers) is not Encoding.JSON:
                raise UnsupportedEncoding("Content-Type is of OTLP, expected application/json")
            body = await read_body(request, limit=max_body_bytes)

            def exported() -> str:
                plain = inflate(body, compression, limit=max_body_bytes)
                return _export_log(export, span_of(plain, request.headers.items(), provider))

            request_id = await run_export(exported)
            return PlainTextResponse("ok", headers={"helicone-id": request_id})

        return receive_log

    router = APIRouter(route_class=_LogRoute, tags=["helicone"])
    for path, provider in _PROVIDERS.items():
        router.add_api_route(
            path, receiver_for(provider), methods=[HTTPMethod.POST], response_model=None
        )
    return router


class _LogRoute(APIRoute):
    """Says what failed as Helicone does: an object with `error`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - `failure_of` logs what it does not know
                return _refusal(error)

        return answer


def _export_log(export: Export, span: LoggedSpan) -> str:
    """Return the log's request id once it is durable."""
    outcome = export(span.export_request, Encoding.PROTOBUF)
    if outcome.rejections:
        raise BadPayload(f"the log cannot be kept: {outcome.rejections[0].reason}")
    return span.request_id


def _refusal(error: Exception) -> Response:
    failure = failure_of(error)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if failure.is_temporary else None
    return JSONResponse(
        {"error": failure.message}, status_code=failure.http_status, headers=headers
    )
