"""Log records in JSON."""

import re

from ..model import LogRecord, Origin
from .checks import SPAN_ID_BYTES, TRACE_ID_BYTES, check_attribute_count
from .json_fields import JsonObject, integer_of, list_of, object_of, text_of
from .json_spans import wanted_json_values
from .json_text import dump_json
from .json_values import members_of
from .limits import MAX_TIME_NS, shorten_name
from .selection import Selection

_HEX = re.compile(r"(?=.*[1-9a-f])[0-9a-f]+")
_TIMES = range(MAX_TIME_NS + 1)


def json_log_record(value: object, origin: Origin, selection: Selection) -> LogRecord:
    """Return the log record that *value* is; ids that are none are absent.

    Raises:
        Malformed: it cannot be kept.
    """
    record = object_of(value, "log record")
    sent = list_of(record.get("attributes"), "attributes")
    check_attribute_count(len(sent), "log record")
    body = object_of(record.get("body"), "body")
    return LogRecord(
        trace_id=_id(record, "traceId", 2 * TRACE_ID_BYTES),
        span_id=_id(record, "spanId", 2 * SPAN_ID_BYTES),
        time_ns=_time(record, "timeUnixNano") or _time(record, "observedTimeUnixNano"),
        event_name=shorten_name(text_of(record.get("eventName"), "eventName")),
        body_text=shorten_name(text_of(body.get("stringValue"), "stringValue")),
        attributes=wanted_json_values(members_of(sent, "attributes"), selection),
        attribute_count=len(sent),
        origin=origin,
        raw=dump_json(record, "log record"),
    )


def _id(record: JsonObject, name: str, digits: int) -> str | None:
    text = text_of(record.get(name), name).lower()
    return text if len(text) == digits and _HEX.fullmatch(text) else None


def _time(record: JsonObject, name: str) -> int:
    return integer_of(record.get(name), name, _TIMES)
