"""OTLP bytes to spans and back: the only home of protobuf besides `receiver`."""

from .assembly import encode_request
from .decoding import decode
from .descriptors import require_fast_protobuf
from .responses import RpcCode, encode_outcome, encode_status, encode_success

__all__ = [
    "RpcCode",
    "decode",
    "encode_outcome",
    "encode_request",
    "encode_status",
    "encode_success",
    "require_fast_protobuf",
]
