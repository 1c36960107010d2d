"""Our own session API: plain GET, whole sessions, cursor pages."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from ..otlp import encode_json
from ..query import SessionQueries
from ..trace_query import TraceQueries
from .api_route import ApiRoute
from .described import SessionId
from .message_bodies import TurnBody, turn_body
from .session_bodies import (
    SessionCall,
    SessionList,
    SessionRequest,
    SessionWhole,
    call_body,
    request_body,
    whole_body,
)
from .session_list import (
    SessionListParams,
    decode_cursor,
    list_body,
    order_of,
    session_filter_of,
)
from .session_markdown import session_markdown


def session_router(queries: SessionQueries, traces: TraceQueries) -> APIRouter:
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
            after=decode_cursor(params.cursor, order),
            limit=params.limit,
        )
        return list_body(page, order)

    @router.get("/{session_id:quoted}.md", response_class=Response)
    def get_markdown(session_id: SessionId) -> Response:
        """Return a session as compact Markdown, for a coding agent to read."""
        text = session_markdown(whole_body(traces.get_session(session_id)))
        return Response(text, media_type="text/markdown; charset=utf-8")

    @router.get("/{session_id:quoted}", response_model=SessionWhole)
    def get_session(session_id: SessionId) -> Response:
        """Return a session: its numbers, its tree by path, its LLM requests, its calls."""
        # It was valid when it was made; a large one is not looked through again.
        return _json(whole_body(traces.get_session(session_id)).model_dump_json())

    @router.get("/{session_id:quoted}/requests")
    def list_requests(session_id: SessionId) -> list[SessionRequest]:
        """Return a session's LLM requests in start order."""
        return [request_body(request) for request in traces.list_requests(session_id)]

    @router.get("/{session_id:quoted}/spans")
    def list_spans(session_id: SessionId) -> list[SessionCall]:
        """Return a session's spans, parents first, each followed by all below it."""
        return [call_body(call) for call in traces.get_session(session_id).calls]

    @router.get("/{session_id:quoted}/messages")
    def list_messages(session_id: SessionId) -> list[TurnBody]:
        """Return a session's messages as one conversation, each where it is new."""
        return [turn_body(turn) for turn in traces.get_conversation(session_id)]

    @router.get("/{session_id:quoted}/trace")
    def get_trace(session_id: SessionId) -> JSONResponse:
        """Return the whole session as one trace in OTLP/JSON.

        The session is its root, folders of paths follow, real spans hang in them and link to the
        ones they stand for.
        """
        return JSONResponse(encode_json(traces.get_session_trace(session_id)))

    return router


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")
