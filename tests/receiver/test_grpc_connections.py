"""What the gRPC port allows a connection, as a client's own HTTP/2 sees it."""

import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing

from running import RunningServer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
SETTINGS, GOAWAY, PING = 4, 7, 6
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
