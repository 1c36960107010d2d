"""Connections that hold on for nothing are let go."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from helicone_otel.access import listen_addresses
from helicone_otel.settings import ConnectionLimits, Settings
from running import RunningServer, serving
from trouble import wait_until_refused

SOON = 0.2
POST = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
GET = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
OPENAPI = b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n"
Serve = Callable[..., RunningServer]


@pytest.fixture
def serve_within(server_settings: Settings) -> Iterator[Serve]:
    """Serve with limits of connections that a test can wait for."""
    with ExitStack() as stack:
        yield lambda **limits: stack.enter_context(
            serving(replace(server_settings, connections=ConnectionLimits(**limits)))
        )


def connect(server: RunningServer) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=20)


def said_until_closed(connection: socket.socket) -> bytes:
    """Return all that the server sends; it must close the connection."""
    said = b""
    try:
        while chunk := connection.recv(65536):
            said += chunk
    except ConnectionResetError:
        pass
    return said


def read_health(connection: socket.socket) -> None:
    """Read one answer; its head and body may come one after the other."""
    said = b""
    while not said.endswith(b'{"status":"ok"}'):
        said += (piece := connection.recv(65536))
        assert piece, "it was closed"
    assert said.startswith(b"HTTP/1.1 200 ")


def exchange(server: RunningServer, *sent: bytes) -> bytes:
    with closing(connect(server)) as connection:
        for piece in sent:
            connection.sendall(piece)
        return said_until_closed(connection)


def test_a_connection_that_says_nothing_is_closed(serve_within: Serve) -> None:
    assert exchange(serve_within(head_seconds=SOON)) == b""


@pytest.mark.parametrize("sent", [b"P", POST, POST + b"x-more: "])
def test_a_head_that_does_not_end_is_timed_out(serve_within: Serve, sent: bytes) -> None:
    said = exchange(serve_within(head_seconds=SOON), sent)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in said


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"content-length: 9\r\n\r\n{", id="announced"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n", id="chunked"),
    ],
)
def test_a_body_that_does_not_end_is_timed_out(serve_within: Serve, sent: bytes) -> None:
    said = exchange(serve_within(body_seconds=SOON), POST + sent)
    assert said.startswith(b"HTTP/1.1 408 ")


def test_a_slow_body_of_a_refused_request_is_not_waited_for(serve_within: Serve) -> None:
    refused_at_once = POST.replace(b"localhost", b"evil.example") + b"content-length: 9\r\n\r\n{"
    said = exchange(serve_within(body_seconds=SOON), refused_at_once)
    assert said.startswith(b"HTTP/1.1 421 ")
    assert said.count(b"HTTP/1.1") == 1


def test_an_idle_connection_is_closed_after_its_answer(serve_within: Serve) -> None:
    said = exchange(serve_within(idle_seconds=SOON), GET)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.endswith(b'{"status":"ok"}')


def test_an_idle_connection_is_closed_after_a_body_that_was_not_read(serve_within: Serve) -> None:
    refused_at_once = POST.replace(b"localhost", b"evil.example") + b"content-length: 2\r\n\r\n"
    said = exchange(serve_within(idle_seconds=SOON), refused_at_once, b"{}")
    assert said.startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize("sent", [[GET, GET[:-4]], [GET + GET[:-4]]], ids=["after", "with it"])
def test_a_second_request_has_its_own_time(serve_within: Serve, sent: list[bytes]) -> None:
    said = exchange(serve_within(head_seconds=SOON), *sent)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.count(b"HTTP/1.1 408 ") == 1


@pytest.mark.parametrize("piece", [b"x: y\r\n", b"y" * 6], ids=["many headers", "a long one"])
def test_a_head_that_is_too_large_is_refused(serve_within: Serve, piece: bytes) -> None:
    server = serve_within(max_head_bytes=4096)
    said = exchange(server, POST + b"x: y\r\nx: ", *[piece * 100] * 8)
    assert said.startswith(b"HTTP/1.1 431 ")


def test_too_many_connections_are_told_to_come_again(serve_within: Serve) -> None:
    server = serve_within(max_connections=2)
    with ExitStack() as stack:
        first, _second, third, fourth, fifth = (
            stack.enter_context(closing(connect(server))) for _ in range(5)
        )
        first.sendall(GET)
        assert first.recv(65536).startswith(b"HTTP/1.1 200 ")
        for over in (third, fourth):
            over.sendall(POST + b"content-length: 2\r\n\r\n{}")
            said = said_until_closed(over)
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 1\r\n" in said.lower()
        assert said_until_closed(fifth) == b""
    assert server.http.get("/healthz").status_code == 200


def test_a_reader_that_does_not_read_is_cut_off(serve_within: Serve) -> None:
    server = serve_within(response_seconds=SOON, max_connections=1)
    wanted = 400 * len(exchange_once(server, OPENAPI))
    with closing(connect(server)) as connection:
        connection.sendall(OPENAPI * 400)
        wait_until_alone(server)
        assert len(said_until_closed(connection)) < wanted


@pytest.mark.parametrize("first", [[], [GET]], ids=["new connection", "used connection"])
@pytest.mark.parametrize("head", [b"", GET[:9]], ids=["nothing came", "half a head came"])
def test_a_stopping_server_answers_what_is_on_its_way(
    server_settings: Settings, first: list[bytes], head: bytes
) -> None:
    limits = ConnectionLimits(farewell_seconds=20)
    with ExitStack() as running, ThreadPoolExecutor(1) as thread:
        server = running.enter_context(serving(replace(server_settings, connections=limits)))
        with closing(connect(server)) as connection:
            for request in first:
                connection.sendall(request)
                read_health(connection)
            connection.sendall(head)
            assert server.http.get("/healthz").status_code == 200  # so that was accepted before
            stopped = thread.submit(running.close)
            wait_until_refused(server.url)
            connection.sendall(GET[len(head) :])
            said = said_until_closed(connection)
        stopped.result(20)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in said


def test_a_stopping_server_waits_only_so_long_for_connections(server_settings: Settings) -> None:
    limits = ConnectionLimits(farewell_seconds=SOON)
    with ExitStack() as running:
        server = running.enter_context(serving(replace(server_settings, connections=limits)))
        with closing(connect(server)) as new, closing(connect(server)) as used:
            used.sendall(GET)
            read_health(used)
            running.close()
            assert said_until_closed(new) == said_until_closed(used) == b""


def exchange_once(server: RunningServer, request: bytes) -> bytes:
    return exchange(server, request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))


def wait_until_alone(server: RunningServer) -> None:
    """Return when no other connection takes the only place."""
    deadline = time.monotonic() + 20
    while b"HTTP/1.1 200 " not in exchange_once(server, GET):
        assert time.monotonic() < deadline


def test_localhost_is_both_loopbacks(server_settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(replace(server_settings, port=port)):
        for address in listen_addresses("localhost", port):
            with closing(socket.create_connection((address, port), timeout=20)) as connection:
                connection.sendall(GET)
                assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
