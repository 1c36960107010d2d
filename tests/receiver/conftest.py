"""Real servers for the receiver's tests: uvicorn and grpc.aio, each on a free port."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn
from fastapi import FastAPI

from helicone_otel.model import Encoding, ExportOutcome
from helicone_otel.receiver import Export, Exports, Patience, otlp_router
from helicone_otel.receiver.grpc_server import start_grpc_server, unix_target
from helicone_otel.server.grpc_relay import private_socket

MAX_BODY_BYTES = 1024 * 1024
DEADLINE_SECONDS = 20


@pytest.fixture
def serve() -> Iterator[Callable[[Export], str]]:
    """Serve an export function over HTTP until the test ends; return the base URL."""
    with ExitStack() as stack:
        yield lambda export: stack.enter_context(_http_server(export))


@pytest.fixture
def serve_grpc() -> Iterator[Callable[[Export], str]]:
    """Serve an export function over gRPC until the test ends; return the address."""
    with ExitStack() as stack:
        yield lambda export: stack.enter_context(_grpc_server(export))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


def _exports(traces: Export) -> Exports:
    def accept(_body: bytes, _encoding: Encoding) -> ExportOutcome:
        return ExportOutcome(accepted=0)

    return Exports(traces=traces, logs=accept, metrics=accept)


@contextmanager
def _http_server(export: Export) -> Iterator[str]:
    app = FastAPI(
        telemetry={"tracing": False, "metrics": False, "logs": False}, redirect_slashes=False
    )
    app.include_router(otlp_router(_exports(export), max_body_bytes=MAX_BODY_BYTES))
    config = uvicorn.Config(app, http="httptools", ws="none", lifespan="off", log_config=None)
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert server.up.wait(DEADLINE_SECONDS)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(DEADLINE_SECONDS)


@contextmanager
def _grpc_server(export: Export) -> Iterator[str]:
    up = threading.Event()
    stops: list[Callable[[], object]] = []

    async def run() -> None:
        server = await start_grpc_server(
            _exports(export),
            path,
            max_body_bytes=MAX_BODY_BYTES,
            admit=lambda _authorization, _needs: None,
            count=lambda _code: None,
            patience=Patience(0, threading.Event()),
        )
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        up.set()
        await stop.wait()
        await server.stop(None)

    with private_socket() as path:
        thread = threading.Thread(target=asyncio.run, args=[run()])
        thread.start()
        assert up.wait(DEADLINE_SECONDS)
        yield unix_target(path)
        stops[0]()
        thread.join(DEADLINE_SECONDS)
