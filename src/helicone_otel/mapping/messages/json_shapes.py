"""JSON of strangers, read without trust: what has another type than expected is not there."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import orjson

Json: TypeAlias = Mapping[str, object]

_CONTAINERS = ("{", "[")


def object_of(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def first_object(value: object) -> Json:
    """Return the first of a list of objects, such as `choices` or `candidates`."""
    found = list_of(value)
    return object_of(found[0]) if found else {}


def parsed(value: object) -> object:
    """Return the object or list that a text is in JSON; anything else stays as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(_CONTAINERS):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def as_text(value: object) -> str:
    """Return a text as it is, nothing as nothing, and all else as compact JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    try:
        return orjson.dumps(value, default=_plain).decode()
    except orjson.JSONEncodeError:  # nested deeper than 254 levels
        return "(nested too deeply to be shown)"


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
