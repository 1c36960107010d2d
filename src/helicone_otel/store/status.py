"""What a running store tells of itself."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    waiting_bytes: int
    """Raw span bytes that wait for the writer."""
    commits: int
    commit_seconds: float
    """Spent in all commits so far."""
    file_bytes: int
    """Of the database with its write-ahead log."""


def file_bytes(path: Path) -> int:
    """Return the size of the database at *path* with its write-ahead log."""
    total = 0
    for file in (path, path.with_name(f"{path.name}-wal")):
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total
