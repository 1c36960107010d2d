"""The logical fields of one set of attributes, each from the best key that carries it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from ..model import AttributeValue, value
from ..session_reference import decode_header_value
from ..span_kinds import CONVENTION_KEYS
from . import alias_table as table
from .alias_table import Row, SessionKey
from .properties import property_keys_of
from .values import json_object

T = TypeVar("T")
Read = Callable[[AttributeValue], Any]


class Fields(dict[Row[Any], Any]):
    """What a span's attributes say, by row of the alias table."""

    if TYPE_CHECKING:  # a typed way to ask; at run time it is the dictionary's own

        def get(self, row: Row[T]) -> T | None: ...  # type: ignore[override]


Columns = Sequence[tuple[Row[Any], Sequence[tuple[str, Read]]]]
"""For each row that can have a value its keys, best first, and how they are read."""


@value
class Shape:
    """What spans with one set of attribute keys can say; worked out once for each set.

    A span has a dozen keys and the table some hundred, but an application has few sets.
    """

    columns: Columns
    reference_columns: Columns
    """Of the rows that are parts of the session reference."""
    session_keys: Sequence[SessionKey]
    property_keys: tuple[str, ...]
    tells_usage: bool
    names_claude_code: bool
    """Whether keys are among those that mean something from Claude Code alone."""
    reference_keys: tuple[str, ...]
    """All the keys that say something of the session."""
    by_convention: bool
    """Whether a convention may say what kind the span is."""
    sends: bool
    """Whether a CLIENT or PRODUCER span with these keys carries a request."""


def shape_of(attributes: Mapping[str, AttributeValue]) -> Shape:
    return _shape(tuple(attributes))


def read_fields(columns: Columns, attributes: Mapping[str, AttributeValue]) -> Fields:
    fields = Fields()
    for row, readings in columns:
        for key, read in readings:
            found = read(attributes[key])
            if found is not None:
                fields[row] = found
                break
    return fields


@lru_cache(maxsize=2048)
def _shape(keys: tuple[str, ...]) -> Shape:
    present = frozenset(keys)
    session_keys = [entry for entry in table.SESSION_KEYS if entry.key in present]
    property_keys = tuple(property_keys_of(keys))
    reference_columns = _columns(table.REFERENCE_ROWS, present)
    columns = _columns(table.ROWS, present)
    return Shape(
        columns=columns,
        reference_columns=reference_columns,
        session_keys=session_keys,
        property_keys=property_keys,
        tells_usage=any(row in table.USAGE_ROWS for row, _ in columns),
        names_claude_code=not table.CLAUDE_CODE_KEYS.keys().isdisjoint(present),
        reference_keys=(
            *(entry.key for entry in session_keys),
            *(key for _, readings in reference_columns for key, _ in readings),
            *property_keys,
        ),
        by_convention=not CONVENTION_KEYS.isdisjoint(present),
        sends=not table.TRANSPORT_KEYS.isdisjoint(present),
    )


def _columns(rows: Iterable[Row[Any]], present: Collection[str]) -> Columns:
    found = ((row, _readings(row, present)) for row in rows)
    return [(row, readings) for row, readings in found if readings]


def _readings(row: Row[Any], present: Collection[str]) -> list[tuple[str, Read]]:
    attributes = ((key, table.attribute_of(key)) for key, _ in row.keys)
    return [(name, _reading(row, key)) for key, name in attributes if name in present]


def _reading(row: Row[Any], key: str) -> Read:
    attribute, _, member = key.partition(":")
    if member:
        return lambda value: row.read(json_object(value).get(member))
    if not attribute.startswith(table.HEADER_PREFIXES):
        return row.read

    def read_header(value: AttributeValue) -> object:
        found = row.read(value)
        return None if found is None else decode_header_value(found)

    return read_header
