"""What one commit does to the file: keep the spans, then derive their traces again."""

import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ..model import KeptLogRecord, SpanFacts
from .deriving import Derive, Deriving
from .log_records import write_log_records
from .migrations import SCHEMA_VERSION
from .part_rows import PartRows
from .pending_traces import PendingTraces, rest_after
from .recent_traces import RecentTraces
from .trace_parts import TracePart


class TraceWriter:
    """Commit packed spans to the file; used by the writer thread only."""

    def __init__(self, connection: sqlite3.Connection, derive: Derive) -> None:
        self._connection = connection
        self._derive = derive
        self._recent = RecentTraces(connection)
        self._pending = PendingTraces(connection)

    def commit(self, parts: Iterable[TracePart]) -> None:
        """Keep *parts* and replace everything derived of their traces, in one transaction.

        After an error nothing of them is stored. Without parts one page is written all the same:
        it shows whether anything can be.
        """
        with self._transaction():
            self._apply(parts)

    def commit_log_records(self, records: Sequence[KeptLogRecord]) -> None:
        """Keep *records*, and derive the traces of those that may be calls of a model."""
        events: defaultdict[str, list[SpanFacts]] = defaultdict(list)
        for kept in records:
            if kept.event is not None:
                events[kept.event.trace_id].append(kept.event)
        with self._transaction():
            write_log_records(self._connection, records)
            for trace_id, of_trace in events.items():
                self._recent.get(trace_id).put_events(of_trace)
            self._derive_changed({trace_id: len(some) for trace_id, some in events.items()})

    def settle(self, trace_ids: Iterable[str] | None = None) -> None:
        """Derive large traces whose derivation was put off: those due, or those of *trace_ids*."""
        with self._transaction():
            if trace_ids is None:
                self._derive_due()
            else:
                self._derive_all(self._pending.among(trace_ids))

    def seconds_to_due(self) -> float | None:
        """Return how long a trace waits at least; `None` if none does."""
        return self._pending.seconds_to_due()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                if self._recent.begin():
                    self._pending.read_again()
                yield
        except BaseException:
            # Also when the commit itself failed: what the caches have is then not in the file.
            self._recent.clear()
            self._pending.clear()
            raise
        self._recent.trim()

    def _apply(self, parts: Iterable[TracePart]) -> None:
        rows = PartRows(self._connection)
        changed: Counter[str] = Counter()
        for part in parts:
            if rows.keep(part, self._recent.get(part.trace_id)):
                changed[part.trace_id] += part.spans
        rows.flush()
        self._derive_changed(changed)
        if not changed:
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _derive_changed(self, changed: Mapping[str, int]) -> None:
        """Derive the traces that so many spans and log records came for, unless they may wait."""
        known = {trace_id: self._recent.get(trace_id) for trace_id in changed}
        for trace_id in self._pending.put_off(changed, known):
            del known[trace_id]
        self._derive_all(known)
        self._derive_due()

    def _derive_due(self) -> None:
        """Derive the traces that have waited long enough, then let the others wait a while."""
        due = self._pending.due()
        if due:
            self._pending.rest(self._derive_all(due))

    def _derive_all(self, trace_ids: Iterable[str]) -> float:
        """Derive these traces, and those that depend on them; return how long it took."""
        started = time.monotonic()
        deriving = Deriving(self._connection, self._derive, self._recent)
        deriving.run(trace_ids)
        ended = time.monotonic()
        for trace_id in deriving.trace_ids:
            self._pending.settle(trace_id)
            known = self._recent.get(trace_id)
            known.derived_at, known.rest_s = ended, rest_after(ended - started)
        return ended - started
