"""Readers that turn attribute values into the type a field has; `None` where they are not it."""

import math
import re
from collections.abc import Mapping, Sequence

import orjson

from ..model import AttributeValue

_PLACEHOLDER = re.compile(
    r"\s*(null|none|undefined|\*\*\*|\[(scrubbed|redacted|filtered).*\])\s*",
    re.IGNORECASE | re.DOTALL,
)
_NANO = 1_000_000_000
_MAX_COUNT = 2**53
_MAX_DIGITS = len(str(_MAX_COUNT))


def as_text(value: AttributeValue) -> str | None:
    """Return a text value, or the first of a list of them, as captured headers are."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, Sequence) and not isinstance(value, bytes) and value:
        return as_text(value[0])
    return None


def as_identifier(value: AttributeValue) -> str | None:
    """Return a text or number that names something; a scrubber's placeholder names nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = as_text(value)
    return None if text is None or _PLACEHOLDER.fullmatch(text) else text


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
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


def as_seconds_ns(value: AttributeValue) -> int | None:
    """Return nanoseconds from a number of seconds."""
    seconds = as_number(value)
    return None if seconds is None or seconds < 0 else round(seconds * _NANO)


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


def _json_text(value: AttributeValue) -> str:
    return orjson.dumps(value, default=_hex).decode()


def _hex(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
