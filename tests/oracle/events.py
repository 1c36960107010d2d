"""Log records that are calls of a model, where no span stands for the same call."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from . import keys
from .forest import Forest
from .otlp import LogRecord
from .places import Places
from .properties import properties_of
from .saying import Claim, Said, claims_of
from .structure import Structure
from .usage import Tokens, tokens_of
from .values import first_count, first_said, first_text, number, text

_NANO, _NANO_PER_MILLI = 10**9, 10**6
_TOKEN_KEYS = {
    "gen_ai.usage.input_tokens": ["input_token_count"],
    "gen_ai.usage.output_tokens": ["output_token_count"],
    "gen_ai.usage.total_tokens": ["total_token_count"],
    "gen_ai.usage.cache_read.input_tokens": ["cached_token_count", "cached_content_token_count"],
    "gen_ai.usage.reasoning.output_tokens": ["reasoning_token_count", "thoughts_token_count"],
}
"""How Codex and Gemini CLI spell what OpenTelemetry has a name for."""


@dataclass(frozen=True, kw_only=True)
class Event:
    trace_id: str | None
    span_id: str | None
    request_id: str
    response_id: str | None
    session_id: str | None
    session_name: str | None
    service_name: str
    path: str
    user_id: str | None
    properties: dict[str, str]
    start_ns: int
    end_ns: int
    provider: str | None
    model: str | None
    tokens: Tokens
    marks: Sequence[str]
    cost_nano_usd: int | None
    status: int


def events_of(
    logs: Sequence[LogRecord], forest: Forest, structure: Structure, places: Places
) -> list[Event]:
    """Return the log records that count: usage that no span covers, each call once."""
    calls = [said for said in forest.all if structure.kind(said) == "llm"]
    found: dict[str, Event] = {}
    for log in sorted(logs, key=lambda record: (record.time_ns, repr(record))):
        event = _event(log, forest, places)
        if event is not None and not any(_covers(said, log, event) for said in calls):
            found.setdefault(event.request_id, event)
    return list(found.values())


def _covers(said: Said, log: LogRecord, event: Event) -> bool:
    of_same_span = said.trace_id == log.trace_id and said.span_id == log.span_id
    ids = {said.response_id, said.request_id, text(said.span.attributes.get("request_id"))}
    named = {event.response_id, event.request_id}
    return of_same_span or bool((ids & named) - {None})


def _event(log: LogRecord, forest: Forest, places: Places) -> Event | None:
    bare = log.scope.startswith(keys.CLAUDE_CODE_SCOPE)
    names = {**log.attributes}
    for key, spellings in _TOKEN_KEYS.items():
        for spelling in spellings:
            if spelling in names:
                names.setdefault(key, names[spelling])
    tokens, marks = tokens_of(names, parts_apart=bare, bare=bare)
    if tokens is None:
        return None
    at = forest.find(log.trace_id, log.span_id)
    claims = claims_of(log.attributes, log.resource, log.trace_id)
    duration_ns = round((number(names.get("duration_ms")) or 0) * _NANO_PER_MILLI)
    response_id = first_text(names, keys.RESPONSE_ID)
    usd = number(names.get("cost_usd")) or 0
    return Event(
        trace_id=log.trace_id,
        span_id=log.span_id,
        request_id=first_text(names, [*keys.REQUEST_ID, "request_id"]) or response_id or _made(log),
        response_id=response_id,
        session_id=_session(claims, at, log, places),
        session_name=first_said(names, keys.SESSION_NAME) or (places.name(at) if at else None),
        service_name=text(log.resource.get("service.name")) or "",
        path=places.path(at) if at else "/",
        user_id=first_said(names, keys.USER_ID) or (places.user_id(at) if at else None),
        properties=properties_of(log.attributes),
        start_ns=log.time_ns - duration_ns,
        end_ns=log.time_ns,
        provider=first_text(names, keys.PROVIDER),
        model=first_text(names, [*keys.REQUEST_MODEL, "model"]),
        tokens=tokens,
        marks=tuple(marks),
        cost_nano_usd=round(usd * _NANO) or None,
        status=first_count(names, [*keys.HTTP_STATUS, "status_code"]) or 200,
    )


def _session(
    claims: Sequence[Claim], at: Said | None, log: LogRecord, places: Places
) -> str | None:
    """Return the session of the strongest of its own word and its span's, else its trace's."""
    above = places.claim(at) if at else None
    if claims and (above is None or claims[0].strength >= above.strength):
        return claims[0].session_id
    if at is not None:
        return places.session(at)
    return places.session_of_event(log.trace_id) if log.trace_id else None


def _made(log: LogRecord) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{log.time_ns}-{log.attributes}"))
