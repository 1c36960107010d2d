"""What the gRPC port allows a connection, as a client's own HTTP/2 sees it."""

import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing

from running import RunningServer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
DATA, HEADERS, SETTINGS, PING, GOAWAY = 0, 1, 4, 6, 7
MAX_CONCURRENT_STREAMS = 3
ENHANCE_YOUR_CALM = 11


def connect(server: RunningServer) -> socket.socket:
    host, _, port = server.grpc_address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def frames(connection: socket.socket) -> Iterator[tuple[int, bytes]]:
    """Yield type and payload of every frame until the connection ends."""
    with connection.makefile("rb") as stream:
        while len(head := stream.read(9)) == 9:
            size = int.from_bytes(head[:3], "big")
            yield head[3], stream.read(size)


def first(connection: socket.socket, wanted: int) -> bytes:
    return next(payload for kind, payload in frames(connection) if kind == wanted)


def settings(payload: bytes) -> Mapping[int, int]:
    return dict(struct.iter_unpack("!HI", payload))


def test_the_http_that_a_web_page_speaks_is_not_understood(server: RunningServer) -> None:
    """So a page that reaches the port by rebinding a name writes nothing."""
    service = "opentelemetry.proto.collector.trace.v1.TraceService"
    with closing(connect(server)) as connection:
        connection.sendall(
            f"POST /{service}/Export HTTP/1.1\r\nHost: evil.example\r\n"
            "Content-Type: application/grpc\r\nContent-Length: 5\r\n\r\n".encode()
            + bytes(5)
        )
        answered = {kind for kind, _ in frames(connection)}  # until the server has closed it
    assert answered.isdisjoint({DATA, HEADERS})
    assert "helicone_otel_grpc_requests_total{" not in server.http.get("/metrics").text


def test_a_connection_has_a_hundred_streams(server: RunningServer) -> None:
    with closing(connect(server)) as connection:
        connection.sendall(PREFACE)
        assert settings(first(connection, SETTINGS))[MAX_CONCURRENT_STREAMS] == 100


def test_a_connection_that_pings_without_end_is_sent_away(server: RunningServer) -> None:
    with closing(connect(server)) as connection:
        connection.sendall(PREFACE + (bytes((0, 0, 8, PING, 0, 0, 0, 0, 0)) + bytes(8)) * 20)
        code = int.from_bytes(first(connection, GOAWAY)[4:8], "big")
        assert code == ENHANCE_YOUR_CALM


def test_connections_are_limited(server: RunningServer) -> None:
    with ExitStack() as stack:
        for _ in range(256):
            stack.enter_context(closing(connect(server))).sendall(PREFACE)
        over = stack.enter_context(closing(connect(server)))
        assert over.recv(1) == b""
