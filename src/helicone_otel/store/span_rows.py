"""Keep spans as received: raw bytes, origins, the winning copy of each span."""

import hashlib
import sqlite3

from ..model import NO_END, Origin, SpanFacts, value
from .facts_codec import encode_facts
from .recent_traces import KnownTrace


@value
class StoredSpan:
    """A span on its way into the store."""

    facts: SpanFacts
    origin: Origin
    raw: bytes


@value
class _Copy:
    """One of several spans with the same ids."""

    facts: SpanFacts
    body: bytes
    origin_id: int
    origin_digest: bytes

    def says_the_same(self, other: "_Copy") -> bool:
        return self.body == other.body and self.origin_id == other.origin_id

    @property
    def rank(self) -> tuple[bool, int, int, bytes, bytes]:
        """Order copies: ended, then more attributes, then later end, then bytes."""
        ended = self.facts.end_ns > 0 and NO_END not in self.facts.marks
        fullness = (ended, self.facts.attribute_count, self.facts.end_ns)
        return (*fullness, self.body, self.origin_digest)


class SpanRows:
    """The rows that one transaction adds for its spans; written in bulk by `flush`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._origins: dict[int, tuple[int, bytes]] = {}
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM raw_span").fetchone()
        self._next_raw_id = int(last) + 1
        self._raw: list[tuple[int, int, bytes]] = []
        self._spans: list[tuple[str, str, int, bytes]] = []

    def keep(self, span: StoredSpan, known: KnownTrace) -> bool:
        """Store *span* unless it is already; tell whether its trace's meaning may change.

        Of two copies of a span the fuller one wins whatever their order, and takes its place in
        *known*; the other is kept aside unless it is the same.
        """
        rival = known.spans.get(span.facts.span_id)
        if rival is not None and not self._displaces(span, rival):
            return False
        self._put(span, known)
        return True

    def flush(self) -> None:
        self._connection.executemany("INSERT INTO raw_span VALUES (?, ?, ?)", self._raw)
        self._connection.executemany("INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?)", self._spans)
        self._raw.clear()
        self._spans.clear()

    def _put(self, span: StoredSpan, known: KnownTrace) -> None:
        facts, encoded = span.facts, encode_facts(span.facts)
        self._spans.append((facts.trace_id, facts.span_id, self._put_raw(span), encoded))
        known.put(facts, encoded)

    def _put_raw(self, span: StoredSpan) -> int:
        raw_id = self._next_raw_id
        self._next_raw_id += 1
        self._raw.append((raw_id, self._origin(span.origin)[0], span.raw))
        return raw_id

    def _displaces(self, span: StoredSpan, rival: SpanFacts) -> bool:
        """Tell whether *span* wins against its stored *rival*, and set the loser aside."""
        self.flush()  # the rival may have come in the same transaction
        raw_id, stored = self._stored_copy(rival)
        origin_id, digest = self._origin(span.origin)
        arriving = _Copy(facts=span.facts, body=span.raw, origin_id=origin_id, origin_digest=digest)
        if arriving.says_the_same(stored):
            return False
        wins = arriving.rank > stored.rank
        loser = stored if wins else arriving
        if not self._is_set_aside(loser):
            self._set_aside(loser.facts, raw_id if wins else self._put_raw(span))
        return wins

    def _stored_copy(self, facts: SpanFacts) -> tuple[int, _Copy]:
        raw_id, body, origin_id, digest = self._connection.execute(
            "SELECT raw_span.id, body, origin_id, digest FROM span"
            " JOIN raw_span ON raw_span.id = raw_id JOIN origin ON origin.id = origin_id"
            " WHERE trace_id = ? AND span_id = ?",
            (facts.trace_id, facts.span_id),
        ).fetchone()
        return raw_id, _Copy(facts=facts, body=body, origin_id=origin_id, origin_digest=digest)

    def _is_set_aside(self, copy: _Copy) -> bool:
        found = self._connection.execute(
            "SELECT 1 FROM superseded_span JOIN raw_span ON raw_span.id = raw_id"
            " WHERE trace_id = ? AND span_id = ? AND origin_id = ? AND body = ?",
            (copy.facts.trace_id, copy.facts.span_id, copy.origin_id, copy.body),
        ).fetchone()
        return found is not None

    def _set_aside(self, facts: SpanFacts, raw_id: int) -> None:
        self._connection.execute(
            "INSERT INTO superseded_span VALUES (?, ?, ?)",
            (facts.trace_id, facts.span_id, raw_id),
        )

    def _origin(self, origin: Origin) -> tuple[int, bytes]:
        """Return the row id and digest of *origin*, stored if it is new."""
        known = self._origins.get(id(origin))
        if known is None:
            known = self._origins[id(origin)] = self._put_origin(origin)
        return known

    def _put_origin(self, origin: Origin) -> tuple[int, bytes]:
        digest = hashlib.sha256(origin.encoding.encode() + b"\0" + origin.envelope).digest()
        self._connection.execute(
            "INSERT INTO origin (digest, encoding, envelope) VALUES (?, ?, ?)"
            " ON CONFLICT (digest) DO NOTHING",
            (digest, origin.encoding, origin.envelope),
        )
        (origin_id,) = self._connection.execute(
            "SELECT id FROM origin WHERE digest = ?", (digest,)
        ).fetchone()
        return int(origin_id), digest
