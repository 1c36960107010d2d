"""OTLP/JSON bodies, of which the large ones are never parsed whole.

Parsed, JSON takes up to thirty times its size. So of a large body what is around the items is
parsed at once, and each item when it is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from .json_cutting import Cut, cut
from .json_fields import JsonObject
from .json_text import parse_json, parse_value

WHOLE_BYTES = 2 * 1024 * 1024
"""Smaller bodies are parsed at once, which is faster."""


@dataclass(frozen=True, slots=True)
class JsonDocument:
    root: JsonObject
    _cut: Cut | None = None

    def items_of(self, found: Sequence[object]) -> Sequence[object]:
        """Return the items, such as spans, of the list *found* in a scope."""
        match found:
            case [int(number)] if self._cut is not None:
                return _Items(self._cut, number)
            case _:
                return found


def open_document(body: bytes, names: tuple[str, str, str]) -> JsonDocument:
    """Return the request that *body* is; *names* are of its resources, scopes and items.

    Raises:
        BadPayload: it is none.
        TooLarge: there is too much in it, or around its items.
    """
    if len(body) <= WHOLE_BYTES:
        return JsonDocument(parse_json(body, member=names[0]))
    pieces = cut(body, names)
    return JsonDocument(parse_json(pieces.around, member=names[0]), pieces)


class _Items(Sequence[object]):
    """The items of one scope; each is parsed whenever it is asked for."""

    def __init__(self, pieces: Cut, number: int) -> None:
        self._pieces = pieces
        self._places = pieces.items[number]

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[object]: ...
    def __getitem__(self, index: int | slice) -> object:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        start, end = self._places[index]
        return parse_value(self._pieces.body[start:end])

    def __iter__(self) -> Iterator[object]:
        return (self[index] for index in range(len(self)))
