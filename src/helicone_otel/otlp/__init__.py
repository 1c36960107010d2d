"""OTLP bytes to spans and back: the only home of protobuf besides `receiver`."""

from .assembly import encode_request
from .conversion import convert_request
from .decoding import decode
from .descriptors import require_fast_protobuf
from .json_text import parse_json
from .log_decoding import decode_logs
from .log_identity import log_identity
from .metric_counting import count_metrics
from .request_files import FiledRequest, read_requests, write_request
from .responses import (
    LOG_RECORDS,
    METRICS,
    SPANS,
    RejectedItems,
    RpcCode,
    encode_outcome,
    encode_status,
    encode_success,
)
from .signals import signal_of
from .telling import encode_json
from .whole_log_records import open_log_records
from .whole_spans import open_spans

__all__ = [
    "LOG_RECORDS",
    "METRICS",
    "SPANS",
    "FiledRequest",
    "RejectedItems",
    "RpcCode",
    "convert_request",
    "count_metrics",
    "decode",
    "decode_logs",
    "encode_json",
    "encode_outcome",
    "encode_request",
    "encode_status",
    "encode_success",
    "log_identity",
    "open_log_records",
    "open_spans",
    "parse_json",
    "read_requests",
    "require_fast_protobuf",
    "signal_of",
    "write_request",
]
