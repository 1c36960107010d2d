"""Attribute values of OTLP/JSON as plain Python values."""

from collections.abc import Iterable

from ..model import AttributeValue
from .json_fields import (
    INT64,
    bool_of,
    bytes_of,
    float_of,
    integer_of,
    list_of,
    object_of,
    text_of,
)
from .limits import shorten_text
from .values import Items, Members, Opened, convert


def json_value(value: object) -> AttributeValue:
    """Return the value an AnyValue object holds; `None` if it holds none that is known.

    Raises:
        Malformed: a member has the wrong type.
    """
    if isinstance(value, dict):
        text = value.get("stringValue")
        if isinstance(text, str):  # nearly every value
            return shorten_text(text)
        if len(value) == 1 and (number := value.get("intValue")) is not None:
            return integer_of(number, "intValue", INT64)
    return convert(value, _open)


def members_of(items: Iterable[object], name: str) -> dict[str, object]:
    """Return KeyValue objects as a map; the last of a key wins."""
    members: dict[str, object] = {}
    for item in items:
        pair = item if isinstance(item, dict) else object_of(item, f"{name} item")
        key = pair.get("key")
        members[key if isinstance(key, str) else text_of(key, "key")] = pair.get("value")
    return members


def _open(value: object) -> Opened[object]:
    for member, content in object_of(value, "attribute value").items():
        if content is None:
            continue
        match member:
            case "stringValue":
                return text_of(content, member)
            case "boolValue":
                return bool_of(content, member)
            case "intValue":
                return integer_of(content, member, INT64)
            case "doubleValue":
                return float_of(content, member)
            case "bytesValue":
                return bytes_of(content, member)
            case "arrayValue":
                return Items(list_of(object_of(content, member).get("values"), member))
            case "kvlistValue":
                items = list_of(object_of(content, member).get("values"), member)
                return Members(members_of(items, member).items())
            case _:
                continue
    return None
