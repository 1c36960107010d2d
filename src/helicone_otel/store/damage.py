"""Which errors of SQLite mean a damaged file, and what to tell about it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StoreUnavailable, StoreUnusable

_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY_CODE = 0xFF
"""The low byte of an extended result code."""


def is_damage(error: Exception) -> bool:
    return primary_code(error) in _CODES


def damage_told(path: Path, reason: object) -> str:
    """Return what is wrong, what is kept and what to do."""
    return (
        f"{path} is damaged: {reason}. It is left as it is. `helicone-otel salvage --db {path}` "
        "moves what can be read into a new file and keeps the damaged one aside."
    )


@contextmanager
def trouble_told(path: Path) -> Iterator[None]:
    """Say of SQLite's errors in the block what a person can do about them.

    Raises:
        StoreUnusable: the file is damaged.
        StoreUnavailable: it cannot be used just now.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise StoreUnusable(damage_told(path, error)) from error
        raise StoreUnavailable(
            f"{path} cannot be used just now: {error}. What was done stays; try again."
        ) from error


def primary_code(error: Exception) -> int:
    """Return SQLite's result code; 0 if *error* carries none."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
