"""Keep spans as received: raw bytes, origins, the winning copy of each span."""

import hashlib
import sqlite3

from ..model import NO_END, Origin, SpanFacts, value
from .facts_codec import encode_facts


@value
class StoredSpan:
    """A span on its way into the store."""

    facts: SpanFacts
    origin: Origin
    raw: bytes


class SpanRows:
    """The rows that one transaction adds for its spans; written in bulk by `flush`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._origin_ids: dict[int, int] = {}
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM raw_span").fetchone()
        self._next_raw_id = int(last) + 1
        self._raw: list[tuple[int, int, bytes]] = []
        self._spans: list[tuple[str, str, int, bytes]] = []

    def keep(self, span: StoredSpan, known: dict[str, SpanFacts]) -> bool:
        """Store *span* unless it is already; tell whether its trace's meaning may change.

        Of two copies of a span the fuller one wins whatever their order, and takes its place in
        *known*; the other is kept aside unless it is the same.
        """
        facts = span.facts
        rival = known.get(facts.span_id)
        if rival is None:
            self._put(span)
        elif not self._displace(rival, span):
            return False
        known[facts.span_id] = facts
        return True

    def flush(self) -> None:
        self._connection.executemany("INSERT INTO raw_span VALUES (?, ?, ?)", self._raw)
        self._connection.executemany("INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?)", self._spans)
        self._raw.clear()
        self._spans.clear()

    def _put(self, span: StoredSpan) -> None:
        facts = span.facts
        row = (facts.trace_id, facts.span_id, self._put_raw(span), encode_facts(facts))
        self._spans.append(row)

    def _put_raw(self, span: StoredSpan) -> int:
        raw_id = self._next_raw_id
        self._next_raw_id += 1
        self._raw.append((raw_id, self._origin_id(span.origin), span.raw))
        return raw_id

    def _displace(self, rival: SpanFacts, span: StoredSpan) -> bool:
        """Put *span* in its rival's place if it is the fuller copy."""
        self.flush()  # the rival may have come in the same transaction
        facts = span.facts
        rival_raw_id, rival_body = self._stored_copy(facts)
        if rival_body == span.raw:
            return False
        wins = _rank(facts, span.raw) > _rank(rival, rival_body)
        if wins:
            self._put(span)
        loser_raw_id = rival_raw_id if wins else self._put_raw(span)
        self._connection.execute(
            "INSERT INTO superseded_span VALUES (?, ?, ?)",
            (facts.trace_id, facts.span_id, loser_raw_id),
        )
        return wins

    def _stored_copy(self, facts: SpanFacts) -> tuple[int, bytes]:
        raw_id, body = self._connection.execute(
            "SELECT raw_span.id, body FROM span JOIN raw_span ON raw_span.id = raw_id"
            " WHERE trace_id = ? AND span_id = ?",
            (facts.trace_id, facts.span_id),
        ).fetchone()
        return raw_id, body

    def _origin_id(self, origin: Origin) -> int:
        known = self._origin_ids.get(id(origin))
        if known is None:
            known = self._origin_ids[id(origin)] = self._put_origin(origin)
        return known

    def _put_origin(self, origin: Origin) -> int:
        digest = hashlib.sha256(origin.encoding.encode() + b"\0" + origin.envelope).digest()
        self._connection.execute(
            "INSERT INTO origin (digest, encoding, envelope) VALUES (?, ?, ?)"
            " ON CONFLICT (digest) DO NOTHING",
            (digest, origin.encoding, origin.envelope),
        )
        (origin_id,) = self._connection.execute(
            "SELECT id FROM origin WHERE digest = ?", (digest,)
        ).fetchone()
        return int(origin_id)


def _rank(facts: SpanFacts, body: bytes) -> tuple[bool, int, int, bytes]:
    """Order copies of one span: ended, then more attributes, then later end, then bytes."""
    ended = facts.end_ns > 0 and NO_END not in facts.marks
    return ended, facts.attribute_count, facts.end_ns, body
