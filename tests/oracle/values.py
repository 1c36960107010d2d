"""Attribute values as the types that fields have; `None` where they are not of it."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any

from helicone_otel.session_reference import decode_header_value

from .otlp import Attributes

_PLACEHOLDER = re.compile(
    r"\s*(null|none|undefined|\*\*\*|\[(scrubbed|redacted|filtered).*\])\s*",
    re.IGNORECASE | re.DOTALL,
)
_MAX_COUNT = 2**53


def is_placeholder(text: str) -> bool:
    return _PLACEHOLDER.fullmatch(text) is not None


def text(value: Any) -> str | None:  # noqa: ANN401 - an attribute holds anything
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value else None


def said(value: Any) -> str | None:  # noqa: ANN401 - an attribute holds anything
    found = text(value)
    return None if found is None or is_placeholder(found) else found


def count(value: Any) -> int | None:  # noqa: ANN401 - an attribute holds anything
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= _MAX_COUNT else None


def number(value: Any) -> float | None:  # noqa: ANN401 - an attribute holds anything
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def parsed(value: Any) -> Any:  # noqa: ANN401 - JSON holds anything
    """Return the JSON in a text; `None` if it holds none."""
    try:
        return json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None


def look_up(attributes: Attributes, key: str) -> Any:  # noqa: ANN401 - an attribute holds anything
    """Return the value at *key*; `outer:inner` is a member of the JSON object at `outer`."""
    outer, _, inner = key.partition(":")
    if not inner:
        return attributes.get(key)
    members = parsed(attributes.get(outer))
    return members.get(inner) if isinstance(members, dict) else None


def first_said(attributes: Attributes, keys: Iterable[str]) -> str | None:
    for key in keys:
        found = said(attributes.get(key))
        if found is not None:
            is_header = key.startswith("http.request.header.")
            return decode_header_value(found) if is_header else found
    return None


def first_text(attributes: Attributes, keys: Iterable[str]) -> str | None:
    return next((found for key in keys if (found := text(attributes.get(key)))), None)


def first_count(attributes: Attributes, keys: Iterable[str]) -> int | None:
    found = (count(look_up(attributes, key)) for key in keys)
    return next((value for value in found if value is not None), None)


def first_number(attributes: Attributes, keys: Iterable[str]) -> float | None:
    found = (number(look_up(attributes, key)) for key in keys)
    return next((value for value in found if value is not None), None)
