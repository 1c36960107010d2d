"""Work out what a trace means before the file is locked for it."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from ..model import DerivedTrace, SpanFacts, TraceFacts
from .derived_rows import DerivedRows, stored_rows
from .deriving import Derive, Deriving
from .recent_traces import RecentTraces
from .statements import sql


class Rehearsal:
    """Derives, and remembers what it has derived last.

    What has come meanwhile makes other traces, which it does not remember; so it is never wrong.
    """

    def __init__(self, connection: sqlite3.Connection, derive: Derive) -> None:
        self._connection = connection
        self._derive = derive
        self._traces: Sequence[TraceFacts] = ()
        self._derived: Sequence[DerivedTrace] = ()

    def __call__(self, traces: Sequence[TraceFacts]) -> Sequence[DerivedTrace]:
        if traces != self._traces:
            self._traces, self._derived = traces, self._derive(traces)
        return self._derived

    def of(
        self, trace_id: str, spans: Iterable[SpanFacts] | None, events: Collection[SpanFacts]
    ) -> "Rehearsed":
        """Derive a trace as if these were its spans, `None` for those it has, and its events."""
        rehearsed = Rehearsed(self._connection, trace_id)
        self._connection.execute("BEGIN")  # all is read of one state of the file
        try:
            known = rehearsed.recent.get(trace_id)
            if spans is not None:
                known.spans = {span.span_id: span for span in spans}
            if events:
                known.events = {}
                known.put_events(events)
            Deriving(self._connection, self, rehearsed.recent).rehearse(trace_id)
            rehearsed.remember()
        finally:
            self._connection.rollback()
        return rehearsed


class Rehearsed:
    """What was read for the rehearsal of a trace."""

    def __init__(self, connection: sqlite3.Connection, trace_id: str) -> None:
        self._connection = connection
        self._trace_id = trace_id
        self.recent = RecentTraces(connection)
        self._stored = DerivedRows()
        self._state: Sequence[tuple[object, ...]] = ()

    def remember(self) -> None:
        self._stored = stored_rows(self._connection, self._trace_id)
        self._state = self._current()

    def stored(self) -> DerivedRows:
        """Return the rows that the file has of the trace now."""
        return self._stored if self.is_current() else stored_rows(self._connection, self._trace_id)

    def is_current(self) -> bool:
        """Tell whether nothing has changed since in any of the traces."""
        return self._current() == self._state

    def _current(self) -> Sequence[tuple[object, ...]]:
        return [
            self._connection.execute(sql("state_of_trace"), {"trace_id": trace_id}).fetchone()
            for trace_id in self.recent.trace_ids()
        ]
