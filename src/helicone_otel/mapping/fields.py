"""The logical fields of one set of attributes, each from the best key that carries it."""

from collections.abc import Mapping
from typing import Any, TypeVar

from ..model import AttributeValue
from ..session_reference import decode_header_value
from . import alias_table as table
from .alias_table import Row

T = TypeVar("T")


def _places() -> dict[str, list[tuple[int, Row[Any]]]]:
    """Turn the table around: for each key the rows it may fill, and its rank in each."""
    places: dict[str, list[tuple[int, Row[Any]]]] = {}
    for row in table.ROWS:
        for rank, (key, _) in enumerate(row.keys):
            places.setdefault(key, []).append((rank, row))
    return places


_PLACES = _places()


class Fields:
    """What *attributes* say, by row of the alias table.

    Walks the attributes once: a span has a dozen, the table some hundred keys.
    """

    __slots__ = ("_values",)

    def __init__(self, attributes: Mapping[str, AttributeValue]) -> None:
        best: dict[Row[Any], tuple[int, Any]] = {}
        for key, value in attributes.items():
            for rank, row in _PLACES.get(key, ()):
                if row in best and best[row][0] < rank:
                    continue
                found = row.read(value)
                if found is not None:
                    best[row] = rank, _decoded(key, found)
        self._values = best

    def get(self, row: Row[T]) -> T | None:
        found = self._values.get(row)
        return None if found is None else found[1]


def _decoded(key: str, value: object) -> object:
    if isinstance(value, str) and key.startswith(table.HEADER_PREFIXES):
        return decode_header_value(value)
    return value
