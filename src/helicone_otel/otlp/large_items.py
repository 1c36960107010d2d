"""Spans and log records of more than a MiB, relieved of what would grow when it is parsed.

Texts stay as they are: they cost what they weigh. A list or map of small values costs some
thirty times that, so past a MiB of such values in one item the others are left out. The raw
item keeps them.
"""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ..errors import TooLarge
from ..truncations import count_truncation
from .checks import Malformed
from .limits import MAX_ATTRIBUTES, MAX_EVENTS, MAX_LINKS
from .wire_fields import Field, fields, next_field, write_bytes

LARGE_BYTES = 1024 * 1024
MAX_FIELDS = 20_000
MAX_REQUEST_FIELDS = 50_000
"""Of all large items of a request; to walk over so many takes some 50 ms."""
MAX_STRUCTURED_BYTES = 1024 * 1024

_KEY, _VALUE = 1, 2
_LIST, _MAP = 5, 6


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields of a message hold values, directly or further in."""

    attributes: int | None = None
    values: AbstractSet[int] = frozenset()
    messages: Mapping[int, "Shape"] = field(default_factory=dict)
    most: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    """How many fields of a number there may be, and what they are called."""


SPAN = Shape(
    9,
    messages={11: Shape(3), 13: Shape(4), 15: Shape()},
    most={9: (MAX_ATTRIBUTES, "attributes"), 11: (MAX_EVENTS, "events"), 13: (MAX_LINKS, "links")},
)
LOG_RECORD = Shape(6, values=frozenset({5}))


class LargeItems:
    """The large items of one request."""

    def __init__(self) -> None:
        self._fields_left = MAX_REQUEST_FIELDS

    def lightened(self, raw: bytes, shape: Shape) -> bytes:
        """Return *raw*, or if it is large, what of it can be parsed in little memory.

        Raises:
            Malformed: it is large and has more than `MAX_FIELDS` fields or, directly, too many of
                one kind, or is broken. It is not looked at any further then.
            TooLarge: the large items before it had more than `MAX_REQUEST_FIELDS`.
        """
        if len(raw) <= LARGE_BYTES:
            return raw
        if self._fields_left < 0:
            raise TooLarge(
                f"the request's large items have more than {MAX_REQUEST_FIELDS} fields: send "
                "smaller batches"
            )
        lightening = _Lightening(raw)
        try:
            return lightening.message(0, len(raw), shape)
        finally:
            self._fields_left -= MAX_FIELDS - lightening.fields_left


class _Lightening:
    """What one item may still cost."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.fields_left = MAX_FIELDS
        self._structured_left = MAX_STRUCTURED_BYTES

    def message(self, start: int, stop: int, shape: Shape) -> bytes:
        kept: list[bytes] = []
        counts = Counter[int]()
        for found in fields(self._raw, start, stop):
            self.fields_left -= 1
            if self.fields_left < 0:
                raise Malformed(f"it has more than {MAX_FIELDS} fields")
            if found.is_bytes and found.number in shape.most:
                counts[found.number] += 1
                most, name = shape.most[found.number]
                if counts[found.number] > most:
                    raise Malformed(f"it has more than {most} {name}")
            kept.append(self._kept(found, shape))
        return b"".join(kept)

    def _kept(self, found: Field, shape: Shape) -> bytes:
        if not found.is_bytes:
            pass
        elif found.number in shape.messages:
            inner = self.message(found.start, found.stop, shape.messages[found.number])
            return write_bytes(found.number, inner)
        elif found.number == shape.attributes and not self._is_affordable_pair(found):
            return self._without_value(found)
        elif found.number in shape.values and not self._is_affordable(found.start, found.stop):
            return b""
        return self._raw[found.head : found.stop]

    def _is_affordable_pair(self, pair: Field) -> bool:
        """Look at a KeyValue as every sender writes it: a key, then a value."""
        raw, stop = self._raw, pair.stop
        key = next_field(raw, pair.start, stop) if pair.start < stop else None
        if key is not None and key.number == _KEY and key.stop < stop:
            value = next_field(raw, key.stop, stop)
            if value.number == _VALUE and value.is_bytes and value.stop == stop:
                return self._is_affordable(value.start, stop)
        return self._spend(stop - pair.start)

    def _is_affordable(self, start: int, stop: int) -> bool:
        """Look at an AnyValue: it costs nothing if it is one text or number."""
        if start < stop:
            content = next_field(self._raw, start, stop)
            if content.stop == stop and content.number not in {_LIST, _MAP}:
                return True
        return self._spend(stop - start)

    def _spend(self, size: int) -> bool:
        self._structured_left -= size
        if self._structured_left < 0:
            count_truncation("structure")
        return self._structured_left >= 0

    def _without_value(self, pair: Field) -> bytes:
        key = next_field(self._raw, pair.start, pair.stop)
        kept = self._raw[key.head : key.stop] if key.number == _KEY else b""
        return write_bytes(pair.number, kept)
