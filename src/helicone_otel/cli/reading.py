"""Answer the reading commands from the file, also while a server writes to it."""

from contextlib import closing
from pathlib import Path

from ..api.session_bodies import SessionList, SessionWhole, session_body, whole_body
from ..errors import NotFound
from ..query import SessionQueries
from ..store import SpanStore


def read_sessions(database: Path, *, name: str | None, limit: int) -> SessionList:
    """Return the latest sessions in the API's shape.

    Raises:
        StoreUnusable: there is no file, or it is not ours.
    """
    with closing(SpanStore.open_read_only(database)) as store:
        page = SessionQueries(store).list_sessions(name=name, limit=limit)
    sessions = [session_body(summary) for summary in page.sessions]
    return SessionList(sessions=sessions, next_cursor=None)


def read_session(database: Path, session_id: str) -> SessionWhole:
    """Return one session in the API's shape.

    Raises:
        NotFound: there is none of that id.
        StoreUnusable: there is no file, or it is not ours.
    """
    with closing(SpanStore.open_read_only(database)) as store:
        try:
            return whole_body(SessionQueries(store).get_session(session_id))
        except NotFound as error:
            raise NotFound(
                f"{error} `helicone-otel sessions` lists those of {database}."
            ) from error
