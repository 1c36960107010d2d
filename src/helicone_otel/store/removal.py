"""Remove sessions and traces for good.

A session's row goes first, then its share in each trace, together with a note that the trace is to
go. Requests and spans follow in transactions of their own; if the program ends before that, the
next one that removes anything finds what is left.
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

    def forget_origins(self) -> None:
        """Remove resources and scopes that no span has any more. It reads the whole file."""
        connection = self._connection
        known = {row[0] for row in connection.execute("SELECT id FROM origin")}
        (last_part_id,) = connection.execute("SELECT max(part_id) FROM trace_part").fetchone()
        used = connection.execute(
            "SELECT DISTINCT used.value FROM trace_part, json_each(trace_part.origins) AS used"
        )
        unused = known - {origin_id for (origin_id,) in used}
        connection.execute(
            sql("forget_origins"),
            {"unused": json.dumps(list(unused)), "looked_through_part_id": last_part_id or 0},
        )

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
        doomed = self._connection.execute("SELECT trace_id FROM doomed_trace").fetchall()
        self._run(step for (trace_id,) in doomed for step in self._erase(trace_id))

    def _erase(self, trace_id: str) -> Iterator[None]:
        """Delete a trace, some rows at a time, unless more spans have come for it since."""
        while not self._is_back(trace_id) and (
            self._erase_requests(trace_id) or self._erase_parts(trace_id)
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
