"""OTLP over HTTP."""

from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPMethod, HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from ..access import Refusal
from ..errors import StoreUnavailable
from ..model import Encoding, ExportOutcome
from ..otlp import (
    LOG_RECORDS,
    METRICS,
    SPANS,
    RejectedItems,
    RpcCode,
    encode_outcome,
    encode_status,
    require_fast_protobuf,
)
from .body import read_body
from .content import MEDIA_TYPES, answer_encoding, compression_of, encoding_of
from .export import Export, Exports
from .export_threads import run_export
from .failures import RETRY_AFTER_SECONDS, Failure, failure_of, rpc_code_of
from .inflate import inflate

_Endpoint = Callable[[Request], Awaitable[Response]]


def otlp_router(exports: Exports, *, max_body_bytes: int) -> APIRouter:
    """Return the routes for traces, logs and metrics, each with and without a trailing slash.

    What they take goes to *exports* in the thread pool. *max_body_bytes* holds before and after
    decompression.

    Raises:
        ConfigurationError: protobuf runs on its pure-Python implementation.
    """
    require_fast_protobuf()

    def receiver_for(export: Export, items: RejectedItems) -> _Endpoint:
        async def receive(request: Request) -> Response:
            """Take an OTLP export request, protobuf or JSON; answer when it is committed."""
            encoding, compression = encoding_of(request.headers), compression_of(request.headers)
            body = await read_body(request, limit=max_body_bytes)

            def exported() -> ExportOutcome:
                return export(inflate(body, compression, limit=max_body_bytes), encoding)

            outcome = await run_export(exported)
            return _response(encode_outcome(outcome, encoding, items), encoding)

        return receive

    receive_traces = receiver_for(exports.traces, SPANS)
    router = APIRouter(route_class=_OtlpRoute, tags=["otlp"])
    _add(router, "/v1/traces", receive_traces)
    _add(router, "/v1/trace/log", receive_traces)  # where Helicone's async loggers send OTLP
    _add(router, "/v1/trace/log-python", receive_traces)
    _add(router, "/v1/logs", receiver_for(exports.logs, LOG_RECORDS))
    _add(router, "/v1/metrics", receiver_for(exports.metrics, METRICS))
    return router


class _OtlpRoute(APIRoute):
    """Answers failures of its own requests as OTLP asks; other routes of the app keep theirs."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - `failure_of` logs what it does not know
                return _refusal(failure_of(error), request)

        return answer

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == HTTPMethod.POST:
            await super().handle(scope, receive, send)
            return
        response = _refusal(_wrong_method(scope["method"]), Request(scope))
        response.headers["Allow"] = HTTPMethod.POST
        await response(scope, receive, send)


def _add(router: APIRouter, path: str, endpoint: _Endpoint) -> None:
    # A redirect to the other form would lose data: SDKs take any 3xx for success.
    router.add_api_route(path, endpoint, methods=[HTTPMethod.POST], response_model=None)
    router.add_api_route(
        f"{path}/",
        endpoint,
        methods=[HTTPMethod.POST],
        response_model=None,
        include_in_schema=False,
    )


def _response(body: bytes, encoding: Encoding, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(body, status_code=status, media_type=MEDIA_TYPES[encoding])


def _refusal(failure: Failure, request: Request) -> Response:
    encoding = answer_encoding(request.headers)
    body = encode_status(failure.rpc_code, failure.message, encoding)
    response = _response(body, encoding, failure.http_status)
    if failure.is_temporary:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def otlp_refusal(refusal: Refusal, headers: Headers) -> Response:
    """Say that a request is not let in."""
    encoding = answer_encoding(headers)
    body = encode_status(rpc_code_of(refusal), refusal.message, encoding)
    response = _response(body, encoding, refusal.status)
    response.headers.update(refusal.headers)
    return response


async def answer_busy(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application: tell to try again, on another connection."""
    response = _refusal(
        failure_of(StoreUnavailable("there are too many connections")), Request(scope)
    )
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


def _wrong_method(method: str) -> Failure:
    return Failure(
        http_status=HTTPStatus.METHOD_NOT_ALLOWED,
        rpc_code=RpcCode.UNIMPLEMENTED,
        message=f"the method is {method}, expected POST",
    )
