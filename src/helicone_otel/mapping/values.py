"""Readers that turn attribute values into the type a field has; `None` where they are not it."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import orjson

from ..model import AttributeValue
from ..session_reference import cut_text

_PLACEHOLDER = re.compile(
    r"\s*(null|none|undefined|\*\*\*|\[(scrubbed|redacted|filtered).*\])\s*",
    re.IGNORECASE | re.DOTALL,
)
MAX_TEXT_BYTES = 1024
"""Of a text that is kept with what a span means; the raw span has all of it."""

_UTF8_BYTES = 4
_MAX_TIME_CHARACTERS = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERCEL_APIS = frozenset({"chat", "responses", "completion", "embedding", "messages", "image"})
_NANO = 1_000_000_000
_MAX_NS = 2**63 - 1
_MAX_COUNT = 2**53
_MAX_DIGITS = len(str(_MAX_COUNT))


def as_text(value: AttributeValue) -> str | None:
    """Return a text value, or the first of a list of them, as captured headers are."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, Sequence) and not isinstance(value, bytes) and value:
        return as_text(value[0])
    return None


def as_said(value: AttributeValue) -> str | None:
    """Return a text that somebody said; a scrubber's placeholder says nothing."""
    text = as_text(value)
    return None if text is None or is_placeholder(text) else text


def as_label(value: AttributeValue) -> str | None:
    """Return a text such as a model's name, cut with a hash mark past 1 KiB."""
    text = value if isinstance(value, str) else as_text(value)
    return short(text) if text else None


def as_name(value: AttributeValue) -> str | None:
    """Return a label that somebody gave."""
    text = as_said(value)
    return None if text is None else short(text)


def short(text: str) -> str:
    """Return *text* cut to 1 KiB, marked where it is longer; NUL, where SQLite stops, a space."""
    if "\0" in text:
        text = text.replace("\0", " ")
    if len(text) <= MAX_TEXT_BYTES // _UTF8_BYTES:
        return text
    return cut_text(text, max_bytes=MAX_TEXT_BYTES)


def is_placeholder(text: str) -> bool:
    """Tell whether a scrubber, or a program that had nothing to say, wrote *text*."""
    return _PLACEHOLDER.fullmatch(text) is not None


def as_identifier(value: AttributeValue) -> str | None:
    """Return a text or number that names something; a scrubber's placeholder names nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return as_said(value)


def as_count(value: AttributeValue) -> int | None:
    """Return a count from an integer, a decimal string or an integral float; none over 2^53."""
    if isinstance(value, str):
        value = int(value) if value.isdecimal() and len(value) <= _MAX_DIGITS else None
    elif isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_COUNT:
        return value
    return None


def as_number(value: AttributeValue) -> float | None:
    """Return a finite number from a number or a string of one."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def as_seconds_ns(value: AttributeValue) -> int | None:
    """Return nanoseconds from a number of seconds; none past a signed 64-bit number."""
    seconds = as_number(value)
    if seconds is None or not 0 <= seconds <= _MAX_NS / _NANO:
        return None
    return min(round(seconds * _NANO), _MAX_NS)


def as_milliseconds_ns(value: AttributeValue) -> int | None:
    """Return nanoseconds from a number of milliseconds; none past a signed 64-bit number."""
    milliseconds = as_number(value)
    return None if milliseconds is None else as_seconds_ns(milliseconds / 1000)


def as_time_ns(value: AttributeValue) -> int | None:
    """Return a moment from ISO 8601, in JSON's quotes or out of them."""
    text = as_text(value)
    if text is None or len(text) > _MAX_TIME_CHARACTERS:
        return None
    try:
        moment = datetime.fromisoformat(text.strip('"'))
    except ValueError:
        return None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return (since // timedelta(microseconds=1)) * 1000


def as_provider(value: AttributeValue) -> str | None:
    """Return a provider's name, less the API that Vercel's SDK hangs on: `openai.chat`."""
    label = as_label(value)
    if label is None:
        return None
    name, _, api = label.rpartition(".")
    return name if name and api in _VERCEL_APIS else label


def as_property_text(value: AttributeValue) -> str | None:
    """Return any value as a property's text; nested values become compact JSON."""
    match value:
        case None | b"":
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case bytes():
            return value.hex()
        case Mapping():
            return _json_text(value)
        case Sequence():
            return as_property_text(value[0]) if len(value) == 1 else _json_text(value)


def json_object(value: AttributeValue) -> Mapping[str, AttributeValue]:
    """Return the object that a text is in JSON, or the mapping itself; empty if it is neither."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value) if value.startswith("{") else None
        except orjson.JSONDecodeError:
            return {}
    return value if isinstance(value, Mapping) else {}


def _json_text(value: AttributeValue) -> str:
    return orjson.dumps(value, default=_hex).decode()


def _hex(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
