import orjson
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from helicone_otel.model import Encoding, ExportOutcome, Rejection
from helicone_otel.otlp import RpcCode, encode_outcome, encode_status, encode_success


def rejected(*reasons: str) -> ExportOutcome:
    rejections = [Rejection(index=index, reason=reason) for index, reason in enumerate(reasons)]
    return ExportOutcome(accepted=8, rejections=rejections)


@pytest.mark.parametrize(("encoding", "body"), [(Encoding.PROTOBUF, b""), (Encoding.JSON, b"{}")])
def test_success_says_nothing(encoding: Encoding, body: bytes) -> None:
    assert encode_success(encoding) == body
    assert encode_outcome(ExportOutcome(accepted=3), encoding) == body


def test_a_partial_success_counts_and_explains() -> None:
    body = encode_outcome(rejected("no id", "no time"), Encoding.PROTOBUF)
    partial = ExportTraceServiceResponse.FromString(body).partial_success
    assert partial.rejected_spans == 2
    assert partial.error_message == "2 of 10 spans were rejected: span 0: no id; span 1: no time"


def test_a_partial_success_in_json_has_its_count_as_text() -> None:
    assert orjson.loads(encode_outcome(rejected("no id"), Encoding.JSON)) == {
        "partialSuccess": {
            "rejectedSpans": "1",
            "errorMessage": "1 of 9 spans were rejected: span 0: no id",
        }
    }


def test_only_the_first_reasons_are_named() -> None:
    body = encode_outcome(rejected(*["bad"] * 1_000), Encoding.PROTOBUF)
    message = ExportTraceServiceResponse.FromString(body).partial_success.error_message
    assert message.endswith("span 4: bad; ...")


def test_long_reasons_are_cut() -> None:
    body = encode_outcome(rejected(*["é" * 4_000] * 5), Encoding.PROTOBUF)
    message = ExportTraceServiceResponse.FromString(body).partial_success.error_message
    assert len(message.encode()) <= 4_096


def test_a_status_is_a_google_rpc_status() -> None:
    body = encode_status(RpcCode.INVALID_ARGUMENT, "no", Encoding.PROTOBUF)
    assert Status.FromString(body) == Status(code=3, message="no")


def test_a_status_in_json_is_readable_in_a_terminal() -> None:
    body = encode_status(RpcCode.UNAVAILABLE, "later", Encoding.JSON)
    assert body == b'{\n  "code": 14,\n  "message": "later"\n}\n'
