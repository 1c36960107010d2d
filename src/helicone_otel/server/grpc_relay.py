"""gRPC on sockets of ours: grpcio opens its own, which nobody can hand to it or take over from it.

It listens on a UNIX socket, and what comes to our sockets is passed on to it, byte for byte. So
these can stay open through a restart, and whoever connects meanwhile waits and is not refused.
"""

import asyncio
import secrets
import socket
import sys
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager, suppress

_CHUNK_BYTES = 256 * 1024
_BACKLOG = 2048
# HTTP/2, RFC 9113: a client's first bytes, the head of a frame (4.1), the frames that matter here.
_PREFACE_BYTES = 24
_HEAD_BYTES = 9
_DATA, _HEADERS, _RST_STREAM, _END_STREAM = 0, 1, 3, 1
_MAX_OPEN_STREAMS = 1000
"""Ten times what grpcio takes at once: only who ignores its refusals opens more."""
_GOAWAY = (8).to_bytes(3) + b"\x07\x00" + bytes(4) + (2**31 - 1).to_bytes(4) + bytes(4)
"""Asks for no further calls on a connection, while all that are on their way are still answered:
length, type, flags, stream, last stream that counts, no error (6.8)."""


@contextmanager
def private_socket() -> Iterator[str]:
    """Give the path of a UNIX socket that nobody else has; on Linux one without a file.

    The file would be left behind by a process that is killed, and need a place to write to.
    """
    if sys.platform == "linux":
        yield f"\0helicone-otel-{secrets.token_hex(16)}"
    else:
        with tempfile.TemporaryDirectory(prefix="helicone-otel-") as folder:
            yield f"{folder}/grpc"


class GrpcRelay:
    """Passes connections on to the UNIX socket at *path*, and can send clients away."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._servers: list[asyncio.Server] = []
        self._connections: dict[asyncio.Task[None], _Connection] = {}

    async def listen(self, listeners: Sequence[socket.socket]) -> None:
        """Take connections from *listeners*; `stop_listening` closes them."""
        for listener in listeners:
            self._servers.append(
                await asyncio.start_server(self._accept, sock=listener, backlog=_BACKLOG)
            )

    def stop_listening(self) -> None:
        for server in self._servers:
            server.close()

    async def dismiss(self, seconds: float) -> None:
        """Ask every client to send no further calls here, leave it *seconds* to hear that.

        After that a connection lasts as long as calls are open on it. grpcio, told to stop, cancels
        what comes before its clients know of it, and waits for clients that do not hear.
        """
        for connection in self._connections.values():
            connection.say_goodbye()
        await self.ended(seconds)
        for connection in self._connections.values():
            connection.end_without_calls()

    async def ended(self, seconds: float) -> None:
        """Wait until no connection is left, at most *seconds*."""
        if self._connections:
            await asyncio.wait(self._connections, timeout=seconds)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(reader, writer)
        passing = asyncio.create_task(connection.pass_on(self._path))
        self._connections[passing] = connection
        passing.add_done_callback(self._connections.pop)


class _Connection:
    """A client's: knows its open calls, and where one frame to it ends and the next begins."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._requests = _Frames(_PREFACE_BYTES)
        self._answers = _Frames()
        self._open_streams: set[int] = set()
        self._is_goodbye_due = False
        self._is_ending = False
        self._ended = asyncio.Event()

    async def pass_on(self, path: str) -> None:
        with closing(self._writer), suppress(OSError):  # when one side is gone, so is the other
            reader, writer = await asyncio.open_unix_connection(path)
            with closing(writer):
                await _first_of(
                    self._pass_requests(writer), self._pass_answers(reader), self._ended.wait()
                )

    def say_goodbye(self) -> None:
        """Say it now or, if a frame is on its way, behind it; the first has to be the server's."""
        self._is_goodbye_due = not self._answers.is_between
        if self._answers.is_between:
            self._writer.write(_GOAWAY)

    def end_without_calls(self) -> None:
        """End when no call is open, now or later."""
        self._is_ending = True
        if not self._open_streams:
            self._ended.set()

    async def _pass_requests(self, server: asyncio.StreamWriter) -> None:
        while data := await self._reader.read(_CHUNK_BYTES):
            for kind, _, stream in self._requests.heads_in(data):
                if kind == _HEADERS:
                    self._open_streams.add(stream)
                elif kind == _RST_STREAM:
                    self._open_streams.discard(stream)
            if len(self._open_streams) > _MAX_OPEN_STREAMS:
                return
            server.write(data)
            if self._is_ending:
                self.end_without_calls()
            await server.drain()

    async def _pass_answers(self, server: asyncio.StreamReader) -> None:
        while data := await server.read(_CHUNK_BYTES):
            self._writer.write(data)
            for kind, flags, stream in self._answers.heads_in(data):
                if kind == _RST_STREAM or (kind in (_DATA, _HEADERS) and flags & _END_STREAM):
                    self._open_streams.discard(stream)
            if self._is_goodbye_due:
                self.say_goodbye()
            if self._is_ending:
                self.end_without_calls()
            await self._writer.drain()


class _Frames:
    """Finds the heads of HTTP/2 frames in pieces of a stream, wherever that is cut."""

    def __init__(self, skipped_bytes: int = 0) -> None:
        self._head = b""
        self._left_bytes = skipped_bytes
        self.is_between = False
        """Whether at least one frame has passed, and none in part."""

    def heads_in(self, data: bytes) -> Sequence[tuple[int, int, int]]:
        """Return type, flags and stream of the frames whose head ends in *data*."""
        heads = []
        at = 0
        while at < len(data):
            if self._left_bytes:
                step = min(self._left_bytes, len(data) - at)
                self._left_bytes -= step
            else:
                step = min(_HEAD_BYTES - len(self._head), len(data) - at)
                self._head += data[at : at + step]
                if len(self._head) == _HEAD_BYTES:
                    head, self._head = self._head, b""
                    self._left_bytes = int.from_bytes(head[:3])
                    heads.append((head[3], head[4], int.from_bytes(head[5:]) & 0x7FFF_FFFF))
            at += step
        self.is_between = not self._head and not self._left_bytes
        return heads


async def _first_of(*passing: Coroutine[object, object, object]) -> None:
    """Run all until one ends; raise what it raised."""
    tasks = [asyncio.create_task(each) for each in passing]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
