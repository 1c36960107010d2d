"""Session headers for HTTP libraries that are not wrapped: written by a propagator or a hook.

They see a request's headers, and learn of the host from its span or its `Host`. No host, no header.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from threading import Lock
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, get_current_span

from .. import semconv
from .activation import REQUEST_IDS_VARIABLE, Activation, is_disabled, wants
from .call_headers import hand_set, plan_call
from .current import session_in
from .hosts import HOSTS_VARIABLE, AllowList, allow_list
from .injection import Entry

Carrier: TypeAlias = MutableMapping[str, str]
Set: TypeAlias = Callable[[str, str], None]
CallKey: TypeAlias = tuple[str | None, ...]

MAX_REMEMBERED = 4096
_WRAPPED_LIBRARIES = ("httpx.", "httpx2.")


class Place(NamedTuple):
    """Where a request goes, as far as it is known."""

    scheme: str
    raw_host: bytes
    port: int | None


class _Written:
    """What was written for the latest calls: libraries copy headers to redirects."""

    def __init__(self) -> None:
        self._by_call: OrderedDict[CallKey, tuple[tuple[str, str], ...]] = OrderedDict()
        self._lock = Lock()

    def remember(self, call: CallKey, headers: tuple[tuple[str, str], ...]) -> None:
        with self._lock:
            self._by_call[call] = headers
            if len(self._by_call) > MAX_REMEMBERED:
                self._by_call.popitem(last=False)

    def by(self, call: CallKey) -> tuple[tuple[str, str], ...]:
        return self._by_call.get(call, ())


_WRITTEN = _Written()


def fill(carrier: Carrier, write: Set, context: Context) -> None:
    """Write the session headers of a request that is about to be sent, with *write*.

    To a host off the list nothing goes, and what we wrote for the hop before is taken away.
    """
    if is_disabled() or _is_served_by_wrapper(carrier):
        return
    span = get_current_span(context)
    take_away(carrier)
    place = place_of(span, carrier)
    if place is None or not is_listed(place):
        return
    entries: list[Entry] = [
        (name.encode(), name.lower().encode(), str(value).encode(errors="replace"))
        for name, value in carrier.items()
    ]
    here = session_in(context)
    plan = plan_call(hand_set(entries), here, listed=True, request_ids=_wants_request_ids())
    if plan is None:
        return
    written = tuple((name.decode(), value.decode()) for name, _, value in plan.headers)
    for name, value in written:
        write(name, value)
    _WRITTEN.remember(_call_of(carrier), written)
    if span.is_recording():
        span.set_attributes(plan.own_attributes)


def take_away(carrier: Carrier) -> None:
    """Remove what we have written for the hop before; what the caller set stays."""
    for name, value in _WRITTEN.by(_call_of(carrier)):
        if carrier.get(name) == value:
            del carrier[name]


def _call_of(carrier: Carrier) -> CallKey:
    """Return what tells one call from others: its request id, or with those off, its place."""
    request_id = carrier.get(semconv.HEADER_REQUEST_ID)
    if request_id:
        return (request_id,)
    return carrier.get(semconv.HEADER_SESSION_ID), carrier.get(semconv.HEADER_SESSION_PATH)


def is_listed(place: Place) -> bool:
    """Tell whether *place* may see session headers."""
    active = Activation.current
    if active is None or active.hosts is None:
        return _hosts_of(os.environ.get(HOSTS_VARIABLE, "")).allows(*place)
    return active.hosts.allows(*place)


def _wants_request_ids() -> bool:
    active = Activation.current
    return wants(None, REQUEST_IDS_VARIABLE) if active is None else active.request_ids


@lru_cache(maxsize=8)
def _hosts_of(named: str) -> AllowList:  # noqa: ARG001 - the environment has said so, too
    return allow_list()


def place_of(span: Span, carrier: Carrier) -> Place | None:
    """Return where a request goes; `None` if that is not known, or told in two ways."""
    attributes = getattr(span, "attributes", None) or {}
    sends = getattr(span, "kind", None) is SpanKind.CLIENT
    url = attributes.get(semconv.URL_FULL) or attributes.get(semconv.OLD_HTTP_URL)
    by_span = place_of_url(str(url)) if sends and url else None
    host = carrier.get("Host") or carrier.get("host")
    if not host:
        return by_span
    by_header = place_of_url(f"//{host}")
    if by_span is None or by_header is None:
        return by_header
    return by_span if by_span.raw_host == by_header.raw_host else None


def place_of_url(url: str) -> Place | None:
    """Return the place that *url* names; `None` if it cannot be read."""
    try:
        parts = urlsplit(url)
        if not parts.hostname:
            return None
        host = parts.hostname.encode("ascii") if parts.hostname.isascii() else None
        return Place(parts.scheme, host or parts.hostname.encode("idna"), parts.port)
    except ValueError:
        return None


def _is_served_by_wrapper(carrier: object) -> bool:
    """Tell headers of a library whose every hop is wrapped: it needs nothing from here."""
    return Activation.current is not None and type(carrier).__module__.startswith(
        _WRAPPED_LIBRARIES
    )
