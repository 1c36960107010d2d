"""Copies of spans: which one counts, whatever the order they come in."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from ..model import NO_END, SpanFacts, value
from .facts_codec import decode_part
from .origin_rows import OriginRows
from .trace_parts import StoredSpan, unpack_raw


@value
class Copy:
    """One of several spans with the same ids."""

    facts: SpanFacts
    raw: bytes
    origin_id: int
    origin_digest: bytes
    part_id: int
    position: int
    """In its part."""

    @property
    def rank(self) -> tuple[bool, int, int, bytes, bytes]:
        """Order copies: ended, then more attributes, then later end, then bytes."""
        ended = self.facts.end_ns > 0 and NO_END not in self.facts.marks
        fullness = (ended, self.facts.attribute_count, self.facts.end_ns)
        return (*fullness, self.raw, self.origin_digest)


class TraceCopies:
    """All stored copies of one trace's spans, read because one of the spans came again."""

    def __init__(self, connection: sqlite3.Connection, origins: OriginRows, trace_id: str) -> None:
        self._connection = connection
        self._origins = origins
        self._by_span: defaultdict[str, list[Copy]] = defaultdict(list)
        for copy in self._stored(trace_id):
            self._by_span[copy.facts.span_id].append(copy)

    def add(self, span: StoredSpan, *, part_id: int, position: int) -> bool:
        """Add *span*, which will stand at that place, unless the same copy is there; tell if so."""
        key = self._origins.key_of(span.origin)
        copies = self._by_span[span.facts.span_id]
        if any(copy.raw == span.raw and copy.origin_id == key.row_id for copy in copies):
            return False
        copies.append(
            Copy(
                facts=span.facts,
                raw=span.raw,
                origin_id=key.row_id,
                origin_digest=key.digest,
                part_id=part_id,
                position=position,
            )
        )
        return True

    def settle(self, span_ids: Iterable[str]) -> dict[str, SpanFacts]:
        """Return the winning copies of *span_ids*, and mark the others in the file."""
        winners: dict[str, SpanFacts] = {}
        for span_id in span_ids:
            copies = self._by_span[span_id]
            winner = max(copies, key=lambda copy: copy.rank)
            winners[span_id] = winner.facts
            places = [(copy.part_id, copy.position) for copy in copies]
            self._connection.executemany(
                "DELETE FROM superseded_copy WHERE part_id = ? AND position = ?", places
            )
            places.remove((winner.part_id, winner.position))
            self._connection.executemany("INSERT INTO superseded_copy VALUES (?, ?)", places)
        return winners

    def _stored(self, trace_id: str) -> Iterable[Copy]:
        rows = self._connection.execute(
            "SELECT part_id, origins, spans, raw FROM trace_part WHERE trace_id = ?", (trace_id,)
        ).fetchall()
        digests: dict[int, bytes] = {}
        for part_id, origins, packed, raw in rows:
            origin_ids = json.loads(origins)
            spans = decode_part(trace_id, packed)
            for position, (span, body) in enumerate(
                zip(spans, unpack_raw(raw, spans), strict=True)
            ):
                origin_id = origin_ids[span.origin]
                if origin_id not in digests:
                    digests[origin_id] = self._origins.digest_of(origin_id)
                yield Copy(
                    facts=span.facts,
                    raw=body,
                    origin_id=origin_id,
                    origin_digest=digests[origin_id],
                    part_id=part_id,
                    position=position,
                )
