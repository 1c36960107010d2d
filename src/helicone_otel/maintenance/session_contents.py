"""What was received of one session."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from ..errors import NotFound
from ..model import ReceivedLogRecord
from ..settings import ImplicitSessions
from ..store import LogRecordReader, PartReader, StoredLogRecord, StoredPart
from .membership import spans_inside


def session_parts(
    reader: PartReader, session_id: str, implicit: ImplicitSessions
) -> Iterator[StoredPart]:
    """Yield the parts of a session, without the spans of others that share its traces."""
    for trace_id in reader.traces_of(session_id):
        if not reader.is_shared(trace_id):
            yield from reader.parts_of(trace_id)
            continue
        inside = spans_inside(session_id, reader.traces_together(trace_id), implicit)
        for part in reader.parts_of(trace_id):
            yield replace(part, spans=[s for s in part.spans if s.facts.span_id in inside])


def session_log_records(
    parts: PartReader, records: LogRecordReader, session_id: str, implicit: ImplicitSessions
) -> list[StoredLogRecord]:
    """Return the log records that name the session, or name none and are of its spans.

    Of a trace that no other session has spans in, all are.
    """

    @cache
    def inside(trace_id: str | None) -> frozenset[str] | None:
        if trace_id is None or not parts.is_shared(trace_id):
            return None
        return spans_inside(session_id, parts.traces_together(trace_id), implicit)

    def is_own(record: ReceivedLogRecord) -> bool:
        own = None if record.session_id else inside(record.trace_id)
        return own is None or record.span_id in own

    return [stored for stored in records.of_session(session_id) if is_own(stored.received)]


def require_session(parts: PartReader, records: LogRecordReader, session_id: str) -> None:
    """Make sure that something was received of a session.

    Raises:
        NotFound: no span is in it, and no log record names it.
    """
    if not parts.traces_of(session_id) and not records.of_session(session_id):
        raise NotFound(f"There is no session with the id {session_id!r}.")
