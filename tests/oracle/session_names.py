"""Section 4: what sessions are called, over all their traces."""

from collections.abc import Sequence

from helicone_otel.session_reference import clean_name

from .events import Event
from .forest import Forest
from .places import Places
from .request import Request

_HTTP_METHODS = {
    *("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "HTTP"),
}


def session_names(
    forest: Forest, places: Places, requests: Sequence[Request], events: Sequence[Event]
) -> dict[str, str]:
    ids = {r.session_id for r in requests} | {places.session(said) for said in forest.all}
    return {
        session_id: _explicit_name(session_id, forest, places, requests)
        or _fallback_name(session_id, forest, places, events)
        for session_id in ids
        if session_id is not None
    }


def _explicit_name(
    session_id: str, forest: Forest, places: Places, requests: Sequence[Request]
) -> str | None:
    """Return the earliest explicit name in the session, in whatever trace."""
    members = [said for said in forest.all if places.session(said) == session_id]
    named = [(said.order, name) for said in members if (name := places.name(said))]
    named += [
        ((request.start_ns, request.span_id, request.trace_id), request.session_name)
        for request in requests
        if request.session_id == session_id and request.session_name
    ]
    return min(named)[1] if named else None


def _fallback_name(session_id: str, forest: Forest, places: Places, events: Sequence[Event]) -> str:
    roots = [
        said
        for said in forest.all
        if places.session(said) == session_id
        and ((above := forest.parent(said)) is None or places.session(above) != session_id)
    ]
    if not roots:
        services = [event.service_name for event in events if event.session_id == session_id]
        return _known_service(services[0] if services else "")
    root = roots[0]
    if root.fallback_name:
        return clean_name(root.fallback_name) or ""
    name = clean_name(root.span.name) or ""
    if places.kind(root) not in ("transport", "llm") and name.upper() not in _HTTP_METHODS:
        return name
    return _known_service(root.service_name or "")


def _known_service(name: str) -> str:
    return "" if name.startswith("unknown_service") else name
