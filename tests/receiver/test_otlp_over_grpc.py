"""What OTLP/gRPC clients see: responses, status codes and when to retry."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans

from helicone_otel.errors import (
    BadPayload,
    HeliconeOtelError,
    StoreUnavailable,
    TooLarge,
    UnsupportedEncoding,
)
from helicone_otel.model import Encoding, ExportOutcome, Rejection
from helicone_otel.receiver import Export

Serve = Callable[[Export], str]

REQUEST = ExportTraceServiceRequest(resource_spans=[ResourceSpans(schema_url="https://a/1.0")])
MIB = 1024 * 1024
IMPATIENT_SECONDS = 1.9
"""Too little for the server to try again."""


def accept(_body: bytes, _encoding: Encoding) -> ExportOutcome:
    return ExportOutcome(accepted=1)


def failing_with(error: Exception) -> Export:
    def export(_body: bytes, _encoding: Encoding) -> ExportOutcome:
        raise error

    return export


def send(
    address: str,
    request: ExportTraceServiceRequest = REQUEST,
    *,
    signal: str = "trace.v1.Trace",
    compression: grpc.Compression = grpc.Compression.NoCompression,
    timeout: float | None = 20,
) -> ExportTraceServiceResponse:
    with grpc.insecure_channel(address, compression=compression) as channel:
        method = channel.unary_unary(f"/opentelemetry.proto.collector.{signal}Service/Export")
        answer = method(request.SerializeToString(), timeout=timeout)
    response = ExportTraceServiceResponse()
    response.ParseFromString(answer)
    return response


def refusal(address: str) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        send(address, timeout=IMPATIENT_SECONDS)
    return caught.value


@pytest.mark.parametrize("compression", list(grpc.Compression))
def test_the_message_reaches_export_as_sent(
    serve_grpc: Serve, compression: grpc.Compression
) -> None:
    taken: list[tuple[bytes, Encoding]] = []

    def export(body: bytes, encoding: Encoding) -> ExportOutcome:
        taken.append((body, encoding))
        return ExportOutcome(accepted=1)

    response = send(serve_grpc(export), compression=compression)
    assert taken == [(REQUEST.SerializeToString(), Encoding.PROTOBUF)]
    assert not response.HasField("partial_success")


def test_rejected_spans_are_a_partial_success(serve_grpc: Serve) -> None:
    def export(_body: bytes, _encoding: Encoding) -> ExportOutcome:
        return ExportOutcome(accepted=1, rejections=[Rejection(index=0, reason="no id")])

    response = send(serve_grpc(export))
    assert response.partial_success.rejected_spans == 1
    assert response.partial_success.error_message.endswith("span 0: no id")


@pytest.mark.parametrize("signal", ["logs.v1.Logs", "metrics.v1.Metrics"])
def test_logs_and_metrics_are_accepted(serve_grpc: Serve, signal: str) -> None:
    address = serve_grpc(failing_with(BadPayload("traces only")))
    assert send(address, signal=signal) == ExportTraceServiceResponse()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadPayload("bad"), grpc.StatusCode.INVALID_ARGUMENT),
        (UnsupportedEncoding("odd"), grpc.StatusCode.INVALID_ARGUMENT),
        (TooLarge("large"), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (StoreUnavailable("full"), grpc.StatusCode.UNAVAILABLE),
    ],
)
def test_each_error_has_its_status_code(
    serve_grpc: Serve, error: HeliconeOtelError, code: grpc.StatusCode
) -> None:
    refused = refusal(serve_grpc(failing_with(error)))
    assert (refused.code(), refused.details()) == (code, str(error))


def test_a_temporary_failure_says_when_to_retry_in_both_places(serve_grpc: Serve) -> None:
    refused = refusal(serve_grpc(failing_with(StoreUnavailable("full"))))
    metadata = dict(refused.trailing_metadata())
    status = Status.FromString(metadata["grpc-status-details-bin"])
    detail = RetryInfo()
    assert status.details[0].Unpack(detail)
    assert (status.code, status.message) == (14, "full")
    assert detail == RetryInfo.FromString(metadata["google.rpc.retryinfo-bin"])
    assert detail.retry_delay.seconds == 1


def test_what_is_refused_for_now_is_tried_again_while_the_caller_waits(serve_grpc: Serve) -> None:
    refusals = [StoreUnavailable("full"), StoreUnavailable("still full")]

    def export(_body: bytes, _encoding: Encoding) -> ExportOutcome:
        if refusals:
            raise refusals.pop()
        return ExportOutcome(accepted=1)

    assert send(serve_grpc(export)) == ExportTraceServiceResponse()
    assert refusals == []


def test_a_caller_without_a_deadline_is_told_at_once(serve_grpc: Serve) -> None:
    outcomes = iter([StoreUnavailable("full")])  # a second try would fail otherwise

    def export(_body: bytes, _encoding: Encoding) -> ExportOutcome:
        raise next(outcomes)

    with pytest.raises(grpc.RpcError) as caught:
        send(serve_grpc(export), timeout=None)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_no_more_is_held_for_another_try_than_64_mib(serve_grpc: Serve) -> None:
    has_room = threading.Event()

    def export(_body: bytes, _encoding: Encoding) -> ExportOutcome:
        if has_room.is_set():
            return ExportOutcome(accepted=1)
        raise StoreUnavailable("full")

    address = serve_grpc(export)
    nearly_a_mib = ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(schema_url="x" * (MIB - 100))]
    )

    def told() -> str:
        try:
            send(address, nearly_a_mib, timeout=60)
        except grpc.RpcError as error:
            return str(error.details())
        return "taken"

    with ThreadPoolExecutor(80) as pool:
        calls = [pool.submit(told) for _ in range(80)]
        refused = [call.result() for call in islice(as_completed(calls), 16)]
        has_room.set()
    assert refused == ["full"] * 16
    assert [call.result() for call in calls].count("taken") == 64


def test_too_large_does_not_ask_for_a_retry(serve_grpc: Serve) -> None:
    refused = refusal(serve_grpc(failing_with(TooLarge("large"))))
    assert "google.rpc.retryinfo-bin" not in dict(refused.trailing_metadata())


def test_a_long_non_ascii_message_still_fits_the_trailers(serve_grpc: Serve) -> None:
    refused = refusal(serve_grpc(failing_with(StoreUnavailable("é" * 9_000))))
    assert refused.code() is grpc.StatusCode.UNAVAILABLE
    assert refused.details().startswith("éé")


def test_an_unforeseen_error_is_logged_and_tells_nothing(
    serve_grpc: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    refused = refusal(serve_grpc(failing_with(ZeroDivisionError("secret"))))
    assert refused.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in refused.details()
    assert "ZeroDivisionError: secret" in caplog.text


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_message_over_the_limit_is_refused_by_its_plain_size(
    serve_grpc: Serve, compression: grpc.Compression
) -> None:
    request = ExportTraceServiceRequest(resource_spans=[ResourceSpans(schema_url="x" * 2 * MIB)])
    address = serve_grpc(accept)
    with pytest.raises(grpc.RpcError) as caught:
        send(address, request, compression=compression)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
