"""Our own session API: plain GET, whole sessions, cursor pages."""

import base64
import binascii
from typing import Annotated

import orjson
from fastapi import APIRouter, HTTPException, Query

from ..errors import NotFound
from ..query import SessionQueries
from .session_bodies import SessionList, SessionWhole, session_body, whole_body

MAX_PAGE = 1000


def session_router(queries: SessionQueries) -> APIRouter:
    """Return the routes under `/api/sessions`."""
    router = APIRouter(prefix="/api/sessions", tags=["sessions"])

    @router.get("")
    def list_sessions(
        name: Annotated[str | None, Query(description="Exactly this session name.")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
        cursor: Annotated[str | None, Query(description="From the page before.")] = None,
    ) -> SessionList:
        """List sessions, the latest start first."""
        page = queries.list_sessions(name=name, after=_decode_cursor(cursor), limit=limit)
        return SessionList(
            sessions=[session_body(summary) for summary in page.sessions],
            next_cursor=_encode_cursor(page.next_after),
        )

    # An id may hold slashes, so the rest of the path is the id.
    @router.get("/{session_id:path}")
    def get_session(session_id: str) -> SessionWhole:
        """Return a session: its numbers, its tree by path, its LLM requests."""
        try:
            return whole_body(queries.get_session(session_id))
        except NotFound as error:
            raise HTTPException(404, str(error)) from error

    return router


def _encode_cursor(after: tuple[int, str] | None) -> str | None:
    if after is None:
        return None
    return base64.urlsafe_b64encode(orjson.dumps(after)).decode().rstrip("=")


def _decode_cursor(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        match orjson.loads(text):
            case [int(start_ns), str(session_id)] if abs(start_ns) < 2**63:
                return start_ns, session_id
    except (binascii.Error, ValueError):
        pass
    raise HTTPException(422, "`cursor` is not one that a page of this list gave.")
