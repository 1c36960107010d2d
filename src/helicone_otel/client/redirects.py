"""Keep session headers from following redirects in requests and aiohttp.

Both instrumentations inject once for a call, and the libraries copy all headers to the next host.
"""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache, wraps
from typing import Any, Protocol

from .carriers import is_listed, place_of_url, take_away
from .reports import report_failure


class Hop(Protocol):
    """One request on its way, as requests and aiohttp have it."""

    url: object
    headers: MutableMapping[str, str]


@lru_cache(maxsize=64)
def guard_redirects(carrier_type: type) -> None:
    """Watch each hop of the library that *carrier_type* is from; for the life of the process."""
    match carrier_type.__module__.partition(".")[0]:
        case "requests":
            _wrap("requests.adapters", "HTTPAdapter", "send", _checked)
        case "multidict":
            _wrap("aiohttp.client_reqrep", "ClientRequest", "send", _checked_async)
        case _:
            pass  # the others inject hop by hop


def _wrap(module: str, owner_name: str, method: str, around: Callable[..., object]) -> None:
    owner = getattr(sys.modules.get(module), owner_name, None)
    if owner is not None:
        setattr(owner, method, around(getattr(owner, method)))


def _checked(send: Callable[..., object]) -> Callable[..., object]:
    @wraps(send)
    def checked(adapter: object, request: Hop, *args: object, **kwargs: object) -> object:
        _check(request)
        return send(adapter, request, *args, **kwargs)

    return checked


def _checked_async(send: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[Any]]:
    @wraps(send)
    async def checked(request: Hop, *args: object, **kwargs: object) -> object:
        _check(request)
        return await send(request, *args, **kwargs)

    return checked


def _check(request: Hop) -> None:
    try:
        place = place_of_url(str(request.url))
        if place is None or not is_listed(place):
            take_away(request.headers)
    except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
        report_failure("Checking a redirect", error)
