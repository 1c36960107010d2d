"""Senders that go on while their server stalls, restarts or is full; nothing may be missing."""

import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from builders import facts, stored
from helicone_otel.errors import StoreUnavailable
from helicone_otel.settings import Settings, StoreSettings
from running import RunningServer
from running import serving as serving_here
from soak.server import Server, serving

DEADLINE_SECONDS = 60
STALL_SECONDS = 5
REFUSED_OVER_HTTP = 'http_requests_total{scope="ingest",status="503"}'
PUT_OFF = 'put_off_total{signal="spans"}'
"""A sender over gRPC is not refused as long as it waits."""


@dataclass(frozen=True)
class Endpoints:
    http: str
    grpc: str


Send = Callable[[Endpoints, str, threading.Event], int]
"""Sends spans of a session until the event is set; returns how many, once they are flushed."""
Senders = Mapping[str, Send]
"""By the session id that their spans have."""


def missing_after_a_stall(database: Path, senders: Senders) -> dict[str, int]:
    """Return how many spans of each sender are missing after the process stood still for 5 s."""
    ports = _free_ports()
    with _serving_on(ports, database) as server, _sending(senders, ports) as senders_at_work:
        senders_at_work.wait_for_spans(server.url)
        os.kill(server.process.pid, signal.SIGSTOP)
        threading.Event().wait(STALL_SECONDS)  # the stall itself
        os.kill(server.process.pid, signal.SIGCONT)
        senders_at_work.wait_for_spans(server.url)
        return senders_at_work.missing(server.url)


def missing_after_a_restart(
    database: Path, senders: Senders, *sockets: socket.socket
) -> dict[str, int]:
    """Return how many spans of each sender are missing after another process took over.

    *sockets*, of HTTP and gRPC, are those that somebody like systemd keeps open meanwhile.
    """
    ports = _endpoints(*sockets) if sockets else _free_ports()
    with _sending(senders, ports) as senders_at_work:
        with _serving_on(ports, database, *sockets) as server:
            senders_at_work.wait_for_spans(server.url)
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(DEADLINE_SECONDS) == 0
        with _serving_on(ports, database, *sockets) as server:
            senders_at_work.wait_for_spans(server.url)
            return senders_at_work.missing(server.url)


def missing_after_a_restart_behind_sockets(database: Path, senders: Senders) -> dict[str, int]:
    with (
        socket.create_server(("127.0.0.1", 0)) as http,
        socket.create_server(("127.0.0.1", 0)) as grpc,
    ):
        return missing_after_a_restart(database, senders, http, grpc)


def missing_after_starting_anew(database: Path, senders: Senders) -> dict[str, int]:
    """Return how many spans of each sender are missing after the server has replaced itself."""
    ports = _free_ports()
    with _serving_on(ports, database) as server, _sending(senders, ports) as senders_at_work:
        senders_at_work.wait_for_spans(server.url)
        server.start_anew()
        senders_at_work.wait_for_spans(server.url)
        return senders_at_work.missing(server.url)


def missing_after_a_full_queue(
    settings: Settings, senders: Senders, *, sign: str
) -> dict[str, int]:
    """Return how many spans of each sender are missing after the server could not take some.

    Its queue stays full until its own numbers show *sign*, one of those above.
    """
    small = replace(settings, store=StoreSettings(max_queue_spans=1, queue_wait_s=0))
    with serving_here(small) as server:
        ports = Endpoints(server.url, server.grpc_address)
        with _sending(senders, ports) as senders_at_work:
            senders_at_work.wait_for_spans(server.url)
            with _full_queue(server):
                _until(lambda: sign in server.http.get("/metrics").text)
            senders_at_work.wait_for_spans(server.url)
            return senders_at_work.missing(server.url)


class _SendersAtWork:
    def __init__(self, senders: Senders, endpoints: Endpoints, pool: ThreadPoolExecutor) -> None:
        self._stop = threading.Event()
        self._sent = {
            session_id: pool.submit(send, endpoints, session_id, self._stop)
            for session_id, send in senders.items()
        }

    def wait_for_spans(self, url: str) -> None:
        """Wait until spans of every sender have come that were not there before."""
        before = {session_id: _stored(url, session_id) for session_id in self._sent}
        _until(lambda: all(_stored(url, name) > count for name, count in before.items()))

    def missing(self, url: str) -> dict[str, int]:
        self._stop.set()
        sent = {name: future.result(DEADLINE_SECONDS) for name, future in self._sent.items()}
        return {name: count - _stored(url, name) for name, count in sent.items()}

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def _sending(senders: Senders, endpoints: Endpoints) -> Iterator[_SendersAtWork]:
    with ThreadPoolExecutor(len(senders)) as pool:
        at_work = _SendersAtWork(senders, endpoints, pool)
        try:
            yield at_work
        finally:
            at_work.stop()


def _serving_on(
    endpoints: Endpoints, database: Path, *sockets: socket.socket
) -> AbstractContextManager[Server]:
    port, grpc_port = (address.rpartition(":")[2] for address in (endpoints.http, endpoints.grpc))
    return serving(database, "--port", port, "--grpc-port", grpc_port, sockets=sockets)


def _free_ports() -> Endpoints:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        return _endpoints(one, other)


def _endpoints(http: socket.socket, grpc: socket.socket) -> Endpoints:
    port, grpc_port = http.getsockname()[1], grpc.getsockname()[1]
    return Endpoints(f"http://127.0.0.1:{port}", f"127.0.0.1:{grpc_port}")


def _stored(url: str, session_id: str) -> int:
    """Return how many spans of the session are there; its summary is 404 before the first."""
    answer = httpx.get(f"{url}/api/sessions/{session_id}", timeout=DEADLINE_SECONDS)
    return int(answer.json()["session"]["spans"]) if answer.status_code == 200 else 0


@contextmanager
def _full_queue(server: RunningServer) -> Iterator[None]:
    """Let the writer wait, and a span wait for it."""
    blocker = sqlite3.connect(server.store.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    filling = threading.Thread(target=_fill_queue, args=[server])
    filling.start()
    try:
        yield
    finally:
        blocker.execute("COMMIT")
        blocker.close()
        filling.join(DEADLINE_SECONDS)


def _fill_queue(server: RunningServer) -> None:
    with suppress(StoreUnavailable):  # a sender may have done it before
        server.store.write([stored(facts(1))])


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        threading.Event().wait(0.05)  # asking is work for the server, too
