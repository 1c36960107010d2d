"""The facts of traces that spans have lately arrived for, so that they need not be read back."""

import sqlite3
from collections import OrderedDict

from ..model import SpanFacts
from .facts_codec import decode_facts

MAX_SPANS = 20_000


class RecentTraces:
    """A bounded cache in front of the `span` table; only the writer may use it.

    The traces handed out are the cached dicts: whoever stores a span puts it in as well.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._traces: OrderedDict[str, dict[str, SpanFacts]] = OrderedDict()
        self._data_version = -1

    def begin(self) -> None:
        """Start a transaction: forget everything if another connection has written meanwhile."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._traces.clear()
            self._data_version = version

    def get(self, trace_id: str) -> dict[str, SpanFacts]:
        """Return all stored spans of a trace, by span id."""
        known = self._traces.get(trace_id)
        if known is None:
            known = self._traces[trace_id] = self._read(trace_id)
        self._traces.move_to_end(trace_id)
        return known

    def trim(self) -> None:
        """Forget the traces that were used longest ago until few enough spans are held."""
        held = sum(map(len, self._traces.values()))
        while held > MAX_SPANS:
            _, oldest = self._traces.popitem(last=False)
            held -= len(oldest)

    def clear(self) -> None:
        """Forget everything, as after a transaction that was rolled back."""
        self._traces.clear()

    def _read(self, trace_id: str) -> dict[str, SpanFacts]:
        rows = self._connection.execute(
            "SELECT span_id, facts FROM span WHERE trace_id = ?", (trace_id,)
        )
        return {span_id: decode_facts(trace_id, span_id, facts) for span_id, facts in rows}
