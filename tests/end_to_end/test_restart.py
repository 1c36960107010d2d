"""A server that starts anew keeps its sockets: who connects meanwhile waits, nobody is refused."""

import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import grpc
import httpx

import otlp_json
from helicone_otel.model import Encoding
from helicone_otel.otlp import convert_request
from soak.server import Server, serving, told_addresses
from trouble import wait_until_refused

DEADLINE_SECONDS = 60
RESTARTS = 2
GET = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def span(number: int) -> bytes:
    attributes = {"helicone.session.id": "s"}
    spans = [otlp_json.span("a" * 32, f"{number:016x}", attributes=attributes)]
    return json.dumps(otlp_json.request(spans)).encode()


def stored(server: Server) -> int:
    answer = httpx.get(f"{server.url}/api/sessions/s", timeout=DEADLINE_SECONDS)
    return int(answer.json()["session"]["spans"])


@contextmanager
def calling(call: Callable[[int], object]) -> Iterator[Future[int]]:
    """Call once after the other until the end; give how often. An error ends it, too."""
    is_over = threading.Event()

    def run() -> int:
        for number in count(1):
            call(number)
            if is_over.is_set():
                break
        return number

    with ThreadPoolExecutor(1) as thread:
        called = thread.submit(run)
        try:
            yield called
        finally:
            is_over.set()


def test_nobody_is_refused_who_connects_while_the_server_starts_anew(tmp_path: Path) -> None:
    with serving(tmp_path / "sessions.db") as server:

        def post(number: int) -> None:
            answer = httpx.post(  # a connection of its own, and nothing is repeated
                f"{server.url}/v1/traces",
                content=span(number),
                headers={"content-type": "application/json"},
                timeout=DEADLINE_SECONDS,
            )
            assert answer.status_code == 200

        with calling(post) as posted:
            for _ in range(RESTARTS):
                server.start_anew()
        assert posted.result() == stored(server)


def test_every_call_over_grpc_is_answered_while_the_server_starts_anew(tmp_path: Path) -> None:
    with serving(tmp_path / "sessions.db") as server:
        # One connection, and nothing is repeated, as Node's exporter does it.
        channel = grpc.insecure_channel(server.grpc_address)
        export = channel.unary_unary(EXPORT)

        def send(number: int) -> None:
            body = convert_request(span(number), Encoding.JSON, Encoding.PROTOBUF)
            at_once = [export.future(body, timeout=DEADLINE_SECONDS) for _ in range(10)]
            assert [call.result() for call in at_once] == [b""] * 10

        with closing(channel):
            with calling(send) as sent:
                for _ in range(RESTARTS):
                    server.start_anew()
            assert sent.result() == stored(server)


@contextmanager
def starting_anew(server: Server) -> Iterator[Callable[[], bytes]]:
    """Let the server drain as long as the caller wants; give what finishes its last request."""
    address = urlsplit(server.url)
    to = (address.hostname or "", address.port or 0)
    with (
        closing(socket.create_connection(to, timeout=DEADLINE_SECONDS)) as busy,
        closing(socket.create_connection(to, timeout=DEADLINE_SECONDS)) as idle,
    ):
        body = span(1)
        head = f"content-type: application/json\r\ncontent-length: {len(body)}"
        busy.sendall(f"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n".encode())
        idle.sendall(GET)
        assert idle.recv(1) == b"H"  # so the other was heard before
        server.process.send_signal(signal.SIGUSR2)
        while idle.recv(65536):  # until it is closed, for nothing more comes
            pass

        def finish() -> bytes:
            busy.sendall(body)
            return busy.recv(65536)

        yield finish


def test_a_server_that_starts_anew_can_still_be_stopped(tmp_path: Path) -> None:
    with serving(tmp_path / "sessions.db") as server:
        with starting_anew(server) as finish:
            server.process.terminate()
            wait_until_refused(server.url)
            assert finish().startswith(b"HTTP/1.1 200 ")
        assert server.process.wait(DEADLINE_SECONDS) == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""  # it did not start anew


def test_to_ask_twice_is_to_ask_once(tmp_path: Path) -> None:
    with serving(tmp_path / "sessions.db") as server:
        with starting_anew(server) as finish:
            server.process.send_signal(signal.SIGUSR2)
            assert finish().startswith(b"HTTP/1.1 200 ")
        assert told_addresses(server.process) == (server.url, server.grpc_address)
        assert stored(server) == 1
