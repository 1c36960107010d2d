"""Attributes in protobuf as plain Python values."""

from collections.abc import Iterable

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from ..model import AttributeValue
from .limits import shorten_text
from .selection import Selection
from .values import Items, Members, Opened, convert
from .wire import parse_attribute

_Pair = tuple[str, AttributeValue]
_UNWANTED: _Pair = ("\ud800", None)
"""No attribute has this key: it is not UTF-8."""
_MAX_REMEMBERED = 16_384
_MAX_REMEMBERED_BYTES = 256
"""Longer ones are content, which nobody repeats."""


class AttributeReader:
    """Reads the wanted ones of attributes, for the spans of one request.

    Spans repeat most of theirs byte by byte: model, URL, session. Each is parsed once, and the
    same key or value is the same object wherever it comes up again.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._keys: dict[str, str] = {}
        self._known: dict[bytes, _Pair] = {}

    def read(self, attributes: Iterable[bytes]) -> dict[str, AttributeValue]:
        """Return the wanted ones by key; the last of a key wins.

        Raises:
            Malformed: one of *attributes*, wanted or not, is none.
        """
        known = self._known
        values = dict([known.get(raw) or self._parse(raw) for raw in attributes])
        values.pop(_UNWANTED[0], None)
        return values

    def read_parsed(self, attributes: Iterable[KeyValue]) -> dict[str, AttributeValue]:
        values = dict(map(self._pair, attributes))
        values.pop(_UNWANTED[0], None)
        return values

    def _parse(self, raw: bytes) -> _Pair:
        pair = self._pair(parse_attribute(raw))
        if len(raw) <= _MAX_REMEMBERED_BYTES and len(self._known) < _MAX_REMEMBERED:
            self._known[raw] = pair
        return pair

    def _pair(self, attribute: KeyValue) -> _Pair:
        key = attribute.key
        known = self._keys.get(key)
        if known is None:
            if not self._selection.is_wanted(key):
                return _UNWANTED
            known = self._keys[key] = key
        return known, _value(attribute.value)


def _value(value: AnyValue) -> AttributeValue:
    text = value.string_value  # nearly every value is text, and this is the cheapest question
    if text:
        return shorten_text(text)
    return value.int_value or convert(value, _open)


def _open(value: AnyValue) -> Opened[AnyValue]:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value
        case "bytes_value":
            return value.bytes_value
        case "array_value":
            return Items(value.array_value.values)
        case "kvlist_value":
            return Members((pair.key, pair.value) for pair in value.kvlist_value.values)
        case _:
            return None
