"""Put the spans of one trace in their places and count its LLM requests."""

import uuid
from collections.abc import Sequence

from ..model import LlmRequest, ModelCall, ResolvedSpan, ResolvedTrace, Role, SpanFacts
from ..settings import ImplicitSessions
from .counting import roles_of
from .forest import forest_of
from .places import places_of
from .sessions import sessions_of
from .transports import CallTransport, call_transports

_OK, _FAILED, _FIRST_ERROR_STATUS = 200, 500, 400


def resolve(
    spans: Sequence[SpanFacts], *, implicit: ImplicitSessions = ImplicitSessions.LLM
) -> ResolvedTrace:
    """Return the meaning of all *spans* of one trace; their order does not matter.

    *spans* must not be empty and hold each span id once.
    """
    forest = forest_of(spans)
    roles = roles_of(forest)
    transports = call_transports(forest)
    sessions = sessions_of(forest, roles, transports, implicit)
    places = places_of(forest, sessions, transports)
    resolved = [
        ResolvedSpan(
            facts=facts,
            session_id=session_id,
            path=place.path,
            role=role,
            depth=place.depth,
            session_name=place.session_name,
            user_id=place.user_id,
            properties=place.properties,
        )
        for facts, session_id, place, role in zip(
            forest.spans, sessions, places, roles, strict=True
        )
    ]
    return ResolvedTrace(
        trace_id=forest.spans[0].trace_id,
        spans=resolved,
        requests=[
            _request(span, span.session_id, transport)
            for span, transport in zip(resolved, transports, strict=True)
            if span.role is Role.COUNTED and span.session_id is not None
        ],
        missing_parents=forest.missing_parents,
    )


def _request(span: ResolvedSpan, session_id: str, transport: CallTransport) -> LlmRequest:
    facts = span.facts
    call = facts.call or ModelCall(operation="")
    status = _status(facts, transport)
    return LlmRequest(
        trace_id=facts.trace_id,
        span_id=facts.span_id,
        request_id=_request_id(facts, transport),
        session_id=session_id,
        session_name=span.session_name,
        path=span.path,
        user_id=span.user_id,
        properties=span.properties,
        start_ns=facts.start_ns,
        end_ns=facts.end_ns,
        time_to_first_token_ns=call.time_to_first_token_ns,
        operation=call.operation,
        provider=call.provider,
        request_model=call.request_model,
        response_model=call.response_model,
        usage=call.usage,
        cost=call.cost,
        status=status,
        failed=status >= _FIRST_ERROR_STATUS,
    )


def _status(facts: SpanFacts, transport: CallTransport) -> int:
    """Return the HTTP status if it is an error or nothing contradicts it, else 500 or 200."""
    known = facts.http_status
    if known is None and transport.answered is not None:
        known = transport.answered.http_status
    if known is not None and known >= _FIRST_ERROR_STATUS:
        return known
    if facts.failed:
        return _FAILED
    return _OK if known is None else known


def _request_id(facts: SpanFacts, transport: CallTransport) -> str:
    """Return Helicone's request id, or a UUID that the same span always gets."""
    sent = transport.identified.request_id if transport.identified else None
    if known := facts.request_id or sent:
        return known
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{facts.trace_id}-{facts.span_id}"))
