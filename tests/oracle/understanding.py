"""The whole page at once: spans and log records in, every counted request and every role out."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TypeAlias

from .calls import Call, Calls, Role
from .events import Event, events_of
from .explicit_sessions import ExplicitSessions
from .forest import Forest
from .otlp import LogRecord, Span
from .places import Places
from .request import Request
from .saying import Said
from .session_names import session_names
from .structure import Structure
from .usage import Tokens

Price: TypeAlias = Callable[[str | None, str, int, Tokens], int | None]
"""Nano-USD for a provider, model, start and usage; `None` where no price is known."""


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """What all spans mean together."""

    forest: Forest = field(repr=False)
    calls: Calls = field(repr=False)
    places: Places = field(repr=False)
    requests: Sequence[Request]
    """In start order; those in no session too."""
    session_names: dict[str, str]

    def role(self, said: Said) -> Role:
        return self.calls.role(said)

    def of_session(self, session_id: str) -> list[Request]:
        return [request for request in self.requests if request.session_id == session_id]


def no_price(provider: str | None, model: str, start_ns: int, tokens: Tokens) -> int | None:
    """Know no price."""
    del provider, model, start_ns, tokens
    return None


def understand(
    spans: Iterable[Span],
    logs: Iterable[LogRecord] = (),
    *,
    price: Price = no_price,
    implicit: str = "llm",
) -> Understanding:
    """Work out what *spans* and *logs* of any number of traces mean, in whatever order."""
    forest = Forest(spans)
    structure = Structure(forest)
    explicit = ExplicitSessions(structure)
    calls = Calls(structure, explicit)
    places = Places(calls, explicit, implicit)
    tokens = _distribute(calls)
    requests = [_request(call, calls, places, tokens, price) for call in calls.calls]
    events = events_of(list(logs), forest, structure, places)
    requests += [_event_request(event, price) for event in events]
    requests.sort(key=lambda request: (request.start_ns, request.span_id, request.trace_id))
    return Understanding(
        forest=forest,
        calls=calls,
        places=places,
        requests=requests,
        session_names=session_names(forest, places, requests, events),
    )


# section 6: filling


def _distribute(calls: Calls) -> dict[int, tuple[Tokens | None, list[str]]]:
    """Return each call's usage: its own, else what a wrapper has left over."""
    known = {id(call): _own_tokens(call, calls) for call in calls.calls}
    wrappers = {
        id(wrapper): wrapper for call in calls.calls for wrapper in _wrappers_of(call, calls)
    }
    deepest_first = sorted(
        wrappers.values(), key=lambda w: (-len(calls.forest.ancestors(w)), w.order)
    )
    for wrapper in deepest_first:
        inner = [c for c in calls.calls if any(w is wrapper for w in _wrappers_of(c, calls))]
        lacking = [call for call in inner if known[id(call)][0] is None]
        whole = calls.tokens(wrapper)
        if whole is None or not lacking:
            continue
        left = _less(whole, [known[id(call)][0] for call in inner])
        if left is not None:
            latest = max(lacking, key=lambda call: call.counted.order)
            known[id(latest)] = left, ["usage-from-wrapper", *wrapper.marks]
    return known


def _own_tokens(call: Call, calls: Calls) -> tuple[Tokens | None, list[str]]:
    own = calls.tokens(call.counted)
    marks = [mark for said in calls.speaking(call.counted) for mark in said.marks]
    said = [twin for twin in call.twins if calls.tokens(twin) is not None]
    contradicting = [twin for twin in said if own and not _same(calls.tokens(twin), own)]
    if contradicting:
        marks.append("usage-contradicted")
        identified = [twin for twin in contradicting if twin.response_id]
        if identified and call.counted.response_id is None:
            return calls.tokens(identified[0]), marks
    return own, marks


def _same(one: Tokens | None, other: Tokens | None) -> bool:
    sums = [(t.input or 0, t.output or 0) for t in (one, other) if t is not None]
    return len(set(sums)) == 1


