"""OTLP over gRPC; import it only to serve, grpc takes its time."""

from collections.abc import Awaitable, Callable, Sequence

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from ..errors import ConfigurationError
from ..model import Encoding
from ..otlp import encode_outcome, encode_success, require_fast_protobuf
from .export import Export
from .export_threads import run_export
from .failures import RETRY_AFTER_SECONDS, Failure, failure_of

_TRACES = "opentelemetry.proto.collector.trace.v1.TraceService"
_LOGS = "opentelemetry.proto.collector.logs.v1.LogsService"
_METRICS = "opentelemetry.proto.collector.metrics.v1.MetricsService"
_MAX_STREAMS = 100
"""Requests at once on one connection."""

_CODES = {code.value[0]: code for code in grpc.StatusCode}

_Handle = Callable[[bytes], Awaitable[bytes]]


async def start_grpc_server(
    export: Export, *, host: str, port: int, max_body_bytes: int
) -> tuple[grpc.aio.Server, int]:
    """Serve OTLP/gRPC on the running event loop; return the server and the port it has.

    Traces go to *export* in the thread pool; logs and metrics are accepted and dropped. Port 0
    takes a free one. *max_body_bytes* holds after decompression.

    Raises:
        ConfigurationError: the port cannot be had, or protobuf runs on its pure-Python
            implementation.
    """
    require_fast_protobuf()
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", max_body_bytes),
            ("grpc.max_concurrent_streams", _MAX_STREAMS),
            ("grpc.so_reuseport", 0),
        ]
    )
    server.add_generic_rpc_handlers(_services(export))
    bound_port = _bind(server, host, port)
    await server.start()
    return server, bound_port


def _bind(server: grpc.aio.Server, host: str, port: int) -> int:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        return int(server.add_insecure_port(address))
    except RuntimeError as error:
        raise ConfigurationError(
            f"Port {port} on {host} cannot be used for OTLP/gRPC. Another helicone-otel or a "
            "Collector may hold it; stop it, or choose with --grpc-port (0 picks one)."
        ) from error


def _services(export: Export) -> Sequence[grpc.GenericRpcHandler]:
    async def export_traces(body: bytes) -> bytes:
        outcome = await run_export(lambda: export(body, Encoding.PROTOBUF))
        return encode_outcome(outcome, Encoding.PROTOBUF)

    async def drop(_body: bytes) -> bytes:
        return encode_success(Encoding.PROTOBUF)

    return [_service(_TRACES, export_traces), _service(_LOGS, drop), _service(_METRICS, drop)]


def _service(name: str, handle: _Handle) -> grpc.GenericRpcHandler:
    """Offer *handle* as the service's `Export`; without serializers it gets and gives bytes."""

    async def answer(body: bytes, context: grpc.aio.ServicerContext) -> bytes:
        try:
            return await handle(body)
        except Exception as error:  # noqa: BLE001 - `failure_of` logs what it does not know
            failure = failure_of(error)
        await context.abort(_CODES[failure.rpc_code], failure.message, _retry_metadata(failure))
        raise AssertionError  # abort has raised

    method = grpc.unary_unary_rpc_method_handler(answer)
    return grpc.method_handlers_generic_handler(name, {"Export": method})


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
