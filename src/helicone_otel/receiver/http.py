"""OTLP over HTTP."""

from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPMethod, HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from ..model import Encoding, ExportOutcome
from ..otlp import (
    RpcCode,
    encode_outcome,
    encode_status,
    encode_success,
    require_fast_protobuf,
)
from .body import read_body
from .content import MEDIA_TYPES, answer_encoding, compression_of, encoding_of
from .export import Export
from .export_threads import run_export
from .failures import RETRY_AFTER_SECONDS, Failure, failure_of
from .inflate import inflate

_Endpoint = Callable[[Request], Awaitable[Response]]


def otlp_router(export: Export, *, max_body_bytes: int) -> APIRouter:
    """Return the routes for traces, logs and metrics, each with and without a trailing slash.

    Traces go to *export* in the thread pool. Logs and metrics are accepted, because senders
    have one address for all three, and dropped. *max_body_bytes* holds before and after
    decompression.

    Raises:
        ConfigurationError: protobuf runs on its pure-Python implementation.
    """
    require_fast_protobuf()

    async def receive_traces(request: Request) -> Response:
        encoding, compression = encoding_of(request.headers), compression_of(request.headers)
        body = await read_body(request, limit=max_body_bytes)

        def exported() -> ExportOutcome:
            return export(inflate(body, compression, limit=max_body_bytes), encoding)

        outcome = await run_export(exported)
        return _response(encode_outcome(outcome, encoding), encoding)

    async def receive_and_drop(request: Request) -> Response:
        encoding, _ = encoding_of(request.headers), compression_of(request.headers)
        await read_body(request, limit=max_body_bytes)
        return _response(encode_success(encoding), encoding)

    router = APIRouter(route_class=_OtlpRoute, tags=["otlp"])
    _add(router, "/v1/traces", receive_traces)
    _add(router, "/v1/logs", receive_and_drop)
    _add(router, "/v1/metrics", receive_and_drop)
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


def _wrong_method(method: str) -> Failure:
    return Failure(
        http_status=HTTPStatus.METHOD_NOT_ALLOWED,
        rpc_code=RpcCode.UNIMPLEMENTED,
        message=f"the method is {method}, expected POST",
    )
