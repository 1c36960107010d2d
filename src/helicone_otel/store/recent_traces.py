"""The facts of traces that spans have lately arrived for, so that they need not be read back."""

import sqlite3
from collections import OrderedDict
from dataclasses import dataclass

from ..model import SpanFacts
from ..settings import MIB
from .facts_codec import decode_facts

MAX_BYTES = 16 * MIB
"""Of encoded facts; as objects they take about five times as much."""


@dataclass(slots=True, kw_only=True)
class KnownTrace:
    """All stored spans of a trace, by span id."""

    spans: dict[str, SpanFacts]
    size_bytes: int

    def put(self, facts: SpanFacts, encoded: bytes) -> None:
        self.spans[facts.span_id] = facts
        self.size_bytes += len(encoded)


class RecentTraces:
    """A bounded cache in front of the `span` table; only the writer may use it.

    What it hands out is the cache: whoever stores a span puts it in, and after a transaction that
    was rolled back everything must be forgotten.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._traces: OrderedDict[str, KnownTrace] = OrderedDict()
        self._data_version = -1

    def begin(self) -> None:
        """Start a transaction: forget everything if another connection has written meanwhile."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self.clear()
            self._data_version = version

    def get(self, trace_id: str) -> KnownTrace:
        known = self._traces.get(trace_id)
        if known is None:
            known = self._traces[trace_id] = self._read(trace_id)
        self._traces.move_to_end(trace_id)
        return known

    def trim(self) -> None:
        """Forget the traces that were used longest ago until few enough bytes are held."""
        held = sum(known.size_bytes for known in self._traces.values())
        while held > MAX_BYTES:
            _, oldest = self._traces.popitem(last=False)
            held -= oldest.size_bytes

    def clear(self) -> None:
        self._traces.clear()

    def _read(self, trace_id: str) -> KnownTrace:
        known = KnownTrace(spans={}, size_bytes=0)
        rows = self._connection.execute(
            "SELECT span_id, facts FROM span WHERE trace_id = ?", (trace_id,)
        )
        for span_id, encoded in rows:
            known.put(decode_facts(trace_id, span_id, encoded), encoded)
        return known
