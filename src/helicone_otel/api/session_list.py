"""What may be asked of the list of sessions, as a filter, an order and a place in it."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict
from pydantic import Field as Described
from starlette.datastructures import QueryParams

from ..model import (
    Condition,
    Field,
    Operator,
    SessionCursor,
    SessionFilter,
    SessionNumber,
    SessionOrder,
    SessionStatus,
)
from ..query import SessionPage
from ..session_reference import normalize_path
from .api_route import BadQuestion
from .cursors import MAX_INT64, PageParams, decode_cursor, encode_cursor, unknown_cursor
from .session_bodies import SessionList, session_body

_MAX_CONDITIONS = 64
_MAX_TEXT = 8 * 1024
_PROPERTY = "property."
_NANO, _MILLI = 1_000_000_000, 1_000_000
_DATE = len("2024-02-29T")
_DIGITS = re.compile(r"\d{1,16}")

_Text = Annotated[str | None, Described(min_length=1, max_length=_MAX_TEXT)]
_Number = Annotated[float | None, Described(allow_inf_nan=False)]


def _moment_ns(text: object) -> object:
    """Return nanoseconds of ISO 8601, UTC unless it names a zone, or of Unix milliseconds."""
    if not isinstance(text, str):
        return text
    if _DIGITS.fullmatch(text):
        return min(int(text) * _MILLI, MAX_INT64)
    try:
        # The plus of a zone that was not percent-encoded comes as a space.
        moment = datetime.fromisoformat(text[:_DATE] + text[_DATE:].replace(" ", "+"))
    except ValueError as error:
        message = "expected a time as 2024-02-29T12:00:00Z, or Unix milliseconds"
        raise ValueError(message) from error
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(zoned.timestamp() * 1000) * _MILLI


_Moment = Annotated[int | None, BeforeValidator(_moment_ns, json_schema_input_type=str | None)]


_COST, _DURATION = "In USD.", "From the first request's start to the last one's end."
_LATENCY, _REQUESTS = "Average over the requests.", "LLM requests."
_TOKENS, _ERRORS = "Prompt and completion together.", "Failed requests."


class SessionListParams(PageParams):
    """Filters hold together. `property.NAME=VALUE` asks for sessions with such a request."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    name: _Text = Described(default=None, description="Exactly this session name.")
    user: _Text = Described(default=None, description="Some request is of this user.")
    path: _Text = Described(default=None, description="Some request is on this path or below.")
    model: _Text = Described(default=None, description="Some request was answered by this model.")
    provider: _Text = Described(default=None, description="Some request went to this provider.")
    status: SessionStatus | None = Described(
        default=None, description="`failed` if some request failed."
    )
    search: _Text = Described(default=None, description="In ids, names, and words of messages.")
    overlaps_from: _Moment = Described(
        default=None, alias="from", description="It ended then or later: ISO 8601 or Unix ms."
    )
    overlaps_to: _Moment = Described(
        default=None, alias="to", description="It started then or earlier: ISO 8601 or Unix ms."
    )
    min_cost: _Number = Described(default=None, description=_COST)
    max_cost: _Number = Described(default=None, description=_COST)
    min_duration_ms: _Number = Described(default=None, description=_DURATION)
    max_duration_ms: _Number = Described(default=None, description=_DURATION)
    min_latency_ms: _Number = Described(default=None, description=_LATENCY)
    max_latency_ms: _Number = Described(default=None, description=_LATENCY)
    min_requests: _Number = Described(default=None, description=_REQUESTS)
    max_requests: _Number = Described(default=None, description=_REQUESTS)
    min_tokens: _Number = Described(default=None, description=_TOKENS)
    max_tokens: _Number = Described(default=None, description=_TOKENS)
    min_errors: _Number = Described(default=None, description=_ERRORS)
    max_errors: _Number = Described(default=None, description=_ERRORS)
    sort: SessionNumber = Described(
        default=SessionNumber.STARTED, description="By which number of the whole session."
    )
    order: Literal["asc", "desc"] = Described(default="desc", description="The largest first.")


