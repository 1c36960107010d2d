"""Run both transports in one event loop until told to stop."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn

from .app import create_app
from .errors import ConfigurationError
from .ingest import Ingest
from .settings import Settings
from .store import SpanStore

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a started server listens."""

    http_url: str
    grpc_address: str


class _HttpServer(uvicorn.Server):
    """uvicorn without its signal handlers: one stop event serves both transports."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def check_host(host: str) -> None:
    """Refuse to listen beyond this machine: there are no tokens yet to keep strangers out.

    Raises:
        ConfigurationError: *host* is not a loopback address.
    """
    if host not in _LOOPBACK:
        raise ConfigurationError(
            f"--host {host} would let other machines read and write without a token, which this "
            "version does not have yet. Use 127.0.0.1, and a tunnel or a Collector to reach it."
        )


async def run_server(
    settings: Settings,
    store: SpanStore,
    *,
    stop: asyncio.Event,
    on_ready: Callable[[Addresses], None],
) -> None:
    """Serve until *stop* is set, then drain requests in flight; the caller closes *store*.

    Raises:
        ConfigurationError: a port is in use, or the host is not allowed.
    """
    from .receiver.grpc_server import start_grpc_server  # noqa: PLC0415 - grpc loads slowly

    check_host(settings.host)
    listener = _listen(settings.host, settings.port)
    with contextlib.closing(listener):
        ingest = Ingest(store, max_spans=settings.max_spans_per_request)
        grpc_server, grpc_port = await start_grpc_server(
            ingest.export,
            host=settings.host,
            port=settings.grpc_port,
            max_body_bytes=settings.max_body_bytes,
        )
        server = _HttpServer(_http_config(settings, store))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await _until_set(server.up, serving)
        on_ready(_addresses(settings.host, listener.getsockname()[1], grpc_port))
        await _until_set(stop, serving)
        server.should_exit = True
        await asyncio.gather(serving, grpc_server.stop(settings.drain_seconds))


def _http_config(settings: Settings, store: SpanStore) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(settings, store),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=round(settings.drain_seconds),
    )


async def _until_set(event: asyncio.Event, serving: asyncio.Task[None]) -> None:
    """Wait for *event*, or for the server to end of itself, whose error is then raised."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if serving.done():
        serving.result()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"Port {port} on {host} cannot be used: {error.strerror}. Another helicone-otel or a "
            "Collector may hold it; stop it, or choose with --port (0 picks one)."
        ) from error
    return listener


def _addresses(host: str, port: int, grpc_port: int) -> Addresses:
    shown = f"[{host}]" if ":" in host else host
    return Addresses(http_url=f"http://{shown}:{port}", grpc_address=f"{shown}:{grpc_port}")
