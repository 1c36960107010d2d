"""What has to be removed so that a file keeps within its limits."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .statements import sql

NANO = 1_000_000_000
_RUNNING_NS = 3600 * NANO
"""A session with a span that ended later may still be running."""
_FUTURE_NS = 86_400 * NANO
"""A span that ends still later than that from now was timed by a wrong clock."""
_RECORDS_AT_ONCE = 1_000
_FILLED_SHARE = 0.95
"""Of the largest size, so that not every new span makes an old one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may keep, at one moment; `None` is no limit."""

    now_ns: int
    keep_days: float | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prunable:
    """What goes together.

    Either sessions that share their traces, or a trace that is in no session, or some log records
    that belong to neither.
    """

    session_ids: Sequence[str] = ()
    trace_ids: Sequence[str] = ()
    loose_record_ids: Sequence[int] = ()
    spans: int = 0
    log_records: int
    """Those of the sessions and traces, and the loose ones."""
    size_bytes: int
    """Of spans and log records as they are kept."""


def prunable(connection: sqlite3.Connection, limits: Limits) -> Iterator[Prunable]:
    """Yield what has to go.

    Traces that are in no session are as old as their last arrival, and so are log records that
    belong to nothing; they go before any session. Sessions are as old as their last span, or if
    that is of the future, as their last arrival.

    None goes in part, and none goes for its size that may still be running.
    """
    going: set[str | int] = set()
    excess = 0 if limits.max_bytes is None else used_bytes(connection) - limits.max_bytes
    if limits.keep_days is not None:
        oldest_ns = limits.now_ns - int(limits.keep_days * 86_400 * NANO)
        for group in _groups_before(connection, limits, oldest_ns):
            yield group
            going.update(group.trace_ids, group.loose_record_ids)
            excess -= group.size_bytes
    if limits.max_bytes is None or excess <= 0:
        return
    excess += int(limits.max_bytes * (1 - _FILLED_SHARE))
    for group in _groups_before(connection, limits, limits.now_ns - _RUNNING_NS):
        if excess <= 0:
            return
        if going.isdisjoint((*group.trace_ids, *group.loose_record_ids)):
            yield group
            excess -= group.size_bytes


def used_bytes(connection: sqlite3.Connection) -> int:
    """Return the size that the file has when it has given its free pages back."""
    counts = ("page_count", "freelist_count", "page_size")
    pages, free, page_bytes = (
        int(connection.execute(f"PRAGMA {count}").fetchone()[0]) for count in counts
    )
    return (pages - free) * page_bytes


def note_arrivals(connection: sqlite3.Connection, now_ns: int) -> None:
    """Remember that whatever is in the file had come by now."""
    connection.execute(sql("note_arrivals"), {"now_ns": now_ns})


def _groups_before(
    connection: sqlite3.Connection, limits: Limits, before_ns: int
) -> Iterator[Prunable]:
    part_id, record_id = connection.execute(
        "SELECT max(part_id), max(log_record_id) FROM arrival WHERE received_ns < ?", (before_ns,)
    ).fetchone()
    yield from _loose_log_records(connection, record_id)
    traces = connection.execute(
        sql("traces_without_session"), {"through_part_id": part_id}
    ).fetchall()
    for (trace_id,) in traces:
        yield _prunable(connection, (), (trace_id,))
    yield from _session_groups(connection, limits, before_ns, part_id)


def _loose_log_records(
    connection: sqlite3.Connection, through_record_id: int | None
) -> Iterator[Prunable]:
    found = connection.execute(
        sql("loose_log_records"), {"through_record_id": through_record_id}
    ).fetchall()
    for start in range(0, len(found), _RECORDS_AT_ONCE):
        some = found[start : start + _RECORDS_AT_ONCE]
        yield Prunable(
            loose_record_ids=[record_id for record_id, _ in some],
            log_records=len(some),
            size_bytes=sum(size_bytes for _, size_bytes in some),
        )


def _session_groups(
    connection: sqlite3.Connection, limits: Limits, before_ns: int, through_part_id: int | None
) -> Iterator[Prunable]:
    found = connection.execute(
        sql("ended_sessions"),
        {
            "before_ns": before_ns,
            "future_ns": limits.now_ns + _FUTURE_NS,
            "through_part_id": through_part_id,
        },
    )
    ended = [session_id for (session_id,) in found]
    old, seen = frozenset(ended), set[str]()
    for session_id in ended:
        if session_id in seen:
            continue
        related = connection.execute(sql("related_sessions"), {"session_id": session_id}).fetchall()
        session_ids = {row[0] for row in related}
        seen |= session_ids
        if related and session_ids <= old:
            trace_ids = list(dict.fromkeys(trace_id for _, trace_id in related))
            yield _prunable(connection, sorted(session_ids), trace_ids)


def _prunable(
    connection: sqlite3.Connection, session_ids: Sequence[str], trace_ids: Sequence[str]
) -> Prunable:
    of = {"session_ids": json.dumps(session_ids), "trace_ids": json.dumps(trace_ids)}
    spans, span_bytes = connection.execute(sql("size_of_traces"), of).fetchone()
    records, record_bytes = connection.execute(sql("size_of_log_records"), of).fetchone()
    return Prunable(
        session_ids=session_ids,
        trace_ids=trace_ids,
        spans=spans,
        log_records=records,
        size_bytes=span_bytes + record_bytes,
    )