_KNOWN = frozenset(field.alias or name for name, field in SessionListParams.model_fields.items())
_FACETS = {"user": Field.USER_ID, "model": Field.MODEL, "provider": Field.PROVIDER}
_SCALES = {
    "cost": (SessionNumber.COST, _NANO),
    "duration_ms": (SessionNumber.DURATION, _MILLI),
    "latency_ms": (SessionNumber.LATENCY, _MILLI),
    "requests": (SessionNumber.REQUESTS, 1),
    "tokens": (SessionNumber.TOKENS, 1),
    "errors": (SessionNumber.ERRORS, 1),
}


def session_filter_of(params: SessionListParams, query: QueryParams) -> SessionFilter:
    """Return what *params* ask for, and the properties in *query*.

    Raises:
        BadQuestion: *query* has a parameter that nobody knows, or too many.
    """
    at_least, at_most = _bounds(params, "min"), _bounds(params, "max")
    if params.overlaps_from is not None:
        at_least[SessionNumber.ENDED] = params.overlaps_from
    if params.overlaps_to is not None:
        at_most[SessionNumber.STARTED] = params.overlaps_to
    requests = [*_on_requests(params), *_on_properties(query)]
    if len(requests) > _MAX_CONDITIONS:
        raise BadQuestion(
            f"There are {len(requests)} conditions, expected at most {_MAX_CONDITIONS}."
        )
    return SessionFilter(
        name=params.name,
        requests=requests,
        is_failed=None if params.status is None else params.status is SessionStatus.FAILED,
        at_least=at_least,
        at_most=at_most,
        search=params.search,
    )


def _bounds(params: SessionListParams, end: str) -> dict[SessionNumber, float]:
    bounds: dict[SessionNumber, float] = {}
    for name, (number, scale) in _SCALES.items():
        given = getattr(params, f"{end}_{name}")
        if given is not None:
            bounds[number] = given * scale
    return bounds


def _on_requests(params: SessionListParams) -> Iterator[Condition]:
    for name, field in _FACETS.items():
        if given := getattr(params, name):
            shown = given.upper() if field is Field.PROVIDER else given
            yield Condition(field=field, operator=Operator.EQUALS, operand=shown)
    if params.path:
        path = normalize_path(params.path)
        yield Condition(field=Field.PATH, operator=Operator.WITHIN, operand=path)


def _on_properties(query: QueryParams) -> Iterator[Condition]:
    for name, text in query.multi_items():
        if name in _KNOWN:
            continue
        key = name.removeprefix(_PROPERTY)
        if key == name or not key or not text:
            known = ", ".join(sorted(_KNOWN))
            raise BadQuestion(f"`{name[:100]}` is no parameter: use property.NAME, or {known}.")
        yield Condition(field=Field.PROPERTY, operator=Operator.EQUALS, operand=text, key=key)


def order_of(params: SessionListParams) -> SessionOrder:
    return SessionOrder(number=params.sort, is_descending=params.order == "desc")


def list_body(page: SessionPage, order: SessionOrder) -> SessionList:
    after = page.next_after
    return SessionList(
        sessions=[session_body(summary) for summary in page.sessions],
        next_cursor=encode_cursor(after and (order.number, order.is_descending, *after)),
        unsearched_sessions=page.unsearched,
    )


def session_cursor_of(cursor: str | None, order: SessionOrder) -> SessionCursor | None:
    """Return the place in the list.

    Raises:
        BadQuestion: *cursor* is not one that a page of this list gave in this order.
    """
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [order.number, order.is_descending, int() | float() as number, str(session_id)]:
            if math.isfinite(number) and abs(number) <= MAX_INT64:
                return SessionCursor(number, session_id)
        case _:
            pass
    raise unknown_cursor()
