"""Server-sent events: which sessions are new or have changed."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from ..errors import HeliconeOtelError, StoreUnavailable
from ..model import SessionChange
from ..query import SessionQueries
from .api_route import ApiRoute
from .session_bodies import session_body

MAX_LISTENERS = 64
_PAGE = 100
"""Events read at once; the next are read when these have been taken, so nothing piles up."""
_POLL_SECONDS = 0.5
_SILENCE_POLLS = 30
"""After so many polls without an event a comment shows that the connection lives."""
_RETRY_MS = 2000


def event_router(queries: SessionQueries, stopping: threading.Event) -> APIRouter:
    """Return the route of events; its streams end when *stopping* is set."""
    router = APIRouter(prefix="/api", route_class=ApiRoute, tags=["sessions"])
    listeners = _Listeners()

    @router.get("/events", response_class=StreamingResponse)
    async def listen(
        after: Annotated[
            int | None, Query(ge=0, description="Events behind this id; default: from now on.")
        ] = None,
        last_event_id: Annotated[
            int | None, Header(ge=0, description="The last event seen; browsers send it.")
        ] = None,
    ) -> StreamingResponse:
        """Stream `session` events with a session's numbers, and `session_deleted` ones.

        A session that changes often comes once, as it is then. After a pause, go on with the last
        id: browsers send it as `Last-Event-ID`.
        """
        listeners.enter()
        since = last_event_id if last_event_id is not None else after
        return StreamingResponse(
            _stream(queries, since, stopping, listeners),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return router


class _Listeners:
    """Counts them; used on the event loop only."""

    def __init__(self) -> None:
        self._count = 0

    def enter(self) -> None:
        """Let one in.

        Raises:
            StoreUnavailable: there are as many as may be.
        """
        if self._count >= MAX_LISTENERS:
            raise StoreUnavailable(f"{MAX_LISTENERS} listeners are connected; try again later.")
        self._count += 1

    def leave(self) -> None:
        self._count -= 1


async def _stream(
    queries: SessionQueries, since: int | None, stopping: threading.Event, listeners: _Listeners
) -> AsyncIterator[str]:
    try:
        seen = await run_in_threadpool(queries.place_of_change, since)
        yield f"retry: {_RETRY_MS}\nid: {seen}\n\n"
        silence = 0
        while not stopping.is_set():
            changes = await run_in_threadpool(queries.list_changes, after=seen, limit=_PAGE)
            if changes:
                seen = changes[-1].change_id
                yield "".join(map(_event, changes))
            silence = 0 if changes else silence + 1
            if silence == _SILENCE_POLLS:
                yield ": nothing new\n\n"
                silence = 0
            if len(changes) < _PAGE:
                await asyncio.sleep(_POLL_SECONDS)
    except HeliconeOtelError as error:
        yield f"event: error\ndata: {' '.join(str(error).split())}\n\n"
    finally:
        listeners.leave()


def _event(change: SessionChange) -> str:
    if change.summary is None:
        name, data = "session_deleted", orjson.dumps({"session_id": change.session_id}).decode()
    else:
        name, data = "session", orjson.dumps(session_body(change.summary)).decode()
    return f"id: {change.change_id}\nevent: {name}\ndata: {data}\n\n"