def _less(whole: Tokens, parts: Sequence[Tokens | None]) -> Tokens | None:
    """Return what *whole* has more than *parts*, at least 0 of each; `None` if nothing."""
    left: dict[str, int] = {}
    for name in (f.name for f in fields(Tokens)):
        total = getattr(whole, name)
        if total is not None:
            used = sum(getattr(part, name) or 0 for part in parts if part is not None)
            left[name] = max(total - used, 0)
    return Tokens(**left) if any(left.values()) else None


def _wrappers_of(call: Call, calls: Calls) -> list[Said]:
    """Return everything that stands around the counted span, nearest first."""
    found = calls.structure.wrappers(call.counted)
    for twin in call.twins:
        found += [twin, *calls.structure.wrappers(twin)]
    return found


def _request(
    call: Call,
    calls: Calls,
    places: Places,
    tokens: dict[int, tuple[Tokens | None, list[str]]],
    price: Price,
) -> Request:
    said, place = call.counted, places.span_of(call)
    wrappers = _wrappers_of(call, calls)
    own = calls.speaking(said)
    spoken = [*own, *(s for wrapper in wrappers for s in calls.speaking(wrapper))]
    sent = sorted(
        (s for member in call.members for s in calls.transports(member)),
        key=lambda s: (s.end_ns, s.span_id, s.trace_id),
        reverse=True,
    )
    usage, marks = tokens[id(call)]
    request = Request(
        role=calls.role(said),
        trace_id=said.trace_id,
        span_id=said.span_id,
        request_id=_first(s.request_id for s in [*spoken, *sent]) or _made_id(said),
        session_id=places.session(place),
        session_name=places.name_of(call),
        path=places.path(place),
        user_id=places.user_id_of(call),
        properties=places.properties_of(call),
        start_ns=said.start_ns,
        end_ns=max(s.end_ns for s in own),
        provider=_first(s.provider for s in [*spoken, *sent]),
        request_model=_first(s.request_model for s in spoken),
        response_model=_first(s.response_model for s in spoken),
        response_id=_first(s.response_id for s in spoken),
        tokens=usage,
        cost_nano_usd=None,
        status=_status(said, [s.http_status for s in [*spoken, *sent]]),
        first_token_ns=next((s.first_token_ns for s in spoken if s.first_token_ns), None),
        marks=tuple(marks),
    )
    hit = any(s.is_cache_hit for s in [*spoken, *sent])
    reported = _reported_cost(own)
    for wrapper in wrappers:
        inner = [c for c in calls.calls if any(w is wrapper for w in _wrappers_of(c, calls))]
        if reported is None and len(inner) == 1:
            reported = _reported_cost(calls.speaking(wrapper))
    return replace(request, cost_nano_usd=0 if hit else reported or _priced(request, price))


def _reported_cost(speaking: Sequence[Said]) -> int | None:
    return next((said.cost_nano_usd for said in speaking if said.cost_nano_usd), None)


def _priced(request: Request, price: Price) -> int | None:
    model = request.response_model or request.request_model
    if model is None or request.tokens is None:
        return None
    return price(request.provider, model, request.start_ns, request.tokens)


def _status(said: Said, http_statuses: Sequence[int | None]) -> int:
    known = next((status for status in http_statuses if status is not None), None)
    if known is not None and known >= 400:
        return known
    return 500 if said.failed else known or 200


def _made_id(said: Said) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{said.trace_id}-{said.span_id}"))


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)


# section 6, last: log records


def _event_request(event: Event, price: Price) -> Request:
    request = Request(
        role=Role.COUNTED,
        trace_id=event.trace_id or "",
        span_id=event.span_id or "",
        request_id=event.request_id,
        session_id=event.session_id,
        session_name=event.session_name,
        path=event.path,
        user_id=event.user_id,
        properties=event.properties,
        start_ns=event.start_ns,
        end_ns=event.end_ns,
        provider=event.provider,
        request_model=event.model,
        response_model=None,
        response_id=event.response_id,
        tokens=event.tokens,
        cost_nano_usd=event.cost_nano_usd,
        status=event.status,
        first_token_ns=None,
        marks=("event", *event.marks),
    )
    return replace(request, cost_nano_usd=event.cost_nano_usd or _priced(request, price))
