"""OTLP over gRPC; import it only to serve, grpc takes its time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from ..access import Refusal, Scope
from ..model import Encoding
from ..otlp import (
    LOG_RECORDS,
    METRICS,
    SPANS,
    RejectedItems,
    encode_outcome,
    require_fast_protobuf,
)
from .export import Export, Exports
from .failures import RETRY_AFTER_SECONDS, Failure, failure_of, rpc_code_of
from .patience import Patience, SecondsLeft

_TRACES = "opentelemetry.proto.collector.trace.v1.TraceService"
_LOGS = "opentelemetry.proto.collector.logs.v1.LogsService"
_METRICS = "opentelemetry.proto.collector.metrics.v1.MetricsService"
_OPTIONS = (
    ("grpc.max_concurrent_streams", 100),
    ("grpc.max_allowed_incoming_connections", 256),
    ("grpc.max_connection_idle_ms", 60_000),
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 2),
    ("grpc.so_reuseport", 0),
)
_NEEDS = frozenset({Scope.INGEST})
"""Every service takes telemetry."""

_CODES = {code.value[0]: code for code in grpc.StatusCode}

Admit = Callable[[str | None, Collection[Scope]], Refusal | None]
"""Returns why a request with this `authorization` may not do what one of the scopes allows."""
Count = Callable[[str], None]
_Handle = Callable[[bytes, SecondsLeft], Awaitable[bytes]]


async def start_grpc_server(  # noqa: PLR0913 - all but the first two by name
    exports: Exports,
    path: str,
    *,
    max_body_bytes: int,
    admit: Admit,
    count: Count,
    patience: Patience,
) -> grpc.aio.Server:
    """Serve OTLP/gRPC on the running event loop, at the UNIX socket of this *path*.

    What is sent goes to *exports* in the thread pool. *max_body_bytes* holds after decompression.
    *admit* is asked before a message is read; *count* is told the status code of every answer,
    `CANCELLED` where nobody waits for it any more. What *exports* refuse for now is tried again
    with *patience*.

    Raises:
        ConfigurationError: protobuf runs on its pure-Python implementation.
    """
    require_fast_protobuf()
    server = grpc.aio.server(
        interceptors=[_Doorkeeper(admit, count)],
        options=[("grpc.max_receive_message_length", max_body_bytes), *_OPTIONS],
    )
    server.add_generic_rpc_handlers(_services(exports, count, patience))
    server.add_insecure_port(unix_target(path))
    await server.start()
    return server


def unix_target(path: str) -> str:
    """Return gRPC's name of a UNIX socket; without a file its path starts with a NUL."""
    return f"unix-abstract:{path[1:]}" if path.startswith("\0") else f"unix:{path}"


def _services(
    exports: Exports, count: Count, patience: Patience
) -> Sequence[grpc.GenericRpcHandler]:
    handles = {
        _TRACES: _handle_for(exports.traces, SPANS, patience),
        _LOGS: _handle_for(exports.logs, LOG_RECORDS, patience),
        _METRICS: _handle_for(exports.metrics, METRICS, patience),
    }
    return [_service(name, handle, count) for name, handle in handles.items()]


def _handle_for(export: Export, items: RejectedItems, patience: Patience) -> _Handle:
    async def handle(body: bytes, seconds_left: SecondsLeft) -> bytes:
        outcome = await patience.try_for(
            lambda: export(body, Encoding.PROTOBUF), len(body), seconds_left
        )
        return encode_outcome(outcome, Encoding.PROTOBUF, items)

    return handle


def _service(name: str, handle: _Handle, count: Count) -> grpc.GenericRpcHandler:
    """Offer *handle* as the service's `Export`; without serializers it gets and gives bytes."""

    async def answer(body: bytes, context: grpc.aio.ServicerContext) -> bytes:
        try:
            response = await handle(body, context.time_remaining)
        except asyncio.CancelledError:
            count(grpc.StatusCode.CANCELLED.name)
            raise
        except Exception as error:  # noqa: BLE001 - `failure_of` logs what it does not know
            failure = failure_of(error)
        else:
            count(grpc.StatusCode.OK.name)
            return response
        count(failure.rpc_code.name)
        await context.abort(_CODES[failure.rpc_code], failure.message, _retry_metadata(failure))
        raise AssertionError  # abort has raised

    method = grpc.unary_unary_rpc_method_handler(answer)
    return grpc.method_handlers_generic_handler(name, {"Export": method})


class _Doorkeeper(grpc.aio.ServerInterceptor):  # type: ignore[misc] # grpc ships no types
    """Lets nobody in without a token, whatever is asked for."""

    def __init__(self, admit: Admit, count: Count) -> None:
        self._admit = admit
        self._count = count

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        authorization = dict(handler_call_details.invocation_metadata).get("authorization")
        refusal = self._admit(authorization, _NEEDS)
        if refusal is None:
            return await continuation(handler_call_details)
        self._count(rpc_code_of(refusal).name)
        return _refusing(refusal)


def _refusing(refusal: Refusal) -> grpc.RpcMethodHandler:
    async def refuse(_requests: object, context: grpc.aio.ServicerContext) -> None:
        await context.abort(_CODES[rpc_code_of(refusal)], refusal.message)

    return grpc.stream_unary_rpc_method_handler(refuse)  # so that no message is waited for


def _retry_metadata(failure: Failure) -> Sequence[tuple[str, bytes]]:
    """Tell when to retry, in the standard place and in the one the Python SDK reads."""
    if not failure.is_temporary:
        return ()
    retry_info = RetryInfo(retry_delay=Duration(seconds=RETRY_AFTER_SECONDS))
    detail = AnyMessage()
    detail.Pack(retry_info)
    status = Status(code=failure.rpc_code, message=failure.message, details=[detail])
    return (
        ("google.rpc.retryinfo-bin", retry_info.SerializeToString()),
        ("grpc-status-details-bin", status.SerializeToString()),
    )
