"""Run both transports in one event loop until told to stop."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn

from ..access import check_binding
from ..app import Entrance, create_app, gate_of, open_entrance
from ..receiver import Patience, answer_busy
from ..settings import Settings
from ..store import SpanStore
from .grpc_relay import GrpcRelay, private_socket
from .http_connections import connections_within
from .listening import Addresses, Listeners


class _HttpServer(uvicorn.Server):
    """uvicorn without its signal handlers: one stop event serves both transports."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def check_settings(settings: Settings) -> None:
    """Refuse what would let strangers in, before anything is opened.

    Raises:
        ConfigurationError: the message says what to change.
    """
    check_binding(
        settings.host,
        guarded=gate_of(settings).has_tokens,
        insecure=settings.insecure_no_auth,
        as_root=os.geteuid() == 0,
    )


async def run_server(
    settings: Settings,
    store: SpanStore,
    listeners: Listeners,
    *,
    stop: asyncio.Event,
    on_ready: Callable[[Addresses], None],
) -> None:
    """Serve until *stop* is set, then drain requests in flight.

    The caller closes *store* and *listeners*; the latter before *stop*, if nobody is to wait there.

    Raises:
        ConfigurationError: the settings would let strangers in.
    """
    from ..receiver.grpc_server import start_grpc_server  # noqa: PLC0415 - grpc loads slowly

    check_settings(settings)
    with (
        closing(open_entrance(settings, store)) as entrance,
        closing(listeners.duplicates()) as ours,
        private_socket() as grpc_path,
    ):
        grpc_server = await start_grpc_server(
            entrance.exports,
            grpc_path,
            max_body_bytes=settings.max_body_bytes,
            admit=entrance.gate.refusal,
            count=entrance.meters.count_grpc,
            patience=Patience(settings.store.queue_wait_s, entrance.stopping),
        )
        relay = GrpcRelay(grpc_path)
        await relay.listen(ours.grpc)
        server = _HttpServer(_http_config(settings, store, entrance))
        serving = asyncio.create_task(server.serve(sockets=list(ours.http)))
        await _until_set(server.up, serving)
        on_ready(ours.addresses())
        await _until_set(stop, serving)
        entrance.stopping.set()
        server.should_exit = True
        await asyncio.gather(serving, _drain(relay, grpc_server.stop, settings))


async def _drain(
    relay: GrpcRelay, stop_grpc: Callable[[float], Awaitable[None]], settings: Settings
) -> None:
    farewell_seconds = settings.connections.farewell_seconds
    relay.stop_listening()
    await relay.dismiss(farewell_seconds)
    await stop_grpc(settings.drain_seconds)
    await relay.ended(farewell_seconds)


def _http_config(settings: Settings, store: SpanStore, entrance: Entrance) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(settings, store, entrance),
        http=connections_within(settings.connections, answer_busy),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=round(settings.connections.idle_seconds),
        timeout_graceful_shutdown=round(settings.drain_seconds),
    )


async def _until_set(event: asyncio.Event, serving: asyncio.Task[None]) -> None:
    """Wait for *event*, or for the server to end of itself, whose error is then raised."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if serving.done():
        serving.result()
