"""How Helicone's API says no: its envelope, and its 422 with a path for every mistake."""

import logging
import math
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from ..access import Refusal
from ..errors import (
    BadPayload,
    HeliconeOtelError,
    NotFound,
    StoreUnavailable,
    TookTooLong,
    TooLarge,
)
from ..session_reference import clean_text
from .helicone_request import request_within_limit

_MAX_MISTAKES = 50
_MAX_SHOWN_BYTES = 100
_MAX_INTEGER = 2**53
_OF_A_MEMBER = 2
"""Pieces of the place of a member of the body: `body` and its name."""
_RETRY_AFTER = {"Retry-After": "1"}

log = logging.getLogger(__name__)


class OutOfRange(HeliconeOtelError):
    """A number is not within what Helicone takes; it answers 500 and says which."""


class HeliconeRoute(APIRoute):
    """A route whose errors have Helicone's shapes, whatever they are."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(await request_within_limit(request))
            except Exception as error:  # noqa: BLE001 - `_answer` logs what it does not know
                return _answer(error)

        return answer


def helicone_refusal(refusal: Refusal, _headers: Headers) -> Response:
    """Say that a request is not let in."""
    return failure(refusal.status, refusal.message, refusal.headers)


def failure(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"data": None, "error": message}, status_code=status, headers=headers)


def _answer(error: Exception) -> Response:
    match error:
        case RequestValidationError():
            return _refusal(error)
        case HTTPException():
            return failure(error.status_code, _unreadable(error))
        case TooLarge():
            return failure(413, str(error))
        case BadPayload():
            return failure(400, str(error))
        case StoreUnavailable():
            return failure(503, str(error), _RETRY_AFTER)
        case NotFound():
            return failure(404, str(error))
        case TookTooLong():
            return failure(503, str(error))
        case OutOfRange():
            return failure(500, str(error))
        case _:
            log.error("a session query failed unexpectedly", exc_info=error)
            return failure(500, "The server failed: its log has the reason.")


def _unreadable(error: HTTPException) -> str:
    """Say why FastAPI could not parse a body, which it keeps as the cause."""
    match error.__cause__:
        case None:
            return error.detail
        case RecursionError():
            return "The body is JSON that is nested too deep."
        case reason:
            return f"The body cannot be read as JSON: {reason}"


def _refusal(error: RequestValidationError) -> Response:
    mistakes = error.errors()[:_MAX_MISTAKES]
    for mistake in mistakes:
        if mistake["type"] == "json_invalid":
            reason = mistake.get("ctx", {}).get("error", "")
            return failure(400, f"The body is not valid JSON: {reason}".rstrip(": "))
    details = {_path(_place(mistake)): _detail(mistake) for mistake in mistakes}
    return JSONResponse({"message": "Validation Failed", "details": details}, status_code=422)


def _place(mistake: dict[str, Any]) -> tuple[str | int, ...]:
    """Return where a mistake is: an excess property below the top is its object's."""
    location: tuple[str | int, ...] = mistake["loc"]
    return location[:-1] if _is_nested_excess(mistake) else location


def _is_nested_excess(mistake: dict[str, Any]) -> bool:
    return mistake["type"] == "extra_forbidden" and len(mistake["loc"]) > _OF_A_MEMBER


def _path(location: tuple[str | int, ...]) -> str:
    return ".".join(["requestBody", *(_label(piece) for piece in location[1:])])


def _detail(mistake: dict[str, Any]) -> dict[str, object]:
    field = _label(mistake["loc"][-1]) if len(mistake["loc"]) > 1 else "requestBody"
    nested = _is_nested_excess(mistake)
    match mistake["type"]:
        case "missing":
            return {"message": f"'{field}' is required"}
        case "extra_forbidden":
            message = f'"{field}" is an excess property and therefore is not allowed'
            value = _echo(mistake["input"]).get("value")
            return {"message": message, "value": {field: value} if nested else field}
        case _ if isinstance(mistake.get("input"), bytes):  # only JSON bodies are parsed
            message = "The body is not taken for JSON: send Content-Type: application/json"
            return {"message": message}
        case _:
            return {"message": mistake["msg"], **_echo(mistake.get("input"))}


def _label(piece: str | int) -> str:
    """Return a key as strangers sent it, fit to be sent back."""
    return clean_text(str(piece), max_bytes=_MAX_SHOWN_BYTES)


def _echo(value: object) -> dict[str, object]:
    """Return `value` if it is a short scalar, for JSON carries no other one for sure."""
    match value:
        case None | bool():
            shown = True
        case int():
            shown = abs(value) <= _MAX_INTEGER
        case float():
            shown = math.isfinite(value)
        case str():
            shown = value.isprintable() and len(value) <= _MAX_SHOWN_BYTES
        case _:
            shown = False
    return {"value": value} if shown else {}
