"""What one commit does to the file: keep the spans, then derive their traces again."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from ..model import DerivedTrace, SpanFacts
from .migrations import SCHEMA_VERSION
from .recent_traces import RecentTraces
from .rows import request_row, slice_row
from .span_rows import SpanRows, StoredSpan
from .statements import sql

Derive = Callable[[Sequence[SpanFacts]], DerivedTrace]
"""Work out a trace from all of its spans; pure, and indifferent to their order."""


class TraceWriter:
    """Commit batches of spans to the file; used by the writer thread only."""

    def __init__(self, connection: sqlite3.Connection, derive: Derive) -> None:
        self._connection = connection
        self._derive = derive
        self._recent = RecentTraces(connection)

    def commit(self, spans: Iterable[StoredSpan]) -> None:
        """Keep *spans* and replace everything derived of their traces, in one transaction.

        After an error nothing of them is stored. Without spans one page is written all the same:
        it shows whether anything can be.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                self._recent.begin()
                self._apply(spans)
        except BaseException:
            # Also when the commit itself failed: what the cache has is then not in the file.
            self._recent.clear()
            raise
        self._recent.trim()

    def _apply(self, spans: Iterable[StoredSpan]) -> None:
        arriving: dict[str, list[StoredSpan]] = defaultdict(list)
        for span in spans:
            arriving[span.facts.trace_id].append(span)
        if not arriving:
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            return
        rows = SpanRows(self._connection)
        derived: list[DerivedTrace] = []
        seen_before: set[str] = set()
        for trace_id, members in arriving.items():
            known = self._recent.get(trace_id)
            if known.spans:
                seen_before.add(trace_id)
            changed = [rows.keep(span, known) for span in members]
            if any(changed):
                derived.append(self._derive(list(known.spans.values())))
        rows.flush()
        self._replace(derived, seen_before)

    def _replace(self, traces: Sequence[DerivedTrace], seen_before: Collection[str]) -> None:
        """Replace what was derived of *traces*, then the sessions they are or were in."""
        sessions = {piece.session_id for trace in traces for piece in trace.slices}
        for trace in traces:
            if trace.trace_id in seen_before:
                sessions |= self._forget(trace.trace_id)
        self._connection.executemany(
            sql("insert_llm_request"),
            [request_row(request) for trace in traces for request in trace.requests],
        )
        self._connection.executemany(
            sql("insert_session_slice"),
            [slice_row(piece) for trace in traces for piece in trace.slices],
        )
        keys = [{"session_id": session_id} for session_id in sessions]
        self._connection.executemany("DELETE FROM session WHERE session_id = :session_id", keys)
        self._connection.executemany(sql("refresh_session"), keys)

    def _forget(self, trace_id: str) -> set[str]:
        """Remove what was derived of a trace; return the sessions it was in."""
        rows = self._connection.execute(
            "DELETE FROM session_slice WHERE trace_id = ? RETURNING session_id", (trace_id,)
        ).fetchall()
        self._connection.execute("DELETE FROM llm_request WHERE trace_id = ?", (trace_id,))
        return {session_id for (session_id,) in rows}
