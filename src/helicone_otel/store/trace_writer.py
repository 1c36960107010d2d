"""What one commit does to the file: keep the spans, then derive their traces again."""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from ..model import NO_END, DerivedTrace, Origin, SpanFacts
from .facts_codec import decode_facts, encode_facts
from .rows import request_row, slice_row
from .statements import sql

Derive = Callable[[Sequence[SpanFacts]], DerivedTrace]
"""Work out a trace from all of its spans; pure, and indifferent to their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSpan:
    """A span on its way into the store."""

    facts: SpanFacts
    origin: Origin
    raw: bytes


class TraceWriter:
    """Apply batches of spans to the file; used by the writer thread only, inside a transaction."""

    def __init__(self, database: Database, derive: Derive) -> None:
        self._connection: sqlite3.Connection = database.conn
        self._derive = derive

    def apply(self, spans: Iterable[StoredSpan]) -> None:
        """Keep *spans* and replace everything derived of their traces.

        Of two copies of a span the fuller one wins whatever their order; the other is kept aside
        unless it is the same.
        """
        arriving: dict[str, list[StoredSpan]] = defaultdict(list)
        for span in spans:
            arriving[span.facts.trace_id].append(span)
        origins: dict[int, int] = {}
        stale: set[str] = set()
        for trace_id, members in arriving.items():
            stale |= self._apply_trace(trace_id, members, origins)
        for session_id in stale:
            self._refresh_session(session_id)

    def _apply_trace(
        self, trace_id: str, arriving: Iterable[StoredSpan], origins: dict[int, int]
    ) -> set[str]:
        """Return the sessions whose sums have changed."""
        known = self._known_spans(trace_id)
        before = len(known)
        changed = [self._keep(span, known, origins) for span in arriving]
        if not any(changed):
            return set()
        derived = self._derive(list(known.values()))
        sessions = {piece.session_id for piece in derived.slices}
        if before:
            sessions |= self._forget(trace_id)
        self._connection.executemany(
            sql("insert_llm_request"), [request_row(request) for request in derived.requests]
        )
        self._connection.executemany(
            sql("insert_session_slice"), [slice_row(piece) for piece in derived.slices]
        )
        return sessions

    def _known_spans(self, trace_id: str) -> dict[str, SpanFacts]:
        rows = self._connection.execute(
            "SELECT span_id, facts FROM span WHERE trace_id = ?", (trace_id,)
        )
        return {span_id: decode_facts(trace_id, span_id, facts) for span_id, facts in rows}

    def _keep(self, span: StoredSpan, known: dict[str, SpanFacts], origins: dict[int, int]) -> bool:
        """Store *span* unless it is already; tell whether the trace's meaning may change."""
        facts = span.facts
        rival = known.get(facts.span_id)
        if rival is None:
            self._put(span, origins)
        else:
            rival_raw_id, rival_body = self._stored_copy(facts)
            if rival_body == span.raw:
                return False
            if _rank(facts, span.raw) < _rank(rival, rival_body):
                self._set_aside(facts, self._insert_raw(span, origins))
                return False
            self._set_aside(facts, rival_raw_id)
            self._put(span, origins)
        known[facts.span_id] = facts
        return True

    def _put(self, span: StoredSpan, origins: dict[int, int]) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?)",
            (
                span.facts.trace_id,
                span.facts.span_id,
                self._insert_raw(span, origins),
                encode_facts(span.facts),
            ),
        )

    def _insert_raw(self, span: StoredSpan, origins: dict[int, int]) -> int:
        origin_id = origins.get(id(span.origin))
        if origin_id is None:
            origin_id = origins[id(span.origin)] = self._origin_id(span.origin)
        cursor = self._connection.execute(
            "INSERT INTO raw_span (origin_id, body) VALUES (?, ?)", (origin_id, span.raw)
        )
        return cursor.lastrowid or 0

    def _origin_id(self, origin: Origin) -> int:
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

    def _stored_copy(self, facts: SpanFacts) -> tuple[int, bytes]:
        raw_id, body = self._connection.execute(
            "SELECT raw_span.id, body FROM span JOIN raw_span ON raw_span.id = raw_id"
            " WHERE trace_id = ? AND span_id = ?",
            (facts.trace_id, facts.span_id),
        ).fetchone()
        return raw_id, body

    def _set_aside(self, facts: SpanFacts, raw_id: int) -> None:
        self._connection.execute(
            "INSERT INTO superseded_span VALUES (?, ?, ?)",
            (facts.trace_id, facts.span_id, raw_id),
        )

    def _forget(self, trace_id: str) -> set[str]:
        """Remove what was derived of a trace; return the sessions it was in."""
        rows = self._connection.execute(
            "DELETE FROM session_slice WHERE trace_id = ? RETURNING session_id", (trace_id,)
        ).fetchall()
        self._connection.execute("DELETE FROM llm_request WHERE trace_id = ?", (trace_id,))
        return {session_id for (session_id,) in rows}

    def _refresh_session(self, session_id: str) -> None:
        self._connection.execute("DELETE FROM session WHERE session_id = ?", (session_id,))
        self._connection.execute(sql("refresh_session"), {"session_id": session_id})


def _rank(facts: SpanFacts, body: bytes) -> tuple[bool, int, int, bytes]:
    """Order copies of one span: ended, then more attributes, then later end, then bytes."""
    ended = facts.end_ns > 0 and NO_END not in facts.marks
    return ended, facts.attribute_count, facts.end_ns, body
