"""One SQLite file of spans and the sessions derived from them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from ..errors import StoreUnavailable
from ..settings import MIB
from .database import ReadConnections, open_for_writing
from .snapshot import Snapshot
from .span_rows import StoredSpan
from .trace_writer import Derive, TraceWriter
from .write_queue import WriteQueue


class SpanStore:
    """Own a file. Everything but `close` may be called from any thread.

    Open it with `open` to read and write, or with `open_read_only` beside a running server.
    """

    def __init__(self, path: Path, *, writing: Database | None, queue: WriteQueue | None) -> None:
        self.path = path
        self._writing = writing
        self._queue = queue
        self._reading = ReadConnections(path)

    @classmethod
    def open(cls, path: Path, derive: Derive, *, max_queue_bytes: int = 64 * MIB) -> Self:
        """Open *path* as its one writer, creating it if need be.

        Raises:
            StoreUnusable: the file is not ours, newer than this program, or damaged.
        """
        database = open_for_writing(path)
        queue = WriteQueue(TraceWriter(database.conn, derive), max_bytes=max_queue_bytes)
        return cls(path, writing=database, queue=queue)

    @classmethod
    def open_read_only(cls, path: Path) -> Self:
        """Open an existing file for questions only.

        Raises:
            StoreUnusable: there is no file, or it is not ours.
        """
        store = cls(path, writing=None, queue=None)
        with store.snapshot():
            return store

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Return reading methods whose answers agree with each other inside the block."""
        with self._reading.snapshot() as database:
            yield Snapshot(database)

    def write(self, spans: Sequence[StoredSpan]) -> None:
        """Return once *spans* are committed: they then survive a crash and a loss of power.

        Idempotent: copies of spans already stored change nothing.

        Raises:
            StoreUnavailable: nothing was stored; the same spans may be sent again.
        """
        if spans:
            self._writer().write(spans)

    def check_writable(self) -> None:
        """Write a page behind whatever waits.

        Raises:
            StoreUnavailable: nothing can be written now.
        """
        self._writer().write([])

    def close(self) -> None:
        """Commit what is waiting and close every connection."""
        if self._queue is not None:
            self._queue.close()
        self._reading.close()
        if self._writing is not None:
            self._writing.close()

    def _writer(self) -> WriteQueue:
        if self._queue is None:
            raise StoreUnavailable("This store was opened for reading only.")
        return self._queue
