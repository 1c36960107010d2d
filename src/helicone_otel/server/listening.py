"""Sockets and addresses."""

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..access import listen_addresses
from ..errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a started server listens."""

    http_url: str
    grpc_address: str


def listen(host: str, port: int) -> Sequence[socket.socket]:
    """Return a listening socket for each address; port 0 takes a free one.

    Raises:
        ConfigurationError: the port cannot be had.
    """
    listeners: list[socket.socket] = []
    for address in listen_addresses(host, port):
        try:
            listeners.append(_bind(address, port))
        except OSError as error:
            close_all(listeners)
            raise ConfigurationError(
                f"Port {port} on {address} cannot be used: {error.strerror}. Another helicone-otel "
                "or a Collector may hold it; stop it, or choose with --port (0 picks one)."
            ) from error
    return listeners


def close_all(listeners: Iterable[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


def addresses(host: str, port: int, grpc_port: int) -> Addresses:
    """Return what to tell people: the first of the addresses that are listened on."""
    first = listen_addresses(host, port)[0]
    shown = f"[{first}]" if ":" in first else first
    return Addresses(http_url=f"http://{shown}:{port}", grpc_address=f"{shown}:{grpc_port}")


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
