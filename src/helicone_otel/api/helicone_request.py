"""Bodies of Helicone's endpoints, counted while they come off the socket."""

import json
from typing import NoReturn

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from ..errors import BadPayload, TooLarge

MAX_BODY_BYTES = 1024 * 1024
"""A query has a few hundred."""
_ENOUGH_DIGITS = 19


async def request_within_limit(request: Request) -> Request:
    """Return *request* with its body read.

    Raises:
        TooLarge: the body is over `MAX_BODY_BYTES`, by its Content-Length or by count.
        BadPayload: the connection closed before its end.
    """
    body = await _read(request)

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return _StrictRequest(request.scope, replay)


class _StrictRequest(Request):
    """A request whose JSON is JSON: Python would take `NaN` and `Infinity` for numbers, too."""

    async def json(self) -> object:
        return json.loads(await self.body(), parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number.")


async def _read(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal():
        _check_size(int(announced[:_ENOUGH_DIGITS]))
    body = bytearray()
    try:
        async for chunk in request.stream():
            _check_size(len(body) + len(chunk))
            body += chunk
    except ClientDisconnect as error:
        raise BadPayload(f"The connection closed after {len(body)} bytes of the body.") from error
    return bytes(body)


def _check_size(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise TooLarge(f"The body has {size} bytes or more, expected at most {MAX_BODY_BYTES}.")
