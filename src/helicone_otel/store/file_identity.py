"""Whether a file is one of ours that this program can use."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from ..errors import StoreUnusable
from .migrations import MIGRATIONS, SCHEMA_VERSION

APPLICATION_ID = 0x48534F54
"""`HSOT` in ASCII; `file` and SQLite tools show it."""

_COLUMNS = """
SELECT item.name, item_column.name
FROM sqlite_schema AS item JOIN pragma_table_info(item.name) AS item_column
WHERE item.type IN ('table', 'view')
"""


def is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return int(tables) == 0


def check_identity(connection: sqlite3.Connection, path: Path) -> int:
    """Return the file's schema version.

    Raises:
        StoreUnusable: the file is empty, another program's, or newer than this program.
    """
    if is_empty(connection):
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
    return int(version)


def check_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Compare tables and columns with those of a new file; more than these are allowed.

    Raises:
        StoreUnusable: something is missing.
    """
    missing = sorted(_columns() - set(connection.execute(_COLUMNS)))
    if missing:
        table, column = missing[0]
        raise StoreUnusable(
            f"{path} lacks the column {column!r} of {table!r}: something changed its tables, or an "
            "unreleased version made it. It is left as it is; name another file with --db."
        )


@cache
def _columns() -> frozenset[tuple[str, str]]:
    with closing(Database(memory=True)) as fresh:
        MIGRATIONS.apply(fresh)
        return frozenset(fresh.conn.execute(_COLUMNS))
