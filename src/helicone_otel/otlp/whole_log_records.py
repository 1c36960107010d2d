"""Stored log records with everything they hold, for somebody who looks at them."""

from collections.abc import Iterable
from typing import assert_never

import orjson
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from ..model import Encoding, ReceivedLogRecord, WholeLogRecord
from .json_fields import JsonObject, list_of
from .json_messages import json_message
from .json_values import json_value, members_of


def open_log_records(records: Iterable[ReceivedLogRecord]) -> list[WholeLogRecord]:
    """Return *records* opened, in their order; they have been accepted, so they can be."""
    return [_whole(record) for record in records]


def _whole(record: ReceivedLogRecord) -> WholeLogRecord:
    document = _document(record)
    members = members_of(list_of(document.get("attributes"), "attributes"), "attributes")
    return WholeLogRecord(
        event_name=record.event_name,
        time_ns=record.time_ns,
        attributes={key: json_value(value) for key, value in members.items()},
        body=json_value(document.get("body")),
    )


def _document(record: ReceivedLogRecord) -> JsonObject:
    match record.encoding:
        case Encoding.PROTOBUF:
            return json_message(LogRecord.FromString(record.body))
        case Encoding.JSON:
            document: JsonObject = orjson.loads(record.body)
            return document
        case _:
            assert_never(record.encoding)
