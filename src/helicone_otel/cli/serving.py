"""Run the server in this process until it is told to stop."""

import asyncio
import gc
import logging
import os
import signal
from contextlib import closing

from rich.console import Console

from ..ingest import open_store
from ..server import Addresses, check_settings, run_server
from ..settings import Settings
from ..store import SpanStore


def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then drain and return.

    Raises:
        ConfigurationError: a port is in use, or the host is not allowed.
        StoreUnusable: the database file cannot be used.
    """
    # grpc writes to the terminal by itself; what matters of it comes back as an error.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    _ease_garbage_collection()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    check_settings(settings)
    with closing(open_store(settings)) as store:
        asyncio.run(_serve(settings, store))


def _ease_garbage_collection() -> None:
    # Spans die by reference count. Looking for cycles among them at the default pace takes a
    # third of the time of ingest and finds none.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


async def _serve(settings: Settings, store: SpanStore) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run_server(settings, store, stop=stop, on_ready=lambda at: _tell_ready(at, settings))


def _tell_ready(addresses: Addresses, settings: Settings) -> None:
    if settings.insecure_no_auth:
        Console(stderr=True, soft_wrap=True, highlight=False).print(
            "Warning: --insecure-no-auth lets everybody who reaches "
            f"{addresses.http_url} read and write, without a token.",
            style="bold red",
            markup=False,
        )
    # One line, never wrapped: scripts wait for it and read the addresses from it.
    Console(soft_wrap=True, highlight=False).print(
        f"helicone-otel is ready: {addresses.http_url} (OTLP/HTTP and API), "
        f"{addresses.grpc_address} (OTLP/gRPC), file {settings.database.absolute()}",
        markup=False,
    )
