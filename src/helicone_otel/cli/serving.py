"""Run the server in this process until it is told to stop."""

import asyncio
import gc
import logging
import os
import resource
import signal
from contextlib import closing

from rich.console import Console

from ..ingest import open_store
from ..server import (
    Addresses,
    Listeners,
    check_settings,
    open_listeners,
    replace_process,
    run_server,
)
from ..settings import Settings
from ..store import SpanStore

_DESCRIPTORS = 4096


def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then drain and return; on SIGUSR2 drain and start anew.

    While it starts anew, whoever connects waits: the listening sockets stay open.

    Raises:
        ConfigurationError: a port is in use, or the host is not allowed.
        StoreUnusable: the database file cannot be used.
    """
    # grpc writes to the terminal by itself; what matters of it comes back as an error.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    _ease_garbage_collection()
    _allow_descriptors()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    check_settings(settings)
    with closing(open_listeners(settings)) as listeners:
        with closing(open_store(settings)) as store:
            is_restart = asyncio.run(_serve(settings, store, listeners))
            # Asked for again before the next one listens to it, it would end the process.
            signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        if is_restart:
            replace_process(listeners.by_transport())


def _ease_garbage_collection() -> None:
    # Spans die by reference count. Looking for cycles among them at the default pace takes a
    # third of the time of ingest and finds none.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _allow_descriptors() -> None:
    # Systems allow 1,024 unless asked. A connection over gRPC takes three, and there may be 256 of
    # them beside twice as many over HTTP.
    allowed, possible = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed != resource.RLIM_INFINITY and allowed < _DESCRIPTORS:
        is_limited = possible != resource.RLIM_INFINITY
        wanted = min(_DESCRIPTORS, possible) if is_limited else _DESCRIPTORS
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, possible))


async def _serve(settings: Settings, store: SpanStore, listeners: Listeners) -> bool:
    """Return whether to start anew."""
    stop = asyncio.Event()
    is_restart = False

    def end() -> None:
        nonlocal is_restart
        is_restart = False
        listeners.close()
        stop.set()

    def start_anew() -> None:
        nonlocal is_restart
        if not stop.is_set():
            is_restart = True
            stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    loop.add_signal_handler(signal.SIGUSR2, start_anew)
    await run_server(
        settings, store, listeners, stop=stop, on_ready=lambda at: _tell_ready(at, settings)
    )
    return is_restart


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
