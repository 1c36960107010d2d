"""Read what can still be read of a damaged file."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from ..model import ReceivedLogRecord
from .damaged_tables import UNREADABLE, DamagedTable
from .database import open_for_reading
from .stored_log_records import LogRecordReader
from .stored_parts import PartReader, StoredPart

_SAID = ("session_tag", "request_property", "request_score")
"""Tables of what people said."""


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
        reader = self._reader
        table = DamagedTable(
            after=reader.row_after, before=reader.row_before, id_of=lambda row: row[0]
        )
        for row in table.rows():
            try:
                yield self._reader.part_of(row)
            except UNREADABLE:
                continue

    def log_records(self) -> Iterator[ReceivedLogRecord]:
        """Yield the log records that can be read, in the order they came."""
        reader = LogRecordReader(self._connection)
        table = DamagedTable(
            after=reader.record_after,
            before=reader.record_before,
            id_of=lambda record: record.record_id,
        )
        for record in table.rows():
            yield record.received

    def copy_what_was_said(self, into: sqlite3.Connection) -> None:
        """Insert what people said into another file, each table up to its damage."""
        for table in _SAID:
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
