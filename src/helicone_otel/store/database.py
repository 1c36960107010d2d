"""Open the SQLite file: one connection that writes, many that only read."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from ..errors import StoreUnusable
from .migrations import MIGRATIONS, SCHEMA_VERSION

APPLICATION_ID = 0x48534F54
"""`HSOT` in ASCII; `file` and SQLite tools show it."""

_BUSY_TIMEOUT_S = 5.0
_MAX_IDLE = 8
_PAGE_BYTES = 16 * 1024
_CHECKPOINT_PAGES = 4096
"""64 MiB of write-ahead log: fewer checkpoints, each worth more."""


def open_for_writing(path: Path) -> Database:
    """Open *path* as the one writer, creating or migrating it.

    Files are made for their owner only. Two processes may start at once: the schema is looked at
    and changed inside one immediate transaction.

    Raises:
        StoreUnusable: the file is not ours, is newer than this program, or is damaged.
    """
    _create_private(path)
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StoreUnusable(
            f"{path} cannot be opened as a database: {error}. It is left as it is; "
            "name another file with --db, or move this one away."
        ) from error
    except StoreUnusable:
        connection.close()
        raise
    return Database(connection)


def open_for_reading(path: Path) -> Database:
    """Open an existing file read-only, also while a server writes to it.

    Raises:
        StoreUnusable: there is no such file, or it is not ours.
    """
    if not path.is_file():
        raise StoreUnusable(
            f"There is no database at {path}. Start `helicone-otel serve --db {path}` and send "
            "it spans, or name another file with --db."
        )
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        _check_identity(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StoreUnusable(f"{path} cannot be read as a database: {error}.") from error
    except StoreUnusable:
        connection.close()
        raise
    connection.create_function("casefold", 1, _casefold, deterministic=True)
    return Database(connection)


class ReadConnections:
    """Read-only connections, lent one at a time; some are kept for the next question."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[Database] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """Lend a connection inside a read transaction: all its queries see one state."""
        database = self._take()
        try:
            database.conn.execute("BEGIN")
            yield database
        finally:
            database.conn.rollback()
            self._give_back(database)

    def close(self) -> None:
        """Close the idle connections; one that is lent out is closed when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for database in idle:
            database.close()

    def _take(self) -> Database:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return open_for_reading(self._path)

    def _give_back(self, database: Database) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < _MAX_IDLE:
                self._idle.append(database)
                return
        database.close()


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be opened for writing: {error.strerror}. Name another file with --db."
        ) from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if not _is_empty(connection):
        _check_identity(connection, path)  # before anything below would write to it
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        MIGRATIONS.apply(Database(connection))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return int(tables) == 0


def _check_identity(connection: sqlite3.Connection, path: Path) -> None:
    if _is_empty(connection):
        raise StoreUnusable(f"{path} is empty: no server has made a database of it yet.")
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id != APPLICATION_ID:
        raise StoreUnusable(
            f"{path} is a SQLite file of another program. It is left as it is; name another "
            "file with --db."
        )
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise StoreUnusable(
            f"{path} has schema version {version}, this program knows {SCHEMA_VERSION}. It is "
            "left as it is; use a newer helicone-otel, or name another file with --db."
        )


def _casefold(text: str) -> str:
    return text.casefold()
