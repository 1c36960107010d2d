"""Read the log records back that were kept, as they were received."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from ..model import Encoding, ReceivedLogRecord, value
from .damage import trouble_told
from .database import open_for_reading
from .statements import sql

_RECORDS_AT_ONCE = 100


@value
class StoredLogRecord:
    record_id: int
    """Those that came later have larger ones."""
    received: ReceivedLogRecord


@contextmanager
def reading_log_records(path: Path) -> Iterator["LogRecordReader"]:
    """Open an existing file for the block, also while a server writes to it.

    Raises:
        StoreUnusable: there is no file, it is not ours, or it is damaged.
    """
    connection = open_for_reading(path).conn
    with closing(connection), trouble_told(path):
        yield LogRecordReader(connection)


class LogRecordReader:
    """Read log records, some at a time and without a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._database = Database(connection)

    def count(self) -> int:
        return self._database.table("log_record").count

    def pages(self) -> Iterator[list[StoredLogRecord]]:
        """Yield the log records in the order they came; those that come meanwhile are among them.

        A page has some of them, and is never empty.
        """
        last = 0
        while found := self._records("log_records_after", record_id=last, limit=_RECORDS_AT_ONCE):
            yield found
            last = found[-1].record_id

    def of_session(self, session_id: str) -> list[StoredLogRecord]:
        """Return the log records that name a session, or name none and are of its traces."""
        return self._records("log_records_of_session", session_id=session_id)

    def record_after(self, record_id: int) -> StoredLogRecord | None:
        return next(iter(self._records("log_records_after", record_id=record_id, limit=1)), None)

    def record_before(self, record_id: int) -> StoredLogRecord | None:
        return next(iter(self._records("log_record_before", record_id=record_id)), None)

    def _records(self, which: str, **parameters: str | int) -> list[StoredLogRecord]:
        return [
            StoredLogRecord(record_id=row.pop("id"), received=received_log_record(row))
            for row in self._database.query(sql(which), parameters)
        ]


def received_log_record(row: Mapping[str, Any]) -> ReceivedLogRecord:
    return ReceivedLogRecord(**{**row, "encoding": Encoding(row["encoding"])})
