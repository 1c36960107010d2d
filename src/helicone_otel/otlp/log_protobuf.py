"""Log records in protobuf."""

from google.protobuf.message import DecodeError
from opentelemetry.proto.logs.v1 import logs_pb2

from ..model import LogRecord, Origin
from .checks import (
    SPAN_ID_BYTES,
    TRACE_ID_BYTES,
    Malformed,
    check_attribute_count,
    check_time,
)
from .large_items import LOG_RECORD, LargeItems
from .limits import shorten_name
from .protobuf_attributes import AttributeReader


def protobuf_log_record(
    raw: bytes, origin: Origin, reader: AttributeReader, large: LargeItems
) -> LogRecord:
    """Return the log record that *raw* is; ids that are none are absent.

    Raises:
        Malformed: it cannot be kept.
        TooLarge: there is too much in the *large* items of the request.
    """
    try:
        record = logs_pb2.LogRecord.FromString(large.lightened(raw, LOG_RECORD))
    except DecodeError as error:
        raise Malformed("it does not decode, expected an OTLP LogRecord in protobuf") from error
    check_attribute_count(len(record.attributes), "log record")
    return LogRecord(
        trace_id=_id(record.trace_id, TRACE_ID_BYTES),
        span_id=_id(record.span_id, SPAN_ID_BYTES),
        time_ns=check_time(
            record.time_unix_nano or record.observed_time_unix_nano, "time_unix_nano"
        ),
        event_name=shorten_name(record.event_name),
        body_text=shorten_name(record.body.string_value),
        attributes=reader.read_parsed(record.attributes),
        attribute_count=len(record.attributes),
        origin=origin,
        raw=raw,
    )


def _id(value: bytes, length: int) -> str | None:
    return value.hex() if len(value) == length and any(value) else None
