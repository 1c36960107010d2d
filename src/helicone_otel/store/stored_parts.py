"""Read everything back that was received: every part, superseded copies among its spans."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from ..model import Cost, SpanFacts, TraceFacts, value
from .damage import trouble_told
from .database import open_for_reading
from .facts_codec import decode_part
from .log_records import event_facts
from .origin_rows import StoredOrigins
from .statements import sql
from .stored_traces import traces_together
from .trace_parts import StoredSpan, unpack_raw

PartRow: TypeAlias = tuple[int, str, str, str, bytes]
_PARTS_AT_ONCE = 100


@value
class StoredPart:
    """Spans of one trace that came in one request."""

    part_id: int
    trace_id: str
    spans: Sequence[StoredSpan]


@contextmanager
def reading_parts(path: Path) -> Iterator["PartReader"]:
    """Open an existing file for the block, also while a server writes to it.

    Raises:
        StoreUnusable: there is no file, it is not ours, or it is damaged.
    """
    connection = open_for_reading(path).conn
    with closing(connection), trouble_told(path):
        yield PartReader(connection)


class PartReader:
    """Read parts, some at a time and without a transaction: a part never changes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._origins = StoredOrigins(connection)

    def count(self) -> int:
        """Return how many parts there are."""
        return self._number("SELECT count(*) FROM trace_part")

    def count_traces(self) -> int:
        return self._number(sql("count_traces"))

    def traces_of(self, session_id: str) -> list[str]:
        """Return the traces that are in a session, or tell of its calls and are in none.

        Empty if there is no such session.
        """
        rows = self._connection.execute(sql("traces_of_session"), {"session_id": session_id})
        return [trace_id for (trace_id,) in rows]

    def is_shared(self, trace_id: str) -> bool:
        """Tell whether spans of several sessions are in a trace."""
        rows = self._connection.execute(
            "SELECT 1 FROM session_slice WHERE trace_id = ? LIMIT 2", (trace_id,)
        )
        return len(rows.fetchall()) > 1

    def count_spans(self, trace_ids: Sequence[str]) -> int:
        """Return how many spans traces have, superseded copies among them."""
        rows = self._connection.execute(sql("size_of_traces"), {"trace_ids": json.dumps(trace_ids)})
        spans, _ = rows.fetchone()
        return int(spans)

    def traces_together(self, trace_id: str) -> list[TraceFacts]:
        """Return what is known of a trace, then of those that tell of the same calls."""
        return traces_together(self._connection, trace_id)

    def trace_ids(self) -> Iterator[str]:
        """Yield the ids of all traces, those that log records make among them."""
        last = ""
        while found := self._connection.execute(
            sql("trace_ids"), {"last": last, "limit": _PARTS_AT_ONCE}
        ).fetchall():
            yield from (trace_id for (trace_id,) in found)
            ((last,),) = found[-1:]

    def traces_to_price(self, session_id: str | None, since_ns: int) -> Iterator[str]:
        """Yield the traces with requests that a price table priced, or may price, by their ids."""
        last = ""
        asked = {"session_id": session_id, "since_ns": since_ns, "limit": _PARTS_AT_ONCE}
        while found := self._connection.execute(
            sql("traces_to_price"), {**asked, "after": last}
        ).fetchall():
            yield from (trace_id for (trace_id,) in found)
            ((last,),) = found[-1:]

    def costs_of(self, trace_id: str) -> dict[str, Cost | None]:
        """Return what a trace's requests with usage cost, by span id."""
        rows = self._connection.execute(
            "SELECT span_id, cost_nano_usd, cost_source FROM llm_request"
            " WHERE trace_id = ? AND has_usage",
            (trace_id,),
        )
        return {
            span_id: None if source is None else Cost(nano_usd=nano_usd, source=source)
            for span_id, nano_usd, source in rows
        }

    def events_of(self, trace_id: str) -> dict[int, SpanFacts]:
        """Return what a trace's log records say as calls of a model, by their row ids."""
        return event_facts(self._connection, trace_id)

    def all_parts(self) -> Iterator[StoredPart]:
        """Yield the parts in the order they came; those that come meanwhile are among them."""
        last = -1
        while rows := self._connection.execute(
            "SELECT * FROM trace_part WHERE part_id > ? ORDER BY part_id LIMIT ?",
            (last, _PARTS_AT_ONCE),
        ).fetchall():
            yield from map(self.part_of, rows)
            last = rows[-1][0]

    def parts_of(self, trace_id: str) -> list[StoredPart]:
        """Return the parts of a trace in the order they came."""
        rows = self._connection.execute(
            "SELECT * FROM trace_part WHERE trace_id = ? ORDER BY part_id", (trace_id,)
        )
        return [self.part_of(row) for row in rows.fetchall()]

    def row_after(self, part_id: int) -> PartRow | None:
        return self._row("SELECT * FROM trace_part WHERE part_id > ? ORDER BY part_id", part_id)

    def row_before(self, part_id: int) -> PartRow | None:
        return self._row(
            "SELECT * FROM trace_part WHERE part_id < ? ORDER BY part_id DESC", part_id
        )

    def _row(self, query: str, part_id: int) -> PartRow | None:
        row: PartRow | None = self._connection.execute(f"{query} LIMIT 1", (part_id,)).fetchone()
        return row

    def _number(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0])

    def part_of(self, row: PartRow) -> StoredPart:
        part_id, trace_id, origins, packed, raw = row
        origin_ids = json.loads(origins)
        spans = decode_part(trace_id, packed)
        return StoredPart(
            part_id=part_id,
            trace_id=trace_id,
            spans=[
                StoredSpan(
                    facts=span.facts, origin=self._origins[origin_ids[span.origin]], raw=body
                )
                for span, body in zip(spans, unpack_raw(raw, spans), strict=True)
            ],
        )
