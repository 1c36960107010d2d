"""Traces and spans as they were received."""

import base64
import math
from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from ..model import AttributeValue, OtelSpanKind
from ..otlp import encode_json
from ..session_trace import PlacedSpan
from ..trace_query import TraceQueries
from .api_route import ApiRoute
from .clock_marks import clock_marks
from .described import SpanId, TraceId
from .message_bodies import MessagesBody, messages_body
from .session_bodies import iso_time

_STATUSES = {0: "unset", 1: "ok", 2: "error"}

Attributes = dict[str, object]
"""Bytes are base64; numbers that JSON has not are text."""


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(_Body):
    name: str
    time: str
    attributes: Attributes


class Link(_Body):
    trace_id: str
    span_id: str
    attributes: Attributes


class SpanWhole(_Body):
    """One span with all it holds, and what it means."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: str
    started_at: str
    ended_at: str
    status: str
    status_message: str
    attributes: Attributes
    events: list[Event]
    links: list[Link]
    resource: Attributes
    scope_name: str
    scope_version: str
    scope: Attributes
    session_id: str | None
    path: str
    meaning: str
    """What it is to its session: llm, tool, agent, step, transport and the like."""
    role: str
    """Whether it is counted as an LLM request, or wraps or carries one that is."""
    marks: list[str]
    """What had to be made sensible in it."""


def trace_router(traces: TraceQueries) -> APIRouter:
    router = APIRouter(prefix="/api", route_class=ApiRoute, tags=["traces"])

    @router.get("/traces/{trace_id:quoted}")
    def get_trace(trace_id: TraceId) -> JSONResponse:
        """Return a trace in OTLP/JSON, as it was received."""
        return JSONResponse(encode_json(traces.get_trace(trace_id.lower())))

    @router.get("/spans/{trace_id:quoted}/{span_id:quoted}")
    def get_span(trace_id: TraceId, span_id: SpanId) -> SpanWhole:
        """Return a span with all it holds, and its place in its session."""
        return _span_body(traces.get_span(trace_id.lower(), span_id.lower()))

    @router.get("/spans/{trace_id:quoted}/{span_id:quoted}/messages")
    def get_messages(trace_id: TraceId, span_id: SpanId) -> MessagesBody:
        """Return what a span was asked and answered, in one shape for all emitters."""
        return messages_body(traces.get_messages(trace_id.lower(), span_id.lower()))

    return router


def plain_attributes(attributes: Mapping[str, AttributeValue]) -> Attributes:
    return {key: _plain(value) for key, value in attributes.items()}


def _plain(value: AttributeValue) -> object:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case float() if not math.isfinite(value):
            return str(value)
        case Mapping():
            return plain_attributes(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _span_body(span: PlacedSpan) -> SpanWhole:
    whole, place = span.whole, span.place
    return SpanWhole(
        trace_id=whole.trace_id,
        span_id=whole.span_id,
        parent_span_id=whole.parent_span_id or None,
        name=whole.name,
        kind=OtelSpanKind(whole.kind).name.lower(),
        started_at=iso_time(whole.start_ns),
        ended_at=iso_time(whole.end_ns),
        status=_STATUSES.get(whole.status_code, "unset"),
        status_message=whole.status_message,
        attributes=plain_attributes(whole.attributes),
        events=[
            Event(name=e.name, time=iso_time(e.time_ns), attributes=plain_attributes(e.attributes))
            for e in whole.events
        ],
        links=[
            Link(
                trace_id=link.trace_id,
                span_id=link.span_id,
                attributes=plain_attributes(link.attributes),
            )
            for link in whole.links
        ],
        resource=plain_attributes(whole.resource),
        scope_name=whole.scope_name,
        scope_version=whole.scope_version,
        scope=plain_attributes(whole.scope),
        session_id=place.session_id,
        path=place.path,
        meaning=place.facts.kind,
        role=place.role,
        marks=[*place.facts.marks, *clock_marks(place.facts)],
    )
