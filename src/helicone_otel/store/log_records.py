"""Log records on their way into the file, each once however often it comes."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from ..model import KeptLogRecord, Origin, SpanFacts
from .facts_codec import decode_facts, encode_facts
from .statements import sql


def write_log_records(connection: sqlite3.Connection, records: Sequence[KeptLogRecord]) -> None:
    """Insert *records* into the running transaction; those that are there already stay."""
    origins = _Origins(connection)
    rows = [
        {
            "digest": kept.identity,
            "origin_id": origins.id_of(kept.record.origin),
            "body": kept.record.raw,
            **_said(kept),
        }
        for kept in records
    ]
    connection.executemany(sql("insert_log_record"), rows)


def rewrite_log_records(
    connection: sqlite3.Connection, records: Mapping[int, KeptLogRecord]
) -> Iterator[None]:
    """Change what stored records say, by their row ids; yield after each."""
    for record_id, kept in records.items():
        connection.execute(sql("update_log_record"), {"id": record_id, **_said(kept)})
        yield


def events_of_trace(connection: sqlite3.Connection, trace_id: str) -> list[SpanFacts]:
    """Return what a trace's log records say as calls of a model, of each call the first.

    A record without a trace is a trace of its own, whose id its facts have.
    """
    found: dict[str, SpanFacts] = {}
    for event in event_facts(connection, trace_id).values():
        known = found.setdefault(event.span_id, event)
        if comes_first(event, known):
            found[event.span_id] = event
    return list(found.values())


def event_facts(connection: sqlite3.Connection, trace_id: str) -> dict[int, SpanFacts]:
    """Return what each record of a trace says as a call, by its row id."""
    rows = connection.execute(sql("log_events_of_trace"), {"trace_id": trace_id})
    return {row_id: decode_facts(trace_id, facts) for row_id, facts in rows}


def comes_first(event: SpanFacts, other: SpanFacts) -> bool:
    """Tell which of two records of a call stands for it."""
    return _moment(event) < _moment(other)


def _moment(event: SpanFacts) -> tuple[int, int, int]:
    return event.end_ns, -event.attribute_count, event.start_ns


def put_event_facts(connection: sqlite3.Connection, facts: Mapping[int, SpanFacts]) -> None:
    """Replace what log records say as calls, by their row ids."""
    rows = [(encode_facts(event), row_id) for row_id, event in facts.items()]
    connection.executemany("UPDATE log_record SET facts = ? WHERE id = ?", rows)


class _Origins:
    """The rows of the origins of one batch, inserted as they are met."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[int, int] = {}

    def id_of(self, origin: Origin) -> int:
        """Return the id of its row; the records of one scope share their origin."""
        known = self._known.get(id(origin))
        if known is None:
            known = self._known[id(origin)] = self._put(origin)
        return known

    def _put(self, origin: Origin) -> int:
        digest = hashlib.sha256(origin.encoding.encode() + b"\0" + origin.envelope).digest()
        self._connection.execute(
            "INSERT INTO log_origin (digest, encoding, envelope) VALUES (?, ?, ?)"
            " ON CONFLICT (digest) DO NOTHING",
            (digest, origin.encoding, origin.envelope),
        )
        (origin_id,) = self._connection.execute(
            "SELECT id FROM log_origin WHERE digest = ?", (digest,)
        ).fetchone()
        return int(origin_id)


def _said(kept: KeptLogRecord) -> dict[str, object]:
    """Return what a record says, as columns."""
    record, event = kept.record, kept.event
    return {
        "time_ns": record.time_ns,
        "event_name": kept.event_name,
        "trace_id": record.trace_id,
        "span_id": record.span_id,
        "session_id": kept.session_id,
        "event_trace_id": event.trace_id if event else None,
        "event_span_id": event.span_id if event else None,
        "facts": encode_facts(event) if event else None,
    }
