"""Which traces depend on each other: they tell of the same calls, or one links to another."""

import sqlite3
from collections.abc import Collection

import orjson

from ..model import DerivedTrace
from .statements import sql

_MAX_TOGETHER = 64
"""Traces that are derived together; more of them tell of one call only in a hostile file."""
_MAX_LINKS = 10_000
"""Followed from one trace; walking them takes some ten milliseconds."""
_MAX_MOVED = 1000
"""Traces that are derived again because others before them have changed their links."""
_MAX_COMPARED = 64
_SLACK_NS = 60 * 10**9
"""What clocks may differ by, and log records come behind their calls."""


class RelatedTraces:
    """The tables `shared_call` and `trace_link`, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._heads: dict[str, str] = {}
        """What `continued` found since a link was last changed."""
        self._some_share, self._some_link = map(
            bool,
            connection.execute(
                "SELECT EXISTS (SELECT 1 FROM shared_call), EXISTS (SELECT 1 FROM trace_link)"
            ).fetchone(),
        )

    def sharing(self, trace_id: str) -> list[str]:
        """Return the other traces that tell of calls of this one, or of calls of those."""
        if not self._some_share:
            return []
        rows = self._connection.execute(
            sql("traces_sharing_calls"), {"trace_id": trace_id, "most": _MAX_TOGETHER}
        )
        return [other for (other,) in rows]

    def continued(self, trace_id: str) -> str | None:
        """Return the trace that links lead to over traces that name no session.

        Of a ring it is the first by its id. `None` if the trace has no link.
        """
        if not self._some_link or (self._link(trace_id) or (None,))[0] is None:
            return None
        walked: dict[str, None] = {}
        at = trace_id
        while at not in walked and at not in self._heads and len(walked) < _MAX_LINKS:
            walked[at] = None
            at = self._next(at) or at
        passed = list(walked)
        head = min(passed[passed.index(at) :]) if at in walked else self._heads.get(at, at)
        self._heads |= dict.fromkeys(passed, head)
        return head

    def told_elsewhere(self, last_number: int) -> list[tuple[str, str]]:
        """Return pairs of traces that may tell of one call, of requests written after that one."""
        rows = self._connection.execute(
            sql("calls_told_elsewhere"),
            {"last_number": last_number, "most": _MAX_COMPARED, "slack_ns": _SLACK_NS},
        )
        return rows.fetchall()

    def note(self, trace: DerivedTrace) -> bool:
        """Keep what *trace* has to do with others; return whether its link is another now."""
        self._note_sharing(trace)
        return self._note_link(trace)

    def moved_by(self, trace_ids: Collection[str]) -> list[str]:
        """Return the traces whose session may be another, now that the links of these are."""
        if not trace_ids:
            return []
        rows = self._connection.execute(
            sql("traces_moved_by_links"),
            {
                "trace_ids": orjson.dumps(list(trace_ids)).decode(),
                "most": len(trace_ids) + _MAX_MOVED,
            },
        )
        return [trace_id for (trace_id,) in rows]

    def _note_sharing(self, trace: DerivedTrace) -> None:
        known = set(self._others(trace.trace_id)) if self._some_share else set()
        if known == set(trace.told_in):
            return
        self._some_share = True
        self._connection.execute("DELETE FROM shared_call WHERE trace_id = ?", (trace.trace_id,))
        self._connection.executemany(
            "INSERT INTO shared_call VALUES (?, ?)",
            [(trace.trace_id, other) for other in trace.told_in],
        )

    def _note_link(self, trace: DerivedTrace) -> bool:
        trace_id, linked = trace.trace_id, trace.linked_trace_id
        if linked is None and not (self._some_link and self._is_linked_to(trace_id)):
            return False
        row = (linked, int(trace.names_session))
        if self._link(trace_id) == row:
            return False
        self._some_link = True
        self._heads.clear()
        self._connection.execute(
            "INSERT OR REPLACE INTO trace_link VALUES (?, ?, ?)", (trace_id, *row)
        )
        return True

    def _others(self, trace_id: str) -> list[str]:
        rows = self._connection.execute(
            "SELECT other_trace_id FROM shared_call WHERE trace_id = ?", (trace_id,)
        )
        return [other for (other,) in rows]

    def _link(self, trace_id: str) -> tuple[str | None, int] | None:
        row: tuple[str | None, int] | None = self._connection.execute(
            "SELECT linked_trace_id, names_session FROM trace_link WHERE trace_id = ?", (trace_id,)
        ).fetchone()
        return row

    def _is_linked_to(self, trace_id: str) -> bool:
        rows = self._connection.execute(
            "SELECT 1 FROM trace_link WHERE linked_trace_id = ? OR trace_id = ?",
            (trace_id, trace_id),
        )
        return rows.fetchone() is not None

    def _next(self, trace_id: str) -> str | None:
        row = self._connection.execute(sql("next_linked_trace"), {"trace_id": trace_id}).fetchone()
        return None if row is None else str(row[0])
