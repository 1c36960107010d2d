"""Read the spans of a trace back: what they say, and their bytes."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from ..model import (
    Encoding,
    ReceivedEvent,
    ReceivedLogRecord,
    ReceivedSpan,
    SpanFacts,
    TraceFacts,
)
from .facts_codec import decode_part
from .log_records import events_of_trace
from .origin_rows import StoredOrigins
from .related_traces import RelatedTraces
from .statements import sql
from .trace_parts import unpack_raw


def facts_of_trace(connection: sqlite3.Connection, trace_id: str) -> list[SpanFacts]:
    """Return what the spans of a trace say; empty if there is no such trace."""
    return [facts for _, part in facts_of_parts(connection, trace_id) for facts in part]


def traces_together(connection: sqlite3.Connection, trace_id: str) -> list[TraceFacts]:
    """Return what is known of a trace, then of those that tell of the same calls.

    Empty if there is no such trace.
    """
    related = RelatedTraces(connection)
    traces = [
        TraceFacts(
            trace_id=at,
            spans=facts_of_trace(connection, at),
            events=events_of_trace(connection, at),
            continues=related.continued(at),
        )
        for at in (trace_id, *related.sharing(trace_id))
    ]
    there = [trace for trace in traces if trace.spans or trace.events]
    return there if there and there[0].trace_id == trace_id else []


def facts_of_parts(
    connection: sqlite3.Connection, trace_id: str
) -> Iterator[tuple[int, list[SpanFacts]]]:
    """Yield of each part of a trace its packed length and what its spans say, losers left out."""
    rows = connection.execute(sql("spans_of_trace"), {"trace_id": trace_id})
    for packed, superseded in rows:
        lost = frozenset(json.loads(superseded))
        spans = enumerate(decode_part(trace_id, packed))
        yield len(packed), [span.facts for position, span in spans if position not in lost]


def superseded_copies(connection: sqlite3.Connection, trace_id: str) -> Counter[str]:
    """Return by span id how many copies of it lost against a fuller one."""
    copies: Counter[str] = Counter()
    rows = connection.execute(sql("spans_of_trace"), {"trace_id": trace_id})
    for packed, superseded in rows:
        lost = json.loads(superseded)
        spans = decode_part(trace_id, packed) if lost else []
        copies.update(spans[position].facts.span_id for position in lost)
    return copies


def received_spans(connection: sqlite3.Connection, trace_id: str) -> Iterator[ReceivedSpan]:
    """Yield the spans of a trace as received, in the order they came."""
    return _received(connection, {trace_id}, lambda _: True)


def received_spans_of(
    connection: sqlite3.Connection, keys: Collection[tuple[str, str]]
) -> Iterator[ReceivedSpan]:
    """Yield the spans of many traces by trace and span id, in the order they came.

    One statement reads a part, and nothing else is asked: a reader gives up the interpreter at
    every one, and beside a busy writer has to wait for its turn again.
    """
    trace_ids = {trace_id for trace_id, _ in keys}
    return _received(connection, trace_ids, lambda facts: (facts.trace_id, facts.span_id) in keys)


def _received(
    connection: sqlite3.Connection,
    trace_ids: Collection[str],
    is_wanted: Callable[[SpanFacts], bool],
) -> Iterator[ReceivedSpan]:
    # Part by part: no cursor may be open while whoever asks does something else, or gives up.
    part_ids = connection.execute(
        "SELECT part_id FROM trace_part WHERE trace_id IN (SELECT value FROM json_each(?))"
        " ORDER BY part_id",
        (json.dumps([*trace_ids]),),
    ).fetchall()
    origins = StoredOrigins(connection)
    for (part_id,) in part_ids:
        trace_id, origin_ids, packed, raw_spans, superseded = connection.execute(
            sql("part_received"), {"part_id": part_id}
        ).fetchone()
        lost = frozenset(json.loads(superseded))
        spans = decode_part(trace_id, packed)
        if not any(is_wanted(span.facts) for span in spans):
            continue
        of_part = [origins[origin_id] for origin_id in json.loads(origin_ids)]
        bodies = unpack_raw(raw_spans, spans)
        for position, (span, raw) in enumerate(zip(spans, bodies, strict=True)):
            if position not in lost and is_wanted(span.facts):
                origin = of_part[span.origin]
                yield ReceivedSpan(
                    facts=span.facts, encoding=origin.encoding, envelope=origin.envelope, raw=raw
                )


def received_calls(
    connection: sqlite3.Connection, trace_id: str, span_ids: Collection[str]
) -> Iterator[ReceivedSpan | ReceivedEvent]:
    """Yield the spans of a trace with these ids, and the log records that are calls under them."""
    yield from (s for s in received_spans(connection, trace_id) if s.facts.span_id in span_ids)
    for event in events_of_trace(connection, trace_id):
        record = event.span_id in span_ids and record_of_event(connection, trace_id, event.span_id)
        if record:
            yield ReceivedEvent(facts=event, record=record)


def record_of_event(
    connection: sqlite3.Connection, trace_id: str, span_id: str
) -> ReceivedLogRecord | None:
    """Return the log record that is a call under these ids."""
    of = {"trace_id": trace_id, "span_id": span_id}
    row = connection.execute(sql("record_of_event"), of).fetchone()
    if row is None:
        return None
    event_name, time_ns, at, emitted_in, session_id, encoding, envelope, body = row
    return ReceivedLogRecord(
        event_name=event_name,
        time_ns=time_ns,
        trace_id=at,
        span_id=emitted_in,
        session_id=session_id,
        encoding=Encoding(encoding),
        envelope=envelope,
        body=body,
    )
