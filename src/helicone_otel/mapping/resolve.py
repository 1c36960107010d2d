"""Put the spans of one trace in their places and count its LLM requests."""

from collections.abc import Sequence

from ..model import ResolvedSpan, ResolvedTrace, SpanFacts
from ..settings import ImplicitSessions
from .calls import calls_of
from .facts import Price
from .forest import forest_of
from .places import places_of
from .recognition import recognise
from .requests import requests_of
from .sessions import sessions_of


def resolve(
    spans: Sequence[SpanFacts],
    *,
    implicit: ImplicitSessions = ImplicitSessions.LLM,
    price: Price | None = None,
) -> ResolvedTrace:
    """Return the meaning of all *spans* of one trace; their order does not matter.

    *spans* must not be empty and hold each span id once. *price* is asked where a call's usage or
    model is known from several spans only.
    """
    recognition = recognise(forest_of(spans))
    forest = recognition.forest
    calls = calls_of(forest, recognition.sums)
    sessions = sessions_of(forest, calls, implicit)
    places = places_of(forest, sessions.of_spans, calls.transports)
    resolved = [
        ResolvedSpan(
            facts=facts,
            session_id=session_id,
            path=place.path,
            role=role,
            session_name=place.session_name,
            user_id=place.user_id,
            properties=place.properties,
        )
        for facts, session_id, place, role in zip(
            forest.spans, sessions.of_spans, places, calls.roles, strict=True
        )
    ]
    return ResolvedTrace(
        trace_id=forest.spans[0].trace_id,
        spans=resolved,
        requests=requests_of(forest, calls, resolved, sessions.standing, price),
        missing_parents=forest.missing_parents,
    )
