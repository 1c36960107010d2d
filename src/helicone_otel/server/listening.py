"""Sockets and addresses."""

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from ..access import listen_addresses
from ..errors import ConfigurationError
from ..settings import Settings
from .handover import Transport, inherited_sockets


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a started server listens."""

    http_url: str
    grpc_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """The sockets of both transports.

    A server serves on duplicates. When it has stopped, whoever connects is refused if the originals
    were closed before, and waits for the next server if they are still open.
    """

    http: Sequence[socket.socket]
    grpc: Sequence[socket.socket]

    def duplicates(self) -> Self:
        return type(self)(
            http=[listener.dup() for listener in self.http],
            grpc=[listener.dup() for listener in self.grpc],
        )

    def close(self) -> None:
        _close_all((*self.http, *self.grpc))

    def by_transport(self) -> Sequence[tuple[Transport, socket.socket]]:
        http = [(Transport.HTTP, listener) for listener in self.http]
        return [*http, *((Transport.GRPC, listener) for listener in self.grpc)]

    def addresses(self) -> Addresses:
        """Return what to tell people: the first of those that are listened on."""
        http, grpc = (_shown(listeners[0]) for listeners in (self.http, self.grpc))
        return Addresses(http_url=f"http://{http}", grpc_address=grpc)


def open_listeners(settings: Settings) -> Listeners:
    """Return the sockets this process was started with, and for want of these its own.

    Raises:
        ConfigurationError: a port cannot be had, or a socket was handed over that is not asked for.
    """
    given = inherited_sockets(settings)
    http = given[Transport.HTTP] or _bind_all(settings.host, settings.port, "--port")
    try:
        grpc = given[Transport.GRPC] or _bind_all(settings.host, settings.grpc_port, "--grpc-port")
    except ConfigurationError:
        _close_all(http)
        raise
    return Listeners(http=http, grpc=grpc)


def _bind_all(host: str, port: int, option: str) -> Sequence[socket.socket]:
    """Return a bound socket for each address; port 0 takes a free one."""
    listeners: list[socket.socket] = []
    for address in listen_addresses(host, port):
        try:
            listeners.append(_bind(address, port))
        except OSError as error:
            _close_all(listeners)
            raise ConfigurationError(
                f"Port {port} on {address} cannot be used: {error.strerror}. Another helicone-otel "
                f"or a Collector may hold it; stop it, or choose with {option} (0 picks one)."
            ) from error
    return listeners


def _bind(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Of no named protocol, asyncio would leave Nagle on: 40 ms for each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
    except OSError:
        listener.close()
        raise
    return listener


def _close_all(listeners: Iterable[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


def _shown(listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
