"""Questions to the store, all answered from one state of the file."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlite_utils import Database

from ..errors import NotFound
from ..model import (
    ANY_SESSION,
    BEFORE_ALL,
    AnnotatedRequest,
    Filter,
    GroupMeasure,
    GroupTotals,
    ListedSession,
    LlmRequest,
    ReceivedLogRecord,
    ReceivedSpan,
    RequestOrder,
    SessionChange,
    SessionCursor,
    SessionFilter,
    SessionGroup,
    SessionNameUse,
    SessionOrder,
    SessionSummary,
    SpanFacts,
    SpanPlace,
    StoreTotals,
    TraceFacts,
)
from .group_questions import group_statement
from .request_questions import about_requests, count_statement, requests_statement
from .rows import (
    annotated_request_of,
    change_of,
    group_of,
    listed_session_of,
    request_of,
    summary_of,
)
from .search_words import match_expression
from .session_questions import sessions_statement
from .statements import Statement, sql
from .stored_log_records import LogRecordReader, received_log_record
from .stored_traces import (
    facts_of_trace,
    received_spans,
    received_spans_of,
    record_of_event,
    superseded_copies,
    traces_together,
)
from .time_limit import Deadline

_COMMON = 5000


class Snapshot:
    """Reading methods over one read transaction; used by one thread at a time.

    All of them raise `TookTooLong` once the deadline is over.
    """

    def __init__(self, database: Database, deadline: Deadline) -> None:
        self._database = database
        self._deadline = deadline

    def list_sessions(self, *, limit: int) -> list[SessionSummary]:
        """Return sessions, newest start first."""
        return [row.summary for row in self.find_sessions(ANY_SESSION, SessionOrder(), limit=limit)]

    def find_sessions(
        self,
        wanted: SessionFilter,
        order: SessionOrder,
        *,
        after: SessionCursor | None = None,
        limit: int,
        common_from: int = _COMMON,
    ) -> list[ListedSession]:
        """Return whole sessions that come behind *after* in that order.

        From *common_from* requests on that have the words searched for, sessions are looked
        through for them, and not they for sessions; it finds the same.
        """
        statement = sessions_statement(
            wanted,
            order,
            after,
            limit=limit,
            words_are_common=self._are_common(wanted.search or "", common_from),
        )
        return [listed_session_of(row) for row in self._rows(statement)]

    def get_session(self, session_id: str) -> SessionSummary:
        """Return one session's numbers.

        Raises:
            NotFound: no span is in a session of that id.
        """
        for row in self._query("get_session", {"session_id": session_id}):
            return summary_of(row)
        raise NotFound(f"There is no session with the id {session_id!r}.")

    def list_requests(
        self, session_id: str, *, after: SpanPlace = BEFORE_ALL, limit: int = -1
    ) -> list[LlmRequest]:
        """Return a session's LLM requests behind *after* in start order; -1 is no limit."""
        page = {
            "session_id": session_id,
            "after_start_ns": after.start_ns,
            "after_span_id": after.span_id,
            "after_trace_id": after.trace_id,
            "limit": limit,
        }
        return [request_of(row) for row in self._rows(about_requests("list_requests", page))]

    def check_time(self) -> None:
        """Raise if the question has taken too long; for who works long on what was read."""
        self._deadline.check()

    def requests_of_trace(self, trace_id: str) -> list[LlmRequest]:
        """Return a trace's LLM requests in start order, in whichever session they are."""
        statement = about_requests("requests_of_trace", {"trace_id": trace_id})
        return [request_of(row) for row in self._rows(statement)]

    def sessions_of_trace(self, trace_id: str) -> list[str]:
        """Return the sessions that spans of a trace are in."""
        rows = self._database.execute(
            "SELECT session_id FROM session_slice WHERE trace_id = ?", (trace_id,)
        )
        return [session_id for (session_id,) in rows]

    def has_trace(self, trace_id: str) -> bool:
        rows = self._database.execute("SELECT 1 FROM trace_part WHERE trace_id = ?", (trace_id,))
        return rows.fetchone() is not None

    def traces_with_span(self, span_id: str, *, limit: int) -> list[str]:
        """Return up to *limit* traces that have a span of that id; looks through all there are."""
        rows = self._query("traces_with_span", {"span_id": span_id, "limit": limit})
        return [row["trace_id"] for row in rows]

    def group_sessions(
        self, wanted: Filter, *, limit: int = -1, offset: int = 0
    ) -> list[SessionGroup]:
        """Return the matching requests by session id and name, newest first; -1 is no limit."""
        page = {"limit": limit, "offset": offset, "fetch": limit + offset if limit >= 0 else -1}
        statement = group_statement("groups_page", wanted, page)
        return [group_of(row) for row in self._rows(statement)]

    def total_groups(self, wanted: Filter) -> GroupTotals:
        (row,) = self._rows(group_statement("groups_total", wanted))
        return GroupTotals(**row)

    def measure_groups(self, wanted: Filter) -> list[GroupMeasure]:
        """Return the numbers of all matching groups, in no order."""
        self._deadline.check()
        statement = group_statement("groups_measures", wanted)
        found = self._database.execute(statement.text, dict(statement.parameters))
        return list(map(GroupMeasure._make, found))

    def list_session_names(self, wanted: Filter, *, limit: int) -> list[SessionNameUse]:
        """Return the names that matching requests use, the last used first."""
        statement = group_statement("groups_names", wanted, {"limit": limit})
        return [SessionNameUse(**row) for row in self._rows(statement)]

    def find_requests(
        self, wanted: Filter, *, order: RequestOrder, limit: int, offset: int = 0
    ) -> list[AnnotatedRequest]:
        """Return matching LLM requests of all sessions."""
        page = {"limit": limit, "offset": offset}
        rows = self._rows(requests_statement(wanted, order, page))
        return [annotated_request_of(row) for row in rows]

    def count_requests(self, wanted: Filter) -> int:
        (row,) = self._rows(count_statement(wanted))
        return int(row["requests"])

    def get_tag(self, session_id: str) -> str | None:
        """Return the tag that a session got last."""
        return next(
            (row["tag"] for row in self._query("get_tag", {"session_id": session_id})), None
        )

    def list_property_names(self) -> list[str]:
        """Return the names that properties of requests have, as they are looked up."""
        return [row["name"] for row in self._rows(about_requests("property_names", {}))]

    def latest_traces(self, *, limit: int) -> list[str]:
        """Return the traces that spans came for last, the latest first."""
        return [row["trace_id"] for row in self._query("latest_traces", {"limit": limit})]

    def find_session_of_trace_id(self, trace_id: str) -> str | None:
        """Return the session that is shown as the trace *trace_id*, if there is one."""
        rows = self._query("session_of_trace_id", {"trace_id": trace_id})
        return next((row["session_id"] for row in rows), None)

    def pending_traces(self, session_id: str) -> list[str]:
        """Return the session's large traces that have not been derived since spans came."""
        return [
            row["trace_id"] for row in self._query("pending_traces", {"session_id": session_id})
        ]

    def superseded_copies(self, trace_id: str) -> Mapping[str, int]:
        """Return by span id how many copies of it lost against a fuller one."""
        self._deadline.check()
        return superseded_copies(self._database.conn, trace_id)

    def facts_of_trace(self, trace_id: str) -> list[SpanFacts]:
        """Return what the spans of a trace say by themselves; empty if there is none."""
        self._deadline.check()
        return facts_of_trace(self._database.conn, trace_id)

    def traces_together(self, trace_id: str) -> list[TraceFacts]:
        """Return what is known of a trace, then of those that tell of the same calls.

        Empty if there is no such trace.
        """
        self._deadline.check()
        return traces_together(self._database.conn, trace_id)

    def received_spans(self, trace_id: str) -> Iterator[ReceivedSpan]:
        """Yield the spans of a trace as received, in the order they came."""
        self._deadline.check()
        return received_spans(self._database.conn, trace_id)

    def received_spans_of(self, keys: Collection[tuple[str, str]]) -> Iterator[ReceivedSpan]:
        """Yield the spans with these trace and span ids as received, in the order they came."""
        for span in received_spans_of(self._database.conn, keys):
            self._deadline.check()
            yield span

    def list_property_values(self, name: str, *, limit: int) -> list[str]:
        page = {"name": name, "limit": limit}
        return [row["value"] for row in self._rows(about_requests("property_values", page))]

    def list_changes(self, *, after: int, limit: int) -> list[SessionChange]:
        """Return the sessions that changed after the change *after*, in that order."""
        rows = self._query("session_changes", {"after": after, "limit": limit})
        return [change_of(row) for row in rows]

    def last_change_id(self) -> int:
        (row,) = self._query("last_change", {})
        return int(row["change_id"])

    def totals(self) -> StoreTotals:
        (row,) = self._query("store_totals", {})
        return StoreTotals(**row)

    def upkeep_progress(self) -> dict[str, int]:
        """Return how many changed sessions each kind of upkeep has still to look at."""
        return {row["name"]: row["sessions"] for row in self._query("upkeep_progress", {})}

    def record_of_event(self, trace_id: str, span_id: str) -> ReceivedLogRecord | None:
        """Return the log record that is a call under these ids."""
        return record_of_event(self._database.conn, trace_id, span_id)

    def log_records_of_traces(self, trace_ids: Iterable[str]) -> list[ReceivedLogRecord]:
        """Return the log records that were emitted in traces, in the order of their times."""
        rows = self._query("log_records_of_traces", {"trace_ids": json.dumps([*trace_ids])})
        return [received_log_record(row) for row in rows]

    def log_records_of_session(self, session_id: str) -> list[ReceivedLogRecord]:
        """Return the log records that name a session, or name none and are of its traces."""
        records = LogRecordReader(self._database.conn).of_session(session_id)
        return [record.received for record in records]

    def _are_common(self, text: str, enough: int) -> bool:
        words = match_expression(text)
        if words is None:
            return False
        (row,) = self._query("count_words", {"words": words, "enough": enough})
        return bool(row["requests"] == enough)

    def _query(self, name: str, parameters: dict[str, object]) -> list[dict[str, Any]]:
        return self._rows(Statement(text=sql(name), parameters=parameters))

    def _rows(self, statement: Statement) -> list[dict[str, Any]]:
        self._deadline.check()
        return list(self._database.query(statement.text, dict(statement.parameters)))
