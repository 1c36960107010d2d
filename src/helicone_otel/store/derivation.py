"""Replace what is derived of traces, and the sessions they are or were in."""

import sqlite3

import orjson

from ..model import DerivedTrace
from .derived_rows import (
    SESSION_OF_REQUEST,
    DerivedRows,
    Row,
    may_be_told_elsewhere_anew,
    rows_of,
)
from .statements import sql


class Derivation:
    """The derived rows that one transaction changes; `flush` writes them.

    A trace's rows are replaced whole. Those that stay as they are need no writing.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._requests: list[Row] = []
        self._slices: list[Row] = []
        self._gone_requests: list[tuple[str, str]] = []
        self._gone_slices: list[tuple[str, str]] = []
        self._sessions: set[str] = set()

    def replace(
        self, trace_id: str, stored: DerivedRows | None, trace: DerivedTrace
    ) -> DerivedRows:
        """Put the rows of *trace* in place of those *stored* (`None`: not known); return them."""
        if stored is None:
            self._forget(trace_id)
            stored = DerivedRows()
        rows = rows_of(trace)
        for span_id, row in rows.requests.items():
            before = stored.requests.get(span_id)
            if before != row:
                self._requests.append(row)
                self._touch(row)
                if before is not None:
                    self._touch(before)
                    if may_be_told_elsewhere_anew(before, row):
                        self._gone_requests.append((trace_id, span_id))
        for session_id, row in rows.slices.items():
            if stored.slices.get(session_id) != row:
                self._slices.append(row)
                self._sessions.add(session_id)
        for span_id in stored.requests.keys() - rows.requests.keys():
            self._gone_requests.append((trace_id, span_id))
            self._touch(stored.requests[span_id])
        for session_id in stored.slices.keys() - rows.slices.keys():
            self._gone_slices.append((session_id, trace_id))
            self._sessions.add(session_id)
        return rows

    def flush(self) -> int:
        """Write the rows; return the number of the last request before those that are new.

        New are also requests that other traces may tell of now.
        """
        run = self._connection.executemany
        run("DELETE FROM llm_request WHERE trace_id = ? AND span_id = ?", self._gone_requests)
        run("DELETE FROM session_slice WHERE session_id = ? AND trace_id = ?", self._gone_slices)
        last_number = self._last_number()
        run(sql("put_llm_request"), self._requests)
        run(sql("put_session_slice"), self._slices)
        sessions = {"session_ids": orjson.dumps(list(self._sessions)).decode()}
        self._connection.execute(sql("put_session"), sessions)
        if self._gone_slices:
            self._connection.execute(sql("delete_empty_session"), sessions)
        return last_number

    def _last_number(self) -> int:
        rows = self._connection.execute("SELECT coalesce(max(request_number), 0) FROM llm_request")
        return int(rows.fetchone()[0])

    def _touch(self, request: Row) -> None:
        self._sessions.add(str(request[SESSION_OF_REQUEST]))

    def _forget(self, trace_id: str) -> None:
        """Remove what was derived of a trace before."""
        slices = self._connection.execute(
            "SELECT session_id FROM session_slice WHERE trace_id = ?", (trace_id,)
        )
        for (session_id,) in slices:
            self._gone_slices.append((session_id, trace_id))
            self._sessions.add(session_id)
        requests = self._connection.execute(
            "SELECT span_id FROM llm_request WHERE trace_id = ?", (trace_id,)
        )
        self._gone_requests += [(trace_id, span_id) for (span_id,) in requests]
