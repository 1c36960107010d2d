"""Our own session API: plain GET, whole sessions, cursor pages."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from ..otlp import encode_json
from ..query import SessionQueries
from ..session_pages import SessionPages
from ..trace_query import TraceQueries
from .api_route import ApiRoute
from .cursors import PageParams
from .described import SessionId
from .session_bodies import SessionList, SessionWhole, whole_body
from .session_list import (
    SessionListParams,
    list_body,
    order_of,
    session_cursor_of,
    session_filter_of,
)
from .session_markdown import session_markdown
from .session_pages import (
    CallPage,
    RequestPage,
    TurnPage,
    call_page,
    call_place_of,
    request_page,
    request_place_of,
    turn_page,
    turn_place_of,
)


def session_router(queries: SessionQueries, traces: TraceQueries, pages: SessionPages) -> APIRouter:
    """Return the routes under `/api/sessions` that read."""
    router = APIRouter(prefix="/api/sessions", route_class=ApiRoute, tags=["sessions"])

    @router.get("")
    def list_sessions(
        request: Request, params: Annotated[SessionListParams, Query()]
    ) -> SessionList:
        """List whole sessions, the latest start first unless asked otherwise.

        Filters hold together; `property.NAME=VALUE` asks for a request with that property.
        """
        order = order_of(params)
        page = queries.list_sessions(
            session_filter_of(params, request.query_params),
            order,
            after=session_cursor_of(params.cursor, order),
            limit=params.limit,
        )
        return list_body(page, order)

    @router.get("/{session_id:quoted}.md", response_class=Response)
    def get_markdown(session_id: SessionId) -> Response:
        """Return a session as compact Markdown, for a coding agent to read.

        It tells the first 10,000 LLM requests, and failed spans among the first 10,000, and says
        so if there are more.
        """
        text = session_markdown(whole_body(traces.get_session(session_id)))
        return Response(text, media_type="text/markdown; charset=utf-8")

    @router.get("/{session_id:quoted}", response_model=SessionWhole)
    def get_session(session_id: SessionId) -> Response:
        """Return a session: its numbers, its tree by path, its LLM requests, its calls.

        Numbers and sums are of everything. Of requests, calls and folders the first 10,000 are
        told; `is_cut` says that there are more, which `/requests` and `/spans` tell.
        """
        return _json(orjson.dumps(whole_body(traces.get_session(session_id))))

    @router.get("/{session_id:quoted}/requests", response_model=RequestPage)
    def list_requests(session_id: SessionId, page: Annotated[PageParams, Query()]) -> Response:
        """Return a page of a session's LLM requests in start order."""
        after = request_place_of(page.cursor)
        found = pages.list_requests(session_id, after=after, limit=page.limit)
        return _json(orjson.dumps(request_page(found)))

    @router.get("/{session_id:quoted}/spans", response_model=CallPage)
    def list_spans(session_id: SessionId, page: Annotated[PageParams, Query()]) -> Response:
        """Return a page of a session's spans, parents first, each followed by all below it."""
        after = call_place_of(page.cursor)
        found = pages.list_calls(session_id, after=after, limit=page.limit)
        return _json(orjson.dumps(call_page(found)))

    @router.get("/{session_id:quoted}/messages")
    def list_messages(session_id: SessionId, page: Annotated[PageParams, Query()]) -> TurnPage:
        """Return a page of a session's messages as one conversation, each where it is new.

        For that it is read from its beginning as far as the end of the page. Of a session of very
        many that can take too long; `/api/spans/TRACE/SPAN/messages` tells those of one call.
        """
        after = turn_place_of(page.cursor)
        return turn_page(pages.list_turns(session_id, after=after, limit=page.limit))

    @router.get("/{session_id:quoted}/trace")
    def get_trace(session_id: SessionId) -> JSONResponse:
        """Return the session as one trace in OTLP/JSON.

        The session is its root, folders of paths follow, real spans hang in them and link to the
        ones they stand for. It has the first 10,000 spans; how many there are beyond is an
        attribute of the root, `helicone_otel.session.spans_left_out`, and `/api/traces/TRACE` has
        them.
        """
        return JSONResponse(encode_json(traces.get_session_trace(session_id)))

    return router


def _json(text: bytes) -> Response:
    """Answer with a body that was valid when it was made; it is not looked through again."""
    return Response(text, media_type="application/json")
