"""The real server, run in a thread of the test's process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from helicone_otel.ingest import open_store
from helicone_otel.server import Addresses, open_listeners, run_server
from helicone_otel.settings import Settings
from helicone_otel.store import SpanStore


@dataclass(frozen=True)
class RunningServer:
    url: str
    grpc_address: str
    store: SpanStore
    http: httpx.Client


@contextmanager
def serving(settings: Settings) -> Iterator[RunningServer]:
    """Run the server in a thread of its own, as the command does in its process."""
    store = open_store(settings)
    listeners = open_listeners(settings)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    started: list[Addresses] = []
    ready = threading.Event()

    def on_ready(addresses: Addresses) -> None:
        started.append(addresses)
        ready.set()

    def run() -> None:
        running = run_server(settings, store, listeners, stop=stop, on_ready=on_ready)
        loop.run_until_complete(running)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        with httpx.Client(base_url=started[0].http_url, timeout=30) as http:
            yield RunningServer(started[0].http_url, started[0].grpc_address, store, http)
    finally:
        listeners.close()
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
        store.close()
