"""The real server on free ports, and a stock SDK that exports to it."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from hypothesis import settings as hypothesis_settings
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from helicone_otel.ingest import open_store
from helicone_otel.server import Addresses, run_server
from helicone_otel.settings import ImplicitSessions, Settings
from helicone_otel.store import SpanStore

# A shared, busy machine makes single examples slow; that is no finding.
hypothesis_settings.register_profile("default", deadline=None)
hypothesis_settings.load_profile("default")


@dataclass(frozen=True)
class RunningServer:
    url: str
    grpc_address: str
    store: SpanStore
    http: httpx.Client


@pytest.fixture
def server_settings(tmp_path: Path) -> Settings:
    return Settings(database=tmp_path / "sessions.db", port=0, grpc_port=0)


@pytest.fixture
def server(server_settings: Settings) -> Iterator[RunningServer]:
    yield from _serve(server_settings)


@pytest.fixture
def server_without_implicit_sessions(server_settings: Settings) -> Iterator[RunningServer]:
    yield from _serve(replace(server_settings, implicit_sessions=ImplicitSessions.NONE))


def _serve(settings: Settings) -> Iterator[RunningServer]:
    """Run the server in a thread of its own, as the command does in its process."""
    store = open_store(settings)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    started: list[Addresses] = []
    ready = threading.Event()

    def on_ready(addresses: Addresses) -> None:
        started.append(addresses)
        ready.set()

    def run() -> None:
        loop.run_until_complete(run_server(settings, store, stop=stop, on_ready=on_ready))

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(30)
    with httpx.Client(base_url=started[0].http_url, timeout=30) as http:
        yield RunningServer(started[0].http_url, started[0].grpc_address, store, http)
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)
    loop.close()
    store.close()


@pytest.fixture
def sdk(server: RunningServer) -> Iterator[TracerProvider]:
    """Return a stock SDK whose every span is stored when it has ended."""
    provider = TracerProvider(resource=Resource.create({"service.name": "test-app"}))
    exporter = OTLPSpanExporter(f"{server.url}/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider
    provider.shutdown()
