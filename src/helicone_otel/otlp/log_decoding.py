"""Bytes of an export request of logs to log records."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar, assert_never

from ..model import (
    DecodedLogs,
    Encoding,
    LogRecord,
    Origin,
    Rejection,
    Signal,
    WantedAttributes,
)
from .checks import Malformed
from .decoding import counted
from .json_spans import json_scopes
from .large_items import LargeItems
from .log_json import json_log_record
from .log_protobuf import protobuf_log_record
from .protobuf_attributes import AttributeReader
from .protobuf_spans import protobuf_scopes
from .selection import Selection

T = TypeVar("T")


def decode_logs(
    body: bytes, encoding: Encoding, *, wanted: WantedAttributes, max_records: int
) -> DecodedLogs:
    """Return the log records of *body*, an ExportLogsServiceRequest, in their order.

    A record that cannot be read is a rejection and costs no other.

    Raises:
        BadPayload: *body* is not such a request.
        TooLarge: it holds more than *max_records* records or scopes.
        ConfigurationError: protobuf runs on its pure-Python implementation.
    """
    selection = Selection(wanted)
    match encoding:
        case Encoding.PROTOBUF:
            # Number by number, the messages around log records are those around spans.
            reader = AttributeReader(selection)
            scopes = protobuf_scopes(body, reader)
            read = partial(protobuf_log_record, reader=reader, large=LargeItems())
            return _decoded(scopes, read, max_records)
        case Encoding.JSON:
            json_log_scopes = json_scopes(body, selection, Signal.LOGS)
            read_json = partial(json_log_record, selection=selection)
            return _decoded(json_log_scopes, read_json, max_records)
        case _:
            assert_never(encoding)


def _decoded(
    scopes: Iterable[tuple[Origin, Sequence[T]]],
    read: Callable[[T, Origin], LogRecord],
    max_records: int,
) -> DecodedLogs:
    records: list[LogRecord] = []
    rejections: list[Rejection] = []
    index = 0
    for origin, raw_records in counted(scopes, max_records, "log records"):
        for raw in raw_records:
            try:
                records.append(read(raw, origin))
            except Malformed as reason:
                rejections.append(Rejection(index=index, reason=str(reason)))
            index += 1
    return DecodedLogs(records=records, rejections=rejections)
