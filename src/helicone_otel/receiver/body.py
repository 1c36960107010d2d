"""Request bodies off the socket, counted while they come."""

from starlette.requests import ClientDisconnect, Request

from ..errors import BadPayload, TooLarge

_ENOUGH_DIGITS = 19


async def read_body(request: Request, *, limit: int) -> bytes:
    """Return the body as sent, of at most *limit* bytes, chunked or not.

    Raises:
        TooLarge: it is longer, by its Content-Length or by count.
        BadPayload: the connection closed before its end.
    """
    _check_announced(request.headers.get("content-length", ""), limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            _check_size(size, limit)
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise BadPayload(f"the connection closed after {size} bytes of the body") from error
    return b"".join(chunks)


def _check_announced(content_length: str, limit: int) -> None:
    if content_length.isdecimal():
        _check_size(int(content_length[:_ENOUGH_DIGITS]), limit)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise TooLarge(
            f"the body has {size} bytes or more, expected at most {limit}: send smaller batches"
        )
