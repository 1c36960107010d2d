"""One SQLite file of spans and the sessions derived from them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from ..errors import NotFound, StoreUnavailable
from ..model import (
    LlmRequest,
    RequestFilter,
    SessionGroup,
    SessionNameUse,
    SessionSummary,
)
from ..settings import MIB
from .database import ReadConnections, open_for_writing
from .rows import group_of, request_of, summary_of
from .span_rows import StoredSpan
from .statements import sql
from .trace_writer import Derive, TraceWriter
from .write_queue import WriteQueue


class SpanStore:
    """Own a file. Reading methods and `write` may be called from any thread.

    Open it with `open` to read and write, or with `open_read_only` beside a running server.
    """

    def __init__(self, path: Path, *, writing: Database | None, queue: WriteQueue | None) -> None:
        self.path = path
        self._writing = writing
        self._queue = queue
        self._reading = ReadConnections(path)

    @classmethod
    def open(cls, path: Path, derive: Derive, *, max_queue_bytes: int = 64 * MIB) -> Self:
        """Open *path* as its one writer, creating it if need be.

        Raises:
            StoreUnusable: the file is not ours, newer than this program, or damaged.
        """
        database = open_for_writing(path)
        writer = TraceWriter(database.conn, derive)
        queue = WriteQueue(database.conn, writer, max_bytes=max_queue_bytes)
        return cls(path, writing=database, queue=queue)

    @classmethod
    def open_read_only(cls, path: Path) -> Self:
        """Open an existing file for questions only.

        Raises:
            StoreUnusable: there is no file, or it is not ours.
        """
        store = cls(path, writing=None, queue=None)
        store._reading.get()
        return store

    def write(self, spans: Sequence[StoredSpan]) -> None:
        """Return once *spans* are committed: they then survive a crash and a loss of power.

        Idempotent: copies of spans already stored change nothing.

        Raises:
            StoreUnavailable: nothing was stored; the same spans may be sent again.
        """
        if self._queue is None:
            raise StoreUnavailable("This store was opened for reading only.")
        if spans:
            self._queue.write(spans)

    def check_writable(self) -> None:
        """Commit an empty transaction behind whatever waits.

        Raises:
            StoreUnavailable: nothing can be written now.
        """
        if self._queue is None:
            raise StoreUnavailable("This store was opened for reading only.")
        self._queue.write([])

    def close(self) -> None:
        """Commit what is waiting and close every connection."""
        if self._queue is not None:
            self._queue.close()
        self._reading.close()
        if self._writing is not None:
            self._writing.close()

    def list_sessions(
        self, *, name: str | None, after: tuple[int, str] | None, limit: int
    ) -> list[SessionSummary]:
        """Return sessions, newest start first; *after* is the (start, id) of the last one seen."""
        before_start_ns, before_session_id = after or (None, None)
        parameters: dict[str, object] = {
            "name": name,
            "before_start_ns": before_start_ns,
            "before_session_id": before_session_id,
            "limit": limit,
        }
        rows = self._query("list_sessions", parameters)
        return [summary_of(row, self._trace_ids(row["session_id"])) for row in rows]

    def get_session(self, session_id: str) -> SessionSummary:
        """Return one session's numbers.

        Raises:
            NotFound: no span is in a session of that id.
        """
        rows = self._reading.get().query("SELECT * FROM session WHERE session_id = ?", [session_id])
        for row in rows:
            return summary_of(row, self._trace_ids(session_id))
        raise NotFound(f"There is no session with the id {session_id!r}.")

    def list_requests(self, session_id: str) -> list[LlmRequest]:
        """Return a session's LLM requests in start order."""
        rows = self._reading.get().query(
            "SELECT * FROM v_request WHERE session_id = ? ORDER BY start_ns, span_id", [session_id]
        )
        return [request_of(row) for row in rows]

    def group_sessions(
        self, wanted: RequestFilter, *, limit: int = -1, offset: int = 0
    ) -> list[SessionGroup]:
        """Return the matching requests by session id and name, newest first; -1 is no limit."""
        rows = self._query(
            "session_groups", {**_parameters(wanted), "limit": limit, "offset": offset}
        )
        return [group_of(row) for row in rows]

    def list_session_names(self, wanted: RequestFilter, *, limit: int) -> list[SessionNameUse]:
        """Return the names that matching requests use, the last used first."""
        rows = self._query("session_names", {**_parameters(wanted), "limit": limit})
        return [SessionNameUse(**row) for row in rows]

    def _trace_ids(self, session_id: str) -> list[str]:
        rows = self._reading.get().query(
            "SELECT trace_id FROM session_slice WHERE session_id = ? ORDER BY start_ns, trace_id",
            [session_id],
        )
        return [row["trace_id"] for row in rows]

    def _query(self, name: str, parameters: dict[str, object]) -> list[dict[str, Any]]:
        return list(self._reading.get().query(sql(name), parameters))


def _parameters(wanted: RequestFilter) -> dict[str, object]:
    return {
        "after_ns": wanted.after_ns,
        "before_ns": wanted.before_ns,
        "name_equals": wanted.name_equals,
        "name_contains": wanted.name_contains.casefold() if wanted.name_contains else None,
        "search": wanted.search.casefold() if wanted.search else None,
    }
