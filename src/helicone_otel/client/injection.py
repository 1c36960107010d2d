"""Put headers on an HTTP request for as long as it is sent."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias

Entry: TypeAlias = tuple[bytes, bytes, bytes]
"""A header: its name as on the wire, its name in lower case, its value."""
RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]


class RequestUrl(Protocol):
    @property
    def scheme(self) -> str: ...
    @property
    def raw_host(self) -> bytes: ...
    @property
    def port(self) -> int | None: ...
    @property
    def raw_path(self) -> bytes: ...


class HttpHeaders(Protocol):
    def __init__(self, headers: "RawHeaders | HttpHeaders", /) -> None: ...
    def __len__(self) -> int: ...
    @property
    def raw(self) -> RawHeaders: ...


class HttpRequest(Protocol):
    """The request of httpx and httpx2, seen without importing either."""

    headers: HttpHeaders

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> RequestUrl: ...
    @property
    def content(self) -> bytes: ...


class Injected(NamedTuple):
    """One sending of a request with headers of ours: what `take_back` undoes."""

    request: HttpRequest
    before: HttpHeaders
    sent: HttpHeaders
    sent_count: int
    """How many headers there were when we left them."""
    added: Sequence[Entry]


def entries_of(headers: HttpHeaders) -> Sequence[Entry]:
    """Return all of *headers*; do not change what is returned."""
    if _keeps_entries(type(headers)):
        return headers._list  # type: ignore[attr-defined, no-any-return] # noqa: SLF001 - looked at
    return [(name, name.lower(), value) for name, value in headers.raw]


def inject(request: HttpRequest, added: Sequence[Entry]) -> Injected:
    """Add headers, none of which the request has, for one sending."""
    before = request.headers
    request.headers = sent = _with(before, added)
    return Injected(request, before, sent, len(sent), added)


def take_back(injected: Injected) -> None:
    """Take our headers off again: the caller, or a redirect, may send them elsewhere.

    What others added meanwhile, such as `traceparent`, stays.
    """
    request, before, sent, count, added = injected
    now = request.headers
    if now is sent and len(now) == count:
        request.headers = before
        return
    ours = {lowered for _, lowered, _ in added}
    left = [(name, value) for name, lowered, value in entries_of(now) if lowered not in ours]
    request.headers = type(now)(left)


@lru_cache(maxsize=64)
def _keeps_entries(kind: type[HttpHeaders]) -> bool:
    """Tell whether headers of *kind* keep entries as httpx and httpx2 do, in a private list.

    Making headers anew through the public way takes a fifth of what a call may cost.
    """
    probe = kind([(b"A", b"b")])
    return vars(probe).get("_list") == [(b"A", b"a", b"b")]


def _with(before: HttpHeaders, added: Sequence[Entry]) -> HttpHeaders:
    if not _keeps_entries(type(before)):
        return type(before)([*before.raw, *((name, value) for name, _, value in added)])
    copy = type(before)(before)
    copy._list.extend(added)  # type: ignore[attr-defined] # noqa: SLF001 - looked at
    return copy
