"""How our own API says no: one sentence in `error`."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from ..errors import BadPayload, HeliconeOtelError, NotFound, StoreUnavailable, TookTooLong
from ..session_reference import clean_text

_MAX_SHOWN_BYTES = 200
_RETRY_AFTER = {"Retry-After": "1"}

log = logging.getLogger(__name__)


class BadQuestion(BadPayload):
    """A parameter of the question is not what it should be; the text names it."""


class ApiRoute(APIRoute):
    """A route whose errors are `{"error": "..."}`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException:
                raise
            except (HeliconeOtelError, RequestValidationError) as error:
                return _answer(error)
            except Exception:
                log.exception("a question failed unexpectedly")
                return _failure(500, "The server failed: its log has the reason.")

        return answer


def _answer(error: HeliconeOtelError | RequestValidationError) -> Response:
    match error:
        case RequestValidationError():
            return _failure(422, _told(error))
        case NotFound():
            return _failure(404, str(error))
        case BadPayload():
            return _failure(422, str(error))
        case TookTooLong():
            return _failure(503, str(error))
        case StoreUnavailable():
            return JSONResponse({"error": str(error)}, status_code=503, headers=_RETRY_AFTER)
        case _:
            log.error("a question failed unexpectedly", exc_info=error)
            return _failure(500, "The server failed: its log has the reason.")


def _told(error: RequestValidationError) -> str:
    first = error.errors()[0]
    name = clean_text(str(first["loc"][-1]), max_bytes=_MAX_SHOWN_BYTES)
    return f"`{name}`: {first['msg']}"


def _failure(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status_code=status)
