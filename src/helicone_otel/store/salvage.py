"""Read what can still be read of a damaged file."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import zstandard

from .database import open_for_reading
from .stored_parts import PartReader, PartRow, StoredPart

_NOT_DERIVED = ("session_tag", "request_property", "request_score", "log_origin", "log_record")
"""Tables besides the spans whose rows cannot be made again."""
_LAST_ID = 2**62
_UNREADABLE = (sqlite3.DatabaseError, zstandard.ZstdError, ValueError, TypeError, LookupError)
"""What reading a row whose bytes are wrong may raise."""


class DamagedFile:
    """Own a read-only connection to a file that is damaged somewhere."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._reader = PartReader(connection)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open *path*.

        Raises:
            StoreUnusable: not even its tables can be found, or it is not ours.
        """
        return cls(open_for_reading(path).conn)

    def parts(self) -> Iterator[StoredPart]:
        """Yield the parts that are whole, in the order they came."""
        for row in self._rows():
            try:
                yield self._reader.part_of(row)
            except _UNREADABLE:
                continue

    def copy_the_rest(self, into: sqlite3.Connection) -> None:
        """Insert what is kept besides spans into another file, each table up to its damage."""
        for table in _NOT_DERIVED:
            for row in self._readable(table):
                places = ", ".join("?" * len(row))
                # Table names are ours, values are bound.
                into.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)  # noqa: S608

    def close(self) -> None:
        self._connection.close()

    def _readable(self, table: str) -> Iterator[Sequence[object]]:
        try:
            yield from self._connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - ours
        except sqlite3.DatabaseError:
            return

    def _rows(self) -> Iterator[PartRow]:
        position = -1
        while True:
            try:
                row = self._reader.row_after(position)
            except sqlite3.DatabaseError:
                row = self._beyond_damage(position)
                end = _LAST_ID if row is None else row[0]
                yield from reversed(list(self._backwards(end, position)))
            if row is None:
                return
            yield row
            position = row[0]

    def _beyond_damage(self, position: int) -> PartRow | None:
        """Leap ahead, farther each time, until a row can be read or there is none."""
        leap = 1
        while position + leap < _LAST_ID:
            try:
                return self._reader.row_after(position + leap)
            except sqlite3.DatabaseError:
                leap *= 2
        return None

    def _backwards(self, end: int, start: int) -> Iterator[PartRow]:
        """Yield the rows between the two, from the last up to one that is damaged."""
        while True:
            try:
                row = self._reader.row_before(end)
            except sqlite3.DatabaseError:
                return
            if row is None or row[0] <= start:
                return
            yield row
            end = row[0]
