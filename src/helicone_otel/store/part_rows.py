"""Keep packed spans: the parts that one transaction adds to the file."""

import sqlite3

import orjson

from .copies import TraceCopies
from .origin_rows import OriginRows
from .recent_traces import KnownTrace
from .statements import sql
from .trace_parts import StoredSpan, TracePart, pack


class PartRows:
    """The rows that one transaction adds; `flush` writes them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._origins = OriginRows(connection)
        (last,) = connection.execute(sql("last_part_id")).fetchone()
        self._next_part_id = int(last) + 1
        self._rows: list[tuple[int, str, str, str, bytes]] = []

    def keep(self, part: TracePart, known: KnownTrace) -> bool:
        """Store *part* but for spans stored already; tell whether its trace's meaning may change.

        Of two copies of a span the fuller one wins whatever their order, and takes its place in
        *known*; the other is kept aside unless it is the same.
        """
        arriving = {facts.span_id: facts for facts in part.facts}
        if len(arriving) == part.spans and known.spans.keys().isdisjoint(arriving):
            self._put(part)
            known.put(arriving, part)
            return True
        return self._keep_copies(part, known)

    def flush(self) -> None:
        self._connection.executemany("INSERT INTO trace_part VALUES (?, ?, ?, ?, ?)", self._rows)
        self._rows.clear()

    def _put(self, part: TracePart) -> None:
        origin_ids = [self._origins.key_of(origin).row_id for origin in part.origins]
        self._rows.append(
            (
                self._next_part_id,
                part.trace_id,
                orjson.dumps(origin_ids).decode(),
                part.packed_spans.decode(),
                part.raw,
            )
        )
        self._next_part_id += 1

    def _keep_copies(self, part: TracePart, known: KnownTrace) -> bool:
        self.flush()  # what they are copies of may have come in the same transaction
        copies = TraceCopies(self._connection, self._origins, part.trace_id)
        new: list[StoredSpan] = []
        for span in part.unpacked():
            if copies.add(span, part_id=self._next_part_id, position=len(new)):
                new.append(span)
        if not new:
            return False
        (packed,) = pack(new)
        self._put(packed)
        known.put(copies.settle({span.facts.span_id for span in new}), packed)
        return True
