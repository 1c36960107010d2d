"""Counts in and text out of the JSON of providers."""

import orjson

from ...errors import BadPayload

_MAX_COUNT = 2**53


def count_of(value: object) -> int | None:
    """Return a count; what is none is not there."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_COUNT
    return value if is_count and isinstance(value, int) else None


def json_text(value: object) -> str:
    """Return *value* as compact JSON.

    Raises:
        BadPayload: it is nested deeper than 254 levels.
    """
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError as error:
        raise BadPayload(f"the log cannot be kept: {error}; expected at most 254 levels") from error
