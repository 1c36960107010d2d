"""What the receiver answers, in the encoding of the request."""

from enum import IntEnum
from typing import NamedTuple, assert_never

import orjson
from google.rpc import status_pb2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from ..model import Encoding, ExportOutcome
from ..session_reference.text import cut_text

MAX_MESSAGE_BYTES = 4 * 1024
"""OTLP clients may refuse responses over 4 MiB; nobody reads past a page."""

_SHOWN_REJECTIONS = 5
_READABLE = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


class RpcCode(IntEnum):
    """The `google.rpc.Code` values the receiver uses; gRPC's status codes have the same."""

    INVALID_ARGUMENT = 3
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


class RejectedItems(NamedTuple):
    """What a signal calls the items that it rejects."""

    name: str
    json_member: str


SPANS = RejectedItems("span", "rejectedSpans")
LOG_RECORDS = RejectedItems("log record", "rejectedLogRecords")
METRICS = RejectedItems("data point", "rejectedDataPoints")


def encode_success(encoding: Encoding) -> bytes:
    """Return the response of traces, logs or metrics that says nothing but success."""
    match encoding:
        case Encoding.PROTOBUF:
            return b""
        case Encoding.JSON:
            return b"{}"
        case _:
            assert_never(encoding)


def encode_outcome(
    outcome: ExportOutcome, encoding: Encoding, items: RejectedItems = SPANS
) -> bytes:
    """Return the response of any signal; partial if there are rejections."""
    if not outcome.rejections:
        return encode_success(encoding)
    rejected = len(outcome.rejections)
    message = _explain(outcome, items.name)
    match encoding:
        case Encoding.PROTOBUF:
            # On the wire, those of logs and metrics are the same.
            partial = ExportTracePartialSuccess(rejected_spans=rejected, error_message=message)
            response = ExportTraceServiceResponse(partial_success=partial)
            return bytes(response.SerializeToString())
        case Encoding.JSON:
            partial_json = {items.json_member: str(rejected), "errorMessage": message}
            return orjson.dumps({"partialSuccess": partial_json})
        case _:
            assert_never(encoding)


def encode_status(code: RpcCode, message: str, encoding: Encoding) -> bytes:
    """Return a `google.rpc.Status`."""
    message = cut_text(message, max_bytes=MAX_MESSAGE_BYTES)
    match encoding:
        case Encoding.PROTOBUF:
            return bytes(status_pb2.Status(code=code, message=message).SerializeToString())
        case Encoding.JSON:
            return orjson.dumps({"code": int(code), "message": message}, option=_READABLE)
        case _:
            assert_never(encoding)


def _explain(outcome: ExportOutcome, name: str) -> str:
    rejections = outcome.rejections
    total = outcome.accepted + len(rejections)
    shown = [f"{name} {item.index}: {item.reason}" for item in rejections[:_SHOWN_REJECTIONS]]
    if len(rejections) > _SHOWN_REJECTIONS:
        shown.append("...")
    text = f"{len(rejections)} of {total} {name}s were rejected: " + "; ".join(shown)
    return cut_text(text, max_bytes=MAX_MESSAGE_BYTES)
