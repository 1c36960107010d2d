"""The logical fields of one set of attributes, each from the best key that carries it."""

from collections.abc import Mapping
from typing import Any, TypeVar

from ..model import AttributeValue
from ..session_reference import decode_header_value
from . import alias_table as table
from .alias_table import Row

T = TypeVar("T")


def _places() -> dict[str, list[tuple[Row[Any], int, bool]]]:
    """Turn the table around: for each key the rows it may fill, its rank, whether a header."""
    places: dict[str, list[tuple[Row[Any], int, bool]]] = {}
    for row in table.ROWS:
        for rank, (key, _) in enumerate(row.keys):
            is_header = key.startswith(table.HEADER_PREFIXES)
            places.setdefault(key, []).append((row, rank, is_header))
    return places


_PLACES = _places()


class Fields:
    """What *attributes* say, by row of the alias table.

    Walks the attributes once: a span has a dozen, the table some hundred keys.
    """

    __slots__ = ("_values",)

    def __init__(self, attributes: Mapping[str, AttributeValue]) -> None:
        values: dict[Row[Any], Any] = {}
        ranks: dict[Row[Any], int] = {}
        for key, value in attributes.items():
            for row, rank, is_header in _PLACES.get(key, ()):
                if ranks.get(row, rank) < rank:
                    continue
                found = row.read(value)
                if found is not None:
                    values[row] = decode_header_value(found) if is_header else found
                    ranks[row] = rank
        self._values = values

    def get(self, row: Row[T]) -> T | None:
        return self._values.get(row)
