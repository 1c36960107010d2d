"""What is in a session, a page at a time."""

from ..model import BEFORE_ALL, LlmRequest, SpanPlace, value
from ..session_calls import Call, SpanKey
from ..session_conversation import Turn
from ..session_pages import BEFORE_EVERY_TURN, Page, TurnPlace
from .cursors import MAX_INT64, decode_cursor, encode_cursor, unknown_cursor
from .message_bodies import TurnBody, turn_body
from .session_bodies import SessionCall, SessionRequest, call_body, request_body


@value
class RequestPage:
    requests: list[SessionRequest]
    """In start order."""
    next_cursor: str | None
    """Pass it as `cursor` for the next page; null at the end."""


@value
class CallPage:
    spans: list[SessionCall]
    """Parents first, each followed by all below it."""
    next_cursor: str | None


@value
class TurnPage:
    messages: list[TurnBody]
    """In the order of the spans that brought them."""
    next_cursor: str | None


def request_page(page: Page[LlmRequest, SpanPlace]) -> RequestPage:
    return RequestPage(
        requests=[request_body(request) for request in page.items],
        next_cursor=encode_cursor(page.next_after),
    )


def call_page(page: Page[Call, SpanKey]) -> CallPage:
    return CallPage(
        spans=[call_body(call) for call in page.items], next_cursor=encode_cursor(page.next_after)
    )


def turn_page(page: Page[Turn, TurnPlace]) -> TurnPage:
    return TurnPage(
        messages=[turn_body(turn) for turn in page.items],
        next_cursor=encode_cursor(page.next_after),
    )


def request_place_of(cursor: str | None) -> SpanPlace:
    """Return the place of the last request of the page before.

    Raises:
        BadQuestion: *cursor* is none that a page gave; so it is below.
    """
    if cursor is None:
        return BEFORE_ALL
    match decode_cursor(cursor):
        case [int(start_ns), str(span_id), str(trace_id)] if start_ns <= MAX_INT64:
            return SpanPlace(start_ns, span_id, trace_id)
        case _:
            raise unknown_cursor()


def call_place_of(cursor: str | None) -> SpanKey | None:
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [str(trace_id), str(span_id)]:
            return trace_id, span_id
        case _:
            raise unknown_cursor()


def turn_place_of(cursor: str | None) -> TurnPlace:
    if cursor is None:
        return BEFORE_EVERY_TURN
    match decode_cursor(cursor):
        case [int(start_ns), str(span_id), str(trace_id), int(number)]:
            return TurnPlace(start_ns, span_id, trace_id, number)
        case _:
            raise unknown_cursor()
