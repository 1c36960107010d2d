"""Larger changes to a file, beside the one that writes to it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from ..model import KeptLogRecord
from ..settings import Synchronous
from .damage import trouble_told
from .database import close_writing, open_for_writing
from .deriving import Derive
from .log_records import rewrite_log_records
from .pruning import Limits, Prunable, note_arrivals, prunable, used_bytes
from .removal import Removal
from .rewriting import TraceRewriter
from .small_steps import Pause, pause_briefly, run_in_small_steps
from .stored_log_records import LogRecordReader
from .stored_parts import PartReader
from .unused_origins import forget_unused_origins

_GROUPS_AT_ONCE = 100


@contextmanager
def maintaining(path: Path) -> Iterator["FileMaintenance"]:
    """Open *path* for the block.

    Raises:
        StoreUnusable: the file is not ours, newer than this program, or damaged.
        StoreUnavailable: it cannot be written just now.
    """
    with closing(FileMaintenance.open(path)) as file, trouble_told(path):
        yield file


class FileMaintenance:
    """Own a connection; used by one thread at a time, also while a server runs.

    Nothing here keeps the file locked longer than a reader or sender would notice, and after a
    crash at any point the file is right.
    """

    def __init__(self, database: Database, pause: Pause) -> None:
        self._database = database
        self._connection: sqlite3.Connection = database.conn
        self._pause = pause
        self._removal = Removal(self._connection, pause)
        self.parts = PartReader(self._connection)
        self.log_records = LogRecordReader(self._connection)

    @classmethod
    def open(cls, path: Path, pause: Pause = pause_briefly) -> Self:
        """Open *path*; *pause* is called between two transactions.

        Raises:
            StoreUnusable: the file is not ours, newer than this program, or damaged.
        """
        # Whoever is told that something was done has closed the file, which is a checkpoint.
        database = open_for_writing(path, synchronous=Synchronous.NORMAL, create=False)
        return cls(database, pause)

    def rewriter(self, derive: Derive) -> TraceRewriter:
        """Return what changes single traces; *derive* works them out again."""
        return TraceRewriter(self._connection, derive)

    def note_arrivals(self, now_ns: int) -> None:
        """Remember that whatever is in the file had come by now."""
        note_arrivals(self._connection, now_ns)

    def prunable(self, limits: Limits) -> list[Prunable]:
        """Return what `prune` would remove."""
        return list(prunable(self._connection, limits))

    def prune(self, limits: Limits) -> Iterator[Prunable]:
        """Remove what is over *limits*, yielding it group by group; the file gets smaller."""
        self._removal.finish()
        groups = self.prunable(limits)
        for start in range(0, len(groups), _GROUPS_AT_ONCE):
            some = groups[start : start + _GROUPS_AT_ONCE]
            self._removal.remove(
                [session_id for group in some for session_id in group.session_ids],
                [trace_id for group in some for trace_id in group.trace_ids],
            )
            self._removal.remove_log_records(
                [record_id for group in some for record_id in group.loose_record_ids]
            )
            yield from some
        self._removal.shrink()

    def remove(self, session_ids: Sequence[str], trace_ids: Iterable[str]) -> None:
        """Remove sessions with what people said of them, and traces with all their spans."""
        self._removal.remove(session_ids, trace_ids)

    def remove_log_records(self, record_ids: Sequence[int]) -> None:
        """Remove single log records."""
        self._removal.remove_log_records(record_ids)

    def rewrite_log_records(self, records: Mapping[int, KeptLogRecord]) -> None:
        """Change what stored log records say, by their row ids."""
        steps = rewrite_log_records(self._connection, records)
        run_in_small_steps(self._connection, steps, self._pause)

    def shrink(self) -> None:
        """Give the room of what was removed back to the disk."""
        forget_unused_origins(self._connection)
        self._removal.shrink()

    def used_bytes(self) -> int:
        return used_bytes(self._connection)

    def close(self) -> None:
        close_writing(self._database)
