"""Open the SQLite file: one connection that writes, many that only read."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlite_utils import Database

from ..errors import StoreUnusable
from ..settings import Synchronous
from .damage import damage_told, primary_code
from .file_check import ended_uncleanly
from .file_identity import APPLICATION_ID, check_identity, check_schema, is_empty
from .migrations import MIGRATIONS, SCHEMA_VERSION
from .sql_functions import add_functions

_BUSY_TIMEOUT_S = 5.0
_AGAIN_AFTER_S = 0.01
_MAX_IDLE = 8
_PAGE_BYTES = 8 * 1024
"""A commit touches some hundred pages of indexes: pages of 16 KiB write half as much again, those
of 4 KiB take as long, being more."""
_LOG_BYTES = 64 * 1024 * 1024
"""Of write-ahead log before it is moved into the file: fewer checkpoints, each worth more."""
_CACHE_KIB = 32 * 1024
"""Of the writer. A commit changes some megabytes of pages; SQLite's own 2 MB spill and are read
back within it."""


def open_for_writing(
    path: Path, *, synchronous: Synchronous = Synchronous.FULL, create: bool = True
) -> Database:
    """Open *path* as a writer, creating it if that is wanted, and migrating it.

    Files are made for their owner only. Two processes may start at once: the schema is looked at
    and changed inside one immediate transaction.

    Raises:
        StoreUnusable: the file is not ours, is newer than this program, or is damaged.
    """
    if create:
        _create_private(path)
    else:
        _require_file(path)
    with _opened(path, mode="rw") as connection:
        if not is_empty(connection):
            check_identity(connection, path)  # before anything below would write to it
        _configure(connection, synchronous)
        _migrate(connection, path)
        add_functions(connection)
        return Database(connection)


def open_for_reading(path: Path) -> Database:
    """Open an existing file read-only, also while a server writes to it.

    Raises:
        StoreUnusable: there is no such file, it is not ours, or an older program's.
    """
    _require_file(path)
    with _opened(path, mode="ro" if _may_have_log(path) else "ro&immutable=1") as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        version = check_identity(connection, path)
        if version < SCHEMA_VERSION:
            raise StoreUnusable(
                f"{path} has the older schema version {version}. Start `helicone-otel serve --db "
                f"{path}` once; it brings the file up to date and keeps all spans."
            )
        add_functions(connection)
        return Database(connection)


def close_writing(database: Database) -> None:
    """Move the write-ahead log into the file as far as readers allow, and close."""
    try:
        database.conn.execute("PRAGMA busy_timeout = 0")
        database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        pass  # the log stays beside the file, and the next to open it reads it
    finally:
        database.close()


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


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise StoreUnusable(
            f"There is no database at {path}. Start `helicone-otel serve --db {path}` and send "
            "it spans, or name another file with --db."
        )


def _may_have_log(path: Path) -> bool:
    """Tell whether a write-ahead log is there or can be; a read-only medium may hold neither."""
    return ended_uncleanly(path) or os.access(path.parent, os.W_OK)


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be opened for writing: {error.strerror}. Name another file with --db."
        ) from error


@contextmanager
def _opened(path: Path, *, mode: str) -> Iterator[sqlite3.Connection]:
    """Yield a connection that stays open unless the block fails.

    Raises:
        StoreUnusable: SQLite failed in the block; the text says what a person can do.
    """
    with ExitStack() as after_error:
        try:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=_BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            after_error.callback(connection.close)
            yield connection
        except sqlite3.DatabaseError as error:
            raise StoreUnusable(_refusal(path, error)) from error
        after_error.pop_all()


def _refusal(path: Path, error: sqlite3.DatabaseError) -> str:
    match primary_code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{path} is locked by another program. Try again when that has finished."
        case sqlite3.SQLITE_CORRUPT:
            return damage_told(path, error)
        case _:
            return (
                f"{path} cannot be opened as a database: {error}. It is left as it is; "
                "name another file with --db, or move this one away."
            )


def _configure(connection: sqlite3.Connection, synchronous: Synchronous) -> None:
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _keep_a_log(connection)
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA fullfsync = ON")  # macOS needs it to survive a loss of power
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()  # an older file keeps its own
    connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_BYTES // page_bytes}")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    connection.execute("PRAGMA trusted_schema = OFF")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Have changes written to a log first.

    Where two connections want that of a new file, each would wait for the other: SQLite tells one
    of them at once that the file is locked, whatever its timeout is.
    """
    give_up_at = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(_AGAIN_AFTER_S)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        if not is_empty(connection):
            check_identity(connection, path)  # another program may have been faster
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        MIGRATIONS.apply(Database(connection))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        check_schema(connection, path)
