"""Fields of OTLP/JSON messages, of the type that they must have.

A field that is missing or `null` has its default, as in protobuf's JSON mapping.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .checks import Malformed

JsonObject: TypeAlias = Mapping[str, object]

INT32 = range(-(2**31), 2**31)
INT64 = range(-(2**63), 2**63)

_SHOWN_CHARS = 40
_MAX_DIGITS = 20
_URL_SAFE = str.maketrans("-_", "+/")


def object_of(value: object, name: str) -> JsonObject:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _unexpected(value, name, "an object")
    return value


def list_of(value: object, name: str) -> Sequence[object]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _unexpected(value, name, "a list")
    return value


def text_of(value: object, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _unexpected(value, name, "a string")
    return value


def bool_of(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise _unexpected(value, name, "true or false")
    return value


def integer_of(value: object, name: str, allowed: range) -> int:
    """Return an integer sent as a number or, as 64-bit ones mostly are, as a string of digits."""
    number = 0 if value is None else _whole_number(value)
    if number is None or number not in allowed:
        raise _unexpected(value, name, f"an integer from {allowed[0]} to {allowed[-1]}")
    return number


def float_of(value: object, name: str) -> float:
    """Return a double sent as a number or as text, `NaN` and `Infinity` among them."""
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            pass
    raise _unexpected(value, name, "a number")


def bytes_of(value: object, name: str) -> bytes:
    """Return bytes sent as base64, of either alphabet, padded or not."""
    text = text_of(value, name).translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unexpected(value, name, "base64") from error


def enum_of(value: object, name: str, names: Mapping[str, int]) -> int:
    """Return an enum sent as its number, as OTLP asks, or as its name."""
    if isinstance(value, str) and value in names:
        return names[value]
    return integer_of(value, name, INT32)


def _whole_number(value: object) -> int | None:
    match value:
        case str() if _is_integer(value):
            return int(value)
        case bool():
            return None
        case int():
            return value
        case float() if value.is_integer():
            return int(value)
        case _:
            return None


def _is_integer(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS


def _unexpected(value: object, name: str, expected: str) -> Malformed:
    match value:
        case dict():
            found = "an object"
        case list():
            found = "a list"
        case _:
            found = _shown(value)
    return Malformed(f"{name} is {found}, expected {expected}")


def _shown(value: object) -> str:
    if isinstance(value, str) and len(value) > _SHOWN_CHARS:
        return repr(value[:_SHOWN_CHARS]) + "…"
    return repr(value)
