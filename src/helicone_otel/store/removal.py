"""Remove sessions and traces for good.

A session's row goes first, then its share in each trace, each together with a note that the rest is
to go. Requests, spans and log records follow in transactions of their own; if the program ends
before that, the next one that removes anything finds what is left.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from .small_steps import Pause, pause_briefly, run_in_small_steps
from .statements import sql, statements

_ROWS_AT_ONCE = 64
_PAGES_AT_ONCE = 128


@cache
def _statements(name: str) -> tuple[str, ...]:
    return tuple(statements(sql(name)))


class Removal:
    """Remove through a connection of one's own, beside the writer's."""

    def __init__(self, connection: sqlite3.Connection, pause: Pause = pause_briefly) -> None:
        self._connection = connection
        self._pause = pause

    def remove(self, session_ids: Sequence[str], trace_ids: Iterable[str]) -> None:
        """Remove sessions with what people said of them, and traces with all their spans.

        From the first transaction on, the sessions are gone to every reader.
        """
        self._run(self._forget(session_ids, trace_ids))
        self._erase_doomed()

    def remove_log_records(self, record_ids: Sequence[int]) -> None:
        """Remove single log records."""
        pieces = range(0, len(record_ids), _ROWS_AT_ONCE)
        self._run(
            self._delete_log_records(record_ids[start : start + _ROWS_AT_ONCE]) for start in pieces
        )

    def finish(self) -> None:
        """Remove what is left of removals, of this program or one before."""
        orphaned = self._connection.execute(sql("orphaned_traces")).fetchall()
        self._run(self._forget((), (trace_id for (trace_id,) in orphaned)))
        self._erase_doomed()

    def shrink(self) -> None:
        """Give the room of what was removed back to the disk."""
        while self._free_pages():
            # execute() would free one page, whatever number is asked for
            self._connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            self._pause()
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _run(self, steps: Iterable[object]) -> None:
        run_in_small_steps(self._connection, steps, self._pause)

    def _forget(self, session_ids: Sequence[str], trace_ids: Iterable[str]) -> Iterator[None]:
        for session_id in session_ids:
            self._execute("forget_session", session_id=session_id)
            yield
        for trace_id in trace_ids:
            self._execute("forget_trace", trace_id=trace_id)
            yield

    def _erase_doomed(self) -> None:
        sessions = self._connection.execute("SELECT session_id FROM doomed_session").fetchall()
        self._run(step for (session_id,) in sessions for step in self._erase_session(session_id))
        traces = self._connection.execute("SELECT trace_id FROM doomed_trace").fetchall()
        self._run(step for (trace_id,) in traces for step in self._erase_trace(trace_id))

    def _erase_session(self, session_id: str) -> Iterator[None]:
        """Delete the log records that name a session, some at a time, but no later ones."""
        while self._erase_log_records("log_records_of_doomed_session", session_id=session_id):
            yield
        self._connection.execute("DELETE FROM doomed_session WHERE session_id = ?", (session_id,))
        yield

    def _erase_trace(self, trace_id: str) -> Iterator[None]:
        """Delete a trace, some rows at a time, unless more spans have come for it since."""
        while not self._is_back(trace_id) and (
            self._erase_requests(trace_id)
            or self._erase_parts(trace_id)
            or self._erase_log_records("log_records_of_doomed_trace", trace_id=trace_id)
        ):
            yield
        self._connection.execute("DELETE FROM doomed_trace WHERE trace_id = ?", (trace_id,))
        yield

    def _erase_requests(self, trace_id: str) -> bool:
        """Delete some requests; return whether there were any."""
        span_ids = self._some("SELECT span_id FROM llm_request WHERE trace_id = ?", trace_id)
        self._execute("erase_requests", trace_id=trace_id, span_ids=json.dumps(span_ids))
        return bool(span_ids)

    def _erase_parts(self, trace_id: str) -> bool:
        """Delete some parts; return whether there were any."""
        part_ids = self._some("SELECT part_id FROM trace_part WHERE trace_id = ?", trace_id)
        places = [(part_id,) for part_id in part_ids]
        self._connection.executemany("DELETE FROM superseded_copy WHERE part_id = ?", places)
        self._connection.executemany("DELETE FROM trace_part WHERE part_id = ?", places)
        return bool(part_ids)

    def _erase_log_records(self, which: str, **of: str) -> bool:
        """Delete some log records; return whether there were any."""
        found = self._connection.execute(sql(which), {**of, "limit": _ROWS_AT_ONCE})
        return self._delete_log_records([record_id for (record_id,) in found])

    def _delete_log_records(self, record_ids: Sequence[int]) -> bool:
        places = [(record_id,) for record_id in record_ids]
        self._connection.executemany("DELETE FROM log_record WHERE id = ?", places)
        return bool(places)

    def _some(self, query: str, trace_id: str) -> list[str | int]:
        rows = self._connection.execute(f"{query} LIMIT {_ROWS_AT_ONCE}", (trace_id,))
        return [value for (value,) in rows]

    def _execute(self, name: str, **parameters: str) -> None:
        for statement in _statements(name):
            self._connection.execute(statement, parameters)

    def _is_back(self, trace_id: str) -> bool:
        found = self._connection.execute(
            "SELECT 1 FROM session_slice WHERE trace_id = ?", (trace_id,)
        )
        return found.fetchone() is not None

    def _free_pages(self) -> int:
        (pages,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        return int(pages)
