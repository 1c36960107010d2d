"""What is passed on is what came, and a farewell never falls into a frame."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
)
from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.server.grpc_relay import GrpcRelay, private_socket

DEADLINE_SECONDS = 20
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
GOODBYE_BYTES = 17
LARGE_BYTES = 16 * 1024 * 1024
"""More than the relay and the sockets hold."""

frames = st.one_of(
    st.just(PingFrame(0, opaque_data=b"12345678")),
    st.binary(max_size=40).map(lambda data: DataFrame(1, data=data)),
)


@dataclass(frozen=True)
class End:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@asynccontextmanager
async def relayed() -> AsyncIterator[tuple[GrpcRelay, End, End]]:
    """Give a relay, and the client's and the server's end of a connection through it."""
    accepted: asyncio.Future[End] = asyncio.get_running_loop().create_future()
    with private_socket() as path:
        server = await asyncio.start_unix_server(
            lambda *streams: accepted.set_result(End(*streams)), path
        )
        relay = GrpcRelay(path)
        listener = socket.create_server(("127.0.0.1", 0))
        host, port = listener.getsockname()
        await relay.listen([listener])
        client = End(*await asyncio.open_connection(host, port))
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                yield relay, client, await accepted
        finally:
            for end in (client, accepted.result()):
                end.writer.close()
            relay.stop_listening()
            server.close()
            await relay.ended(DEADLINE_SECONDS)


async def open_call(client: End, server: End) -> None:
    opening = PREFACE + SettingsFrame(0).serialize() + HeadersFrame(1, data=b"x").serialize()
    client.writer.write(opening)
    assert await server.reader.readexactly(len(opening)) == opening


def parsed(stream: bytes) -> Iterator[Frame]:
    while stream:
        frame, length = Frame.parse_frame_header(memoryview(stream[:9]))
        frame.parse_body(memoryview(stream[9 : 9 + length]))
        yield frame
        stream = stream[9 + length :]


@given(sent=st.lists(frames, max_size=6), data=st.data())
def test_a_farewell_comes_between_two_frames(sent: list[Frame], data: st.DataObject) -> None:
    stream = b"".join(frame.serialize() for frame in (SettingsFrame(0), *sent))
    cut = data.draw(st.integers(0, len(stream)), label="bytes before")

    async def said_goodbye() -> bytes:
        async with relayed() as (relay, client, server):
            await open_call(client, server)
            server.writer.write(stream[:cut])
            before = await client.reader.readexactly(cut)
            await relay.dismiss(0)
            server.writer.write(stream[cut:])
            server.writer.close()
            return before + await client.reader.read()

    received = list(parsed(asyncio.run(said_goodbye())))
    goodbyes = [frame for frame in received if isinstance(frame, GoAwayFrame)]
    assert [(each.last_stream_id, each.error_code) for each in goodbyes] == [(2**31 - 1, 0)]
    assert not isinstance(received[0], GoAwayFrame)  # a server's settings come first
    rest = [frame for frame in received if not isinstance(frame, GoAwayFrame)]
    assert b"".join(frame.serialize() for frame in rest) == stream


def test_a_dismissed_client_without_calls_is_not_waited_for() -> None:
    async def seen_end() -> bytes:
        async with relayed() as (relay, client, _):
            client.writer.write(PREFACE + SettingsFrame(0).serialize())
            await relay.dismiss(0)
            return await client.reader.read()

    assert asyncio.run(seen_end()) == b""


@pytest.mark.parametrize(
    "last",
    [
        HeadersFrame(1, data=b"x", flags=["END_STREAM"]),
        DataFrame(1, data=b"x", flags=["END_STREAM"]),
        RstStreamFrame(1),
    ],
    ids=["trailers", "data", "reset"],
)
def test_an_open_call_is_answered_to_its_end_and_no_further(last: Frame) -> None:
    answer = SettingsFrame(0).serialize() + DataFrame(1, data=b"y").serialize()

    async def answered() -> bytes:
        async with relayed() as (relay, client, server):
            await open_call(client, server)
            await relay.dismiss(0)
            server.writer.write(answer)
            before = await client.reader.readexactly(len(answer) + GOODBYE_BYTES)
            server.writer.write(last.serialize())
            return before + await client.reader.read()  # the relay ends it, the server has not

    kinds = [type(frame) for frame in parsed(asyncio.run(answered()))]
    assert kinds == [SettingsFrame, DataFrame, GoAwayFrame, type(last)]


def test_a_call_that_its_client_gives_up_is_not_waited_for() -> None:
    async def seen_end() -> bytes:
        async with relayed() as (relay, client, server):
            await open_call(client, server)
            await relay.dismiss(0)
            reset = RstStreamFrame(1).serialize()
            client.writer.write(reset)
            return await client.reader.read()

    assert asyncio.run(seen_end()) == b""


def test_a_client_that_opens_calls_without_end_is_cut_off() -> None:
    async def seen_end() -> bytes:
        async with relayed() as (_, client, _server):
            calls = (HeadersFrame(number, data=b"x").serialize() for number in range(1, 4001, 2))
            client.writer.write(PREFACE + b"".join(calls))
            try:
                return await client.reader.read()
            except ConnectionResetError:  # not all had been read
                return b""

    assert asyncio.run(seen_end()) == b""


def test_more_than_fits_between_the_ends_is_passed_on() -> None:
    payload = os.urandom(LARGE_BYTES)

    async def passed_on(*, to_server: bool) -> bytes:
        async with relayed() as (_, client, server):
            source, sink = (client, server) if to_server else (server, client)
            source.writer.write(payload)
            source.writer.close()
            return await sink.reader.read()

    assert asyncio.run(passed_on(to_server=True)) == payload
    assert asyncio.run(passed_on(to_server=False)) == payload


def test_the_end_of_one_side_is_that_of_the_other() -> None:
    async def seen_end(*, of_client: bool) -> bytes:
        async with relayed() as (relay, client, server):
            gone, other = (client, server) if of_client else (server, client)
            gone.writer.close()
            seen = await other.reader.read()
            other.writer.close()
            await relay.ended(DEADLINE_SECONDS)
            return seen

    assert asyncio.run(seen_end(of_client=True)) == b""
    assert asyncio.run(seen_end(of_client=False)) == b""


def test_a_server_that_is_gone_ends_the_connection() -> None:
    async def seen_end() -> bytes:
        with private_socket() as path:
            relay = GrpcRelay(path)
        listener = socket.create_server(("127.0.0.1", 0))
        host, port = listener.getsockname()
        await relay.listen([listener])
        reader, writer = await asyncio.open_connection(host, port)
        seen = await asyncio.wait_for(reader.read(), DEADLINE_SECONDS)
        writer.close()
        relay.stop_listening()
        return seen

    assert asyncio.run(seen_end()) == b""
