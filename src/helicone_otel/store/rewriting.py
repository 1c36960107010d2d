"""Put other spans in the place of a trace's, or derive it again from those it has."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from ..model import SpanFacts
from .derived_rows import DerivedRows
from .deriving import Derive, Deriving
from .log_records import put_event_facts
from .part_rows import PartRows
from .recent_traces import KnownTrace, RecentTraces
from .rehearsal import Rehearsal
from .stored_parts import StoredPart
from .trace_parts import TracePart

Accept: TypeAlias = Callable[[], bool]
"""Asked when all is done and can be looked at; what it does not accept is undone."""


_NO_EVENTS: Mapping[int, SpanFacts] = {}


def _always() -> bool:
    return True


class TraceRewriter:
    """Change one trace in one transaction, through a connection beside the writer's.

    What it means is worked out before that, so that others wait for no more than the writing.
    """

    def __init__(self, connection: sqlite3.Connection, derive: Derive) -> None:
        self._connection = connection
        self._derive = Rehearsal(connection, derive)

    def replace(
        self,
        trace_id: str,
        before: Sequence[StoredPart],
        after: Sequence[TracePart],
        *,
        events: Mapping[int, SpanFacts] = _NO_EVENTS,
        accept: Accept = _always,
    ) -> bool:
        """Put the parts *after* in place of those *before*, and derive the trace anew.

        *events* are what log records of it say now, by their row ids.

        Return whether that could be done: not if parts have come meanwhile, which *after* cannot
        know.
        """
        spans = [facts for part in after for facts in part.facts]
        rehearsed = self._derive.of(trace_id, spans, events.values())
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            if self._part_ids(trace_id) != [part.part_id for part in before]:
                return False
            stored = rehearsed.stored()
            self._delete_parts(trace_id)
            put_event_facts(self._connection, events)
            recent = RecentTraces(self._connection)
            self._put(after, recent.get(trace_id))
            self._derive_again(trace_id, recent, stored, accept)
        return True

    def derive_again(
        self,
        trace_id: str,
        *,
        events: Mapping[int, SpanFacts] = _NO_EVENTS,
        accept: Accept = _always,
    ) -> None:
        """Derive a trace anew of the spans it has."""
        rehearsed = self._derive.of(trace_id, None, events.values())
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            stored, is_current = rehearsed.stored(), rehearsed.is_current()
            put_event_facts(self._connection, events)
            recent = rehearsed.recent if is_current else RecentTraces(self._connection)
            self._derive_again(trace_id, recent, stored, accept)

    def _put(self, parts: Sequence[TracePart], known: KnownTrace) -> None:
        rows = PartRows(self._connection)
        for part in parts:
            rows.keep(part, known)
        rows.flush()

    def _derive_again(
        self, trace_id: str, recent: RecentTraces, stored: DerivedRows, accept: Accept
    ) -> None:
        recent.get(trace_id).derived = stored
        deriving = Deriving(self._connection, self._derive, recent)
        deriving.run([trace_id])
        self._connection.executemany(
            "DELETE FROM pending_trace WHERE trace_id = ?", [(at,) for at in deriving.trace_ids]
        )
        if not accept():
            self._connection.rollback()

    def _part_ids(self, trace_id: str) -> list[int]:
        rows = self._connection.execute(
            "SELECT part_id FROM trace_part WHERE trace_id = ? ORDER BY part_id", (trace_id,)
        )
        return [part_id for (part_id,) in rows]

    def _delete_parts(self, trace_id: str) -> None:
        part_ids = [(part_id,) for part_id in self._part_ids(trace_id)]
        self._connection.executemany("DELETE FROM superseded_copy WHERE part_id = ?", part_ids)
        self._connection.executemany("DELETE FROM trace_part WHERE part_id = ?", part_ids)
