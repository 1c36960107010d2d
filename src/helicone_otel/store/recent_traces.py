"""The facts of traces that spans have lately arrived for, so that they need not be read back."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..model import SpanFacts, TraceFacts
from ..settings import MIB
from .derived_rows import DerivedRows
from .facts_codec import encode_facts
from .log_records import comes_first, events_of_trace
from .stored_traces import facts_of_parts
from .trace_parts import TracePart

MAX_BYTES = 32 * MIB
"""Of encoded facts; as objects they take about five times as much."""


@dataclass(slots=True, kw_only=True)
class KnownTrace:
    """All that is stored of a trace, by span id, and what was last derived of it."""

    spans: dict[str, SpanFacts]
    events: dict[str, SpanFacts] = field(default_factory=dict)
    """Log records that may be calls, by the id that each has as a span."""
    size_bytes: int
    counted_bytes: int = 0
    """What of it the cache has counted so far."""
    derived: DerivedRows | None = None
    """`None` if it is not known what the file has."""
    derived_with: int = 0
    """How many spans and log records of other traces were derived together with it."""
    derived_at: float = 0.0
    """By the monotonic clock."""
    rest_s: float = 0.0
    """How long to wait for the next time, if there is much to do."""

    def put(self, spans: Mapping[str, SpanFacts], part: TracePart) -> None:
        self.spans.update(spans)
        self.size_bytes += len(part.packed_spans)

    def told(self) -> int:
        """Return how many spans and log records there are."""
        return len(self.spans) + len(self.events)

    def spans_to_derive(self) -> int:
        """Return how many spans and log records are derived when this trace is."""
        return self.told() + self.derived_with

    def put_events(self, events: Iterable[SpanFacts]) -> None:
        """Keep of each call the first record."""
        for event in events:
            known = self.events.get(event.span_id)
            if known is None or comes_first(event, known):
                self.events[event.span_id] = event
                self.size_bytes += len(encode_facts(event))

    def facts(self, trace_id: str, continues: str | None) -> TraceFacts:
        return TraceFacts(
            trace_id=trace_id,
            spans=list(self.spans.values()),
            events=list(self.events.values()),
            continues=continues,
        )


class RecentTraces:
    """A bounded cache in front of the `trace_part` table; only the writer may use it.

    What it hands out is the cache: whoever stores a span puts it in, and after a transaction that
    was rolled back everything must be forgotten.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._traces: OrderedDict[str, KnownTrace] = OrderedDict()
        self._used: list[KnownTrace] = []
        """Since the last `trim`: only these can have grown."""
        self._held_bytes = 0
        self._data_version = -1

    def begin(self) -> bool:
        """Start a transaction: forget everything if another connection has written meanwhile.

        Return whether one has.
        """
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        is_another = bool(version != self._data_version)
        if is_another:
            self.clear()
            self._data_version = version
        return is_another

    def get(self, trace_id: str) -> KnownTrace:
        known = self._traces.get(trace_id)
        if known is None:
            known = self._traces[trace_id] = self._read(trace_id)
        self._traces.move_to_end(trace_id)
        self._used.append(known)
        return known

    def trace_ids(self) -> list[str]:
        return list(self._traces)

    def trim(self) -> None:
        """Forget the traces that were used longest ago until few enough bytes are held."""
        for known in self._used:
            self._held_bytes += known.size_bytes - known.counted_bytes
            known.counted_bytes = known.size_bytes
        self._used.clear()
        while self._held_bytes > MAX_BYTES and len(self._traces) > 1:
            _, oldest = self._traces.popitem(last=False)
            self._held_bytes -= oldest.counted_bytes

    def clear(self) -> None:
        self._traces.clear()
        self._used.clear()
        self._held_bytes = 0

    def _read(self, trace_id: str) -> KnownTrace:
        known = KnownTrace(spans={}, size_bytes=0, derived=DerivedRows())
        for size_bytes, part in facts_of_parts(self._connection, trace_id):
            known.derived = None
            known.size_bytes += size_bytes
            known.spans.update((facts.span_id, facts) for facts in part)
        known.put_events(events_of_trace(self._connection, trace_id))
        if known.events:
            known.derived = None
        return known
