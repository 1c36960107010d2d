"""Which web pages may send telemetry, and that no other page writes."""

from collections.abc import Iterable

from starlette.datastructures import Headers

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PREFLIGHT_SECONDS = "600"


class Origins:
    """The origins allowed to send telemetry from a browser."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = {origin.rstrip("/").lower() for origin in allowed}

    def include(self, origin: str | None) -> bool:
        return origin is not None and origin.lower() in self._allowed


def is_foreign_write(method: str, headers: Headers) -> bool:
    """Return whether a page of another origin makes this request, and it could change things."""
    origin = headers.get("origin")
    if origin is None or method in _SAFE_METHODS:
        return False
    _, _, authority = origin.partition("://")
    return authority.lower() != headers.get("host", "").lower()


def is_preflight(method: str, headers: Headers) -> bool:
    return method == "OPTIONS" and "access-control-request-method" in headers


def preflight_headers() -> dict[str, str]:
    """Return what a page may send besides what every page may."""
    return {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "authorization, content-encoding, content-type",
        "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
    }


def answer_headers(origin: str) -> dict[str, str]:
    """Return what lets the page of *origin* see the answer; never with the user's cookies."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
        "Vary": "Origin",
    }
