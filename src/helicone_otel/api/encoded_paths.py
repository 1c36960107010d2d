"""Ids in URL paths: `a%2Fb` is one segment, the id `a/b`."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send

ID_PREFIXES = ("/api/", "/v1/session/", "/v1/request/", "/jaeger/")
"""Where paths hold ids that came from strangers."""


class _QuotedConvertor(Convertor[str]):
    """One segment of a path as sent, decoded when it has been found."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return unquote(value)

    def to_string(self, value: str) -> str:
        return quote(value, safe="")


class EncodedPaths:
    """ASGI middleware: below *prefixes*, routes match the path as it was sent.

    It must come before everything that looks at paths, or two would see two.
    """

    def __init__(self, app: ASGIApp, *, prefixes: Sequence[str]) -> None:
        self._app = app
        self._prefixes = tuple(prefixes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw_path = scope.get("raw_path")
        if raw_path and scope["path"].startswith(self._prefixes):
            scope = {**scope, "path": raw_path.decode("latin-1")}
        await self._app(scope, receive, send)


def register_quoted_segments() -> None:
    """Make `{name:quoted}` known to routes; doing so again changes nothing."""
    register_url_convertor("quoted", _QuotedConvertor())
