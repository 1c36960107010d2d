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
_FRAME_HEAD_BYTES = 9
_GOAWAY = (8).to_bytes(3) + b"\x07\x00" + bytes(4) + (2**31 - 1).to_bytes(4) + bytes(4)
"""The frame (RFC 9113, 6.8) that asks for no further calls on a connection, while all that are on
their way are still answered: length, type, flags, stream, last stream that counts, no error."""


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
        self._connections: dict[asyncio.Task[None], _Answers] = {}

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
        """Ask every client to send no further calls here; leave it *seconds* to hear that.

        grpcio, told to stop, cancels what comes before its clients know of it.
        """
        for answers in self._connections.values():
            answers.say_goodbye()
        await self.ended(seconds)

    async def ended(self, seconds: float) -> None:
        """Wait until no connection is left, at most *seconds*."""
        if self._connections:
            await asyncio.wait(self._connections, timeout=seconds)

    def _accept(self, from_client: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        answers = _Answers(client)
        passing = asyncio.create_task(self._pass_on(from_client, client, answers))
        self._connections[passing] = answers
        passing.add_done_callback(self._connections.pop)

    async def _pass_on(
        self, from_client: asyncio.StreamReader, client: asyncio.StreamWriter, answers: "_Answers"
    ) -> None:
        with closing(client), suppress(OSError):  # what one side is gone from, the other leaves
            from_server, server = await asyncio.open_unix_connection(self._path)
            with closing(server):
                await _first_of(_copy(from_client, server), answers.pass_on_from(from_server))


class _Answers:
    """What goes back to a client: HTTP/2 frames, between two of which ours may be put."""

    def __init__(self, client: asyncio.StreamWriter) -> None:
        self._client = client
        self._frame_head = b""
        self._left_bytes = 0
        self._is_between_frames = False  # the first has to be the server's
        self._is_goodbye_due = False

    async def pass_on_from(self, server: asyncio.StreamReader) -> None:
        while data := await server.read(_CHUNK_BYTES):
            self._client.write(data)
            self._follow(data)
            if self._is_goodbye_due:
                self.say_goodbye()
            await self._client.drain()

    def say_goodbye(self) -> None:
        """Put it in now or, if a frame is on its way, behind it."""
        self._is_goodbye_due = not self._is_between_frames
        if self._is_between_frames:
            self._client.write(_GOAWAY)

    def _follow(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            if self._left_bytes:
                step = min(self._left_bytes, len(data) - at)
                self._left_bytes -= step
            else:
                step = min(_FRAME_HEAD_BYTES - len(self._frame_head), len(data) - at)
                self._frame_head += data[at : at + step]
                if len(self._frame_head) == _FRAME_HEAD_BYTES:
                    self._left_bytes = int.from_bytes(self._frame_head[:3])
                    self._frame_head = b""
            at += step
        self._is_between_frames = not self._frame_head and not self._left_bytes


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK_BYTES):
        writer.write(data)
        await writer.drain()


async def _first_of(*passing: Coroutine[object, object, None]) -> None:
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
