"""The server's sockets: its own, or those it was started with."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from helicone_otel.access import listen_addresses
from helicone_otel.errors import ConfigurationError
from helicone_otel.server import open_listeners
from helicone_otel.settings import Settings


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield holder.getsockname()[1]


def test_a_port_in_use_is_an_error_that_says_what_to_do(
    server_settings: Settings, taken_port: int
) -> None:
    told = rf"Port {taken_port} on 127.0.0.1 .* in use.* choose with {{}} \(0 picks one\)"
    with pytest.raises(ConfigurationError, match=told.format("--port")):
        open_listeners(replace(server_settings, port=taken_port))
    with pytest.raises(ConfigurationError, match=told.format("--grpc-port")):
        open_listeners(replace(server_settings, grpc_port=taken_port))


def test_a_port_is_free_again_when_the_other_cannot_be_had(
    server_settings: Settings, taken_port: int
) -> None:
    with closing(open_listeners(server_settings)) as listeners:
        free = listeners.http[0].getsockname()[1]
    settings = replace(server_settings, port=free, grpc_port=taken_port)
    with pytest.raises(ConfigurationError):
        open_listeners(settings)
    open_listeners(replace(server_settings, port=free)).close()


def test_localhost_is_both_loopbacks_for_both_transports(server_settings: Settings) -> None:
    with closing(open_listeners(server_settings)) as listeners:
        ports = [group[0].getsockname()[1] for group in (listeners.http, listeners.grpc)]
    settings = replace(server_settings, port=ports[0], grpc_port=ports[1])
    with closing(open_listeners(settings)) as listeners:
        for group, port in zip((listeners.http, listeners.grpc), ports, strict=True):
            addresses = [listener.getsockname()[0] for listener in group]
            assert addresses == list(listen_addresses("localhost", port))


def test_answers_are_not_held_back(server_settings: Settings) -> None:
    """Else each waits for the 40 ms in which the other side may put off its acknowledgement."""
    with closing(open_listeners(server_settings)) as listeners:
        for listener in (*listeners.http, *listeners.grpc):
            assert listener.proto == socket.IPPROTO_TCP
