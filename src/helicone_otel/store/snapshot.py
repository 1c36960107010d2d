"""Questions to the store, all answered from one state of the file."""

from typing import Any

from sqlite_utils import Database

from ..errors import NotFound
from ..model import LlmRequest, RequestFilter, SessionGroup, SessionNameUse, SessionSummary
from .rows import group_of, request_of, summary_of
from .statements import sql


class Snapshot:
    """Reading methods over one read transaction; used by one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_sessions(
        self, *, name: str | None, after: tuple[int, str] | None, limit: int
    ) -> list[SessionSummary]:
        """Return sessions, newest start first; *after* is the (start, id) of the last one seen."""
        before_start_ns, before_session_id = after or (None, None)
        rows = self._query(
            "list_sessions",
            {
                "name": name,
                "before_start_ns": before_start_ns,
                "before_session_id": before_session_id,
                "limit": limit,
            },
        )
        return [summary_of(row) for row in rows]

    def get_session(self, session_id: str) -> SessionSummary:
        """Return one session's numbers.

        Raises:
            NotFound: no span is in a session of that id.
        """
        for row in self._query("get_session", {"session_id": session_id}):
            return summary_of(row)
        raise NotFound(f"There is no session with the id {session_id!r}.")

    def list_requests(self, session_id: str) -> list[LlmRequest]:
        """Return a session's LLM requests in start order."""
        return [request_of(row) for row in self._query("list_requests", {"session_id": session_id})]

    def group_sessions(
        self, wanted: RequestFilter, *, limit: int = -1, offset: int = 0
    ) -> list[SessionGroup]:
        """Return the matching requests by session id and name, newest first; -1 is no limit."""
        page = {"limit": limit, "offset": offset}
        rows = self._query("session_groups", {**_parameters(wanted), **page})
        return [group_of(row) for row in rows]

    def list_session_names(self, wanted: RequestFilter, *, limit: int) -> list[SessionNameUse]:
        """Return the names that matching requests use, the last used first."""
        rows = self._query("session_names", {**_parameters(wanted), "limit": limit})
        return [SessionNameUse(**row) for row in rows]

    def _query(self, name: str, parameters: dict[str, object]) -> list[dict[str, Any]]:
        return list(self._database.query(sql(name), parameters))


def _parameters(wanted: RequestFilter) -> dict[str, object]:
    return {
        "after_ns": wanted.after_ns,
        "before_ns": wanted.before_ns,
        "name_equals": wanted.name_equals,
        "name_contains": wanted.name_contains.casefold() if wanted.name_contains else None,
        "search": wanted.search.casefold() if wanted.search else None,
    }
