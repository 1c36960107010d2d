"""What makes two log records the same, in whatever encoding they come."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from ..errors import BadPayload
from ..model import Encoding, LogRecord, Signal
from .assembly import encode_request
from .conversion import convert_request
from .large_items import LARGE_BYTES

_NOWHERE = {
    Encoding.PROTOBUF: b"\x12\x00",  # a ResourceLogs of one ScopeLogs
    Encoding.JSON: b'{"scopeLogs": [{}]}',
}


def log_identity(record: LogRecord) -> bytes:
    """Return a digest of all that *record* holds, with its resource and scope.

    In the other encoding it has the same, unless it is very large or has a field that only one
    encoding holds.
    """
    origin = record.origin
    of_origin = _of_origin(origin.envelope, origin.encoding)
    return _digest(of_origin, _canonical(_NOWHERE[origin.encoding], [record.raw], origin.encoding))


@lru_cache(maxsize=8)
def _of_origin(envelope: bytes, encoding: Encoding) -> bytes:
    return _digest(_canonical(envelope, (), encoding))


def _canonical(envelope: bytes, records: Sequence[bytes], encoding: Encoding) -> bytes:
    if len(envelope) + sum(map(len, records)) > LARGE_BYTES:
        return b"".join((envelope, *records))  # parsed, it might take thirty times the room
    body = encode_request(envelope, records, encoding, Signal.LOGS)
    try:
        protobuf = convert_request(body, encoding, Encoding.PROTOBUF, Signal.LOGS)
    except BadPayload:
        return body
    request = ExportLogsServiceRequest.FromString(protobuf)
    request.DiscardUnknownFields()  # the other encoding would not have them
    return bytes(request.SerializeToString(deterministic=True))


def _digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()
