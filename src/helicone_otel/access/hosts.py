"""The names this server answers to.

A page on a foreign site can point its own name at this machine and then read what the server
says; the browser still tells that name in the Host header.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:@/\\\s]+)(?::\d{1,5})?")


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches what listens on *host*."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def listen_addresses(host: str, port: int) -> Sequence[str]:
    """Return what to listen on; for `localhost` both loopbacks, as clients try either first.

    A free port of one (*port* 0) may be taken on the other, so then it is one only.
    """
    if host != "localhost":
        return (host,)
    return ("127.0.0.1", "::1") if port and _has_ipv6() else ("127.0.0.1",)


class HostNames:
    """The names of loopback, of the address that is listened on, and those allowed besides."""

    def __init__(self, bound: str, allowed: Iterable[str] = ()) -> None:
        self._names = {_plain(name) for name in (*LOOPBACK_NAMES, bound, *allowed)}
        self._any_address = bound in _EVERYWHERE

    def include(self, host_header: str) -> bool:
        """Return whether a Host header's value, with or without a port, is one of them."""
        matched = _HOST.fullmatch(host_header)
        if matched is None:
            return False
        name = _plain(matched[1].strip("[]"))
        # An address cannot be pointed elsewhere, so any that reached us is ours.
        return name in self._names or (self._any_address and _address(name) is not None)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _plain(name: str) -> str:
    return name.lower().rstrip(".")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
