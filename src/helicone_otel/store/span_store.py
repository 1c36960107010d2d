"""One SQLite file of spans and the sessions derived from them."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from sqlite_utils import Database

from ..errors import StoreUnavailable
from ..model import KeptLogRecord
from ..settings import StoreSettings
from .database import ReadConnections, close_writing, open_for_reading, open_for_writing
from .deriving import Derive
from .file_check import FileCheck, ended_uncleanly
from .file_condition import FileCondition
from .group_upkeep import group_step, keep_groups
from .retention import Retention
from .search_upkeep import ReadTexts, word_steps
from .snapshot import Snapshot
from .sql_functions import add_span_text
from .status import StoreStatus, file_bytes
from .time_limit import time_limit
from .trace_parts import StoredSpan, TracePart, pack
from .trace_writer import TraceWriter
from .upkeep import Step, Upkeep
from .write_queue import WriteQueue

T = TypeVar("T")

_DEFAULTS = StoreSettings()


class SpanStore:
    """Own a file. Everything but `close` may be called from any thread.

    Open it with `open` to read and write, or with `open_read_only` beside a running server.
    """

    def __init__(  # noqa: PLR0913 - wired by `open` alone
        self,
        path: Path,
        *,
        writing: Database | None = None,
        queue: WriteQueue | None = None,
        check: FileCheck | None = None,
        settings: StoreSettings = _DEFAULTS,
        read_texts: ReadTexts | None = None,
    ) -> None:
        self.path = path
        self._question_seconds = settings.question_seconds
        self._read_texts = read_texts
        self._writing = writing
        self._queue = queue
        self._check = check
        self._reading = ReadConnections(path)
        self._upkeep: Upkeep | None = None
        if queue is not None:
            self._upkeep = self._start_upkeep(read_texts, settings.upkeep_pause_s)
        self._retention = Retention(path, settings) if queue else None

    @classmethod
    def open(
        cls,
        path: Path,
        derive: Derive,
        settings: StoreSettings = _DEFAULTS,
        *,
        read_texts: ReadTexts | None = None,
    ) -> Self:
        """Open *path* as its one writer, creating it if need be.

        If its last writer did not close it, the file is checked on the side. Until that is done
        the store takes spans but is not ready; should damage be found, it takes no more.

        Raises:
            StoreUnusable: the file is not ours, newer than this program, or damaged.
        """
        unclean = ended_uncleanly(path)
        database = open_for_writing(path, synchronous=settings.synchronous)
        condition = FileCondition(path, min_free_bytes=settings.min_free_bytes)
        queue = WriteQueue(TraceWriter(database.conn, derive), condition, settings)
        check = None
        if unclean:
            check = FileCheck(open_for_reading(path).conn, on_damage=condition.report_damage)
        return cls(
            path,
            writing=database,
            queue=queue,
            check=check,
            settings=settings,
            read_texts=read_texts,
        )

    @classmethod
    def open_read_only(cls, path: Path) -> Self:
        """Open an existing file for questions only.

        Raises:
            StoreUnusable: there is no file, or it is not ours.
        """
        store = cls(path)
        with store.snapshot():
            return store

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Return reading methods whose answers agree with each other inside the block."""
        with (
            self._reading.snapshot() as database,
            time_limit(database.conn, self._question_seconds) as deadline,
        ):
            add_span_text(database.conn, self._read_texts)
            yield Snapshot(database, deadline)

    def write(self, spans: Sequence[StoredSpan]) -> None:
        """Return once *spans* are committed: they then survive a crash and a loss of power.

        Idempotent: copies of spans already stored change nothing.

        Raises:
            StoreUnavailable: nothing was stored; the same spans may be sent again.
        """
        self.write_parts(pack(spans))

    def write_parts(self, parts: Sequence[TracePart]) -> None:
        """Do what `write` does, with spans that have been packed elsewhere."""
        if parts:
            self._writer().write(parts)

    def write_log_records(self, records: Sequence[KeptLogRecord]) -> None:
        """Return once *records* are committed; those stored already change nothing.

        Raises:
            StoreUnavailable: nothing was stored; the same records may be sent again.
        """
        if records:
            self._writer().write_log_records(records)

    def change(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Return what *change* returned, once what it wrote in its transaction is durable.

        It runs on the writer's thread, and spans wait meanwhile. It must not touch spans.

        Raises:
            StoreUnavailable: nothing was changed; the same may be tried again.
        """
        queue, database = self._writer(), self._writing
        assert database is not None  # noqa: S101 - for the type checker: a queue has its file

        def in_transaction() -> T:
            connection: sqlite3.Connection = database.conn
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                return change(connection)

        return queue.run(in_transaction)

    def settle_traces(self, trace_ids: Sequence[str]) -> None:
        """Return when nothing of these traces waits to be derived; large ones may otherwise.

        Raises:
            StoreUnavailable: it cannot be written down now.
        """
        self._writer().settle(trace_ids)

    def settle_session(self, session_id: str) -> None:
        """Wait until a session's large traces are derived as they are now, if that can be done."""
        with self.snapshot() as snapshot:
            pending = snapshot.pending_traces(session_id)
        if pending:
            with suppress(StoreUnavailable):  # the last state is better than none
                self.settle_traces(pending)

    def check_writable(self) -> None:
        """Write a page behind whatever waits.

        Raises:
            StoreUnavailable: nothing can be written now, or it is not known yet whether the file
                is sound.
        """
        if self._check is not None and self._check.is_running:
            raise StoreUnavailable("The file is being checked, as it was not closed last time.")
        self._writer().write([])

    def status(self) -> StoreStatus:
        """Return what the writer has to do and has done."""
        queue = self._writer()
        return StoreStatus(
            waiting_bytes=queue.waiting_bytes,
            commits=queue.commits,
            commit_seconds=queue.commit_seconds,
            file_bytes=file_bytes(self.path),
        )

    def close(self) -> None:
        """Commit what is waiting, move it into the file and close every connection."""
        if self._check is not None:
            self._check.stop()
        if self._retention is not None:
            self._retention.close()
        if self._upkeep is not None:
            self._upkeep.close()
        if self._queue is not None:
            self._queue.close()
        self._reading.close()
        if self._writing is not None:
            close_writing(self._writing)

    def catch_up(self) -> None:
        """Return when upkeep has seen everything that was written.

        Raises:
            StoreUnavailable: the file cannot be written now.
        """
        if self._upkeep is not None:
            self._upkeep.finish()

    def _start_upkeep(self, read_texts: ReadTexts | None, pause_s: float) -> Upkeep:
        queue = self._writer()
        return Upkeep(
            self.change,
            prompt=[self._group_steps],
            patient=[partial(self._word_steps, read_texts)] if read_texts else [],
            is_busy=lambda: queue.waiting_bytes > 0,
            pause_s=pause_s,
        )

    def _group_steps(self) -> Iterator[Step]:
        while behind := self._sessions_behind("groups"):
            yield partial(keep_groups, max_sessions=group_step(behind))

    def _word_steps(self, read_texts: ReadTexts) -> Iterator[Step]:
        while self._sessions_behind("search"):
            with self._reading.snapshot() as database:
                yield from word_steps(database.conn, read_texts)

    def _sessions_behind(self, name: str) -> int:
        with self.snapshot() as snapshot:
            return snapshot.upkeep_progress()[name]

    def _writer(self) -> WriteQueue:
        if self._queue is None:
            raise StoreUnavailable("This store was opened for reading only.")
        return self._queue
