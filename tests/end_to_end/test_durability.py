"""What was acknowledged stays; what cannot be kept is refused so that the sender repeats it."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

import otlp_json
from running import RunningServer

COMMAND = str(Path(sys.executable).with_name("helicone-otel"))


@contextmanager
def serving(database: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve` on free ports; yield the process and its URL."""
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--grpc-port", "0", "--db", str(database)],
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready = re.search(r"http://\S+", process.stdout.readline())
        assert ready
        try:
            yield process, ready[0]
        finally:
            process.terminate()


def one_span(session_id: str, number: int = 1) -> dict[str, object]:
    attributes = {"helicone.session.id": session_id}
    return otlp_json.request([otlp_json.span("a" * 32, f"{number:016x}", attributes=attributes)])


def test_an_acknowledged_span_survives_a_kill(tmp_path: Path) -> None:
    database = tmp_path / "sessions.db"
    for number in range(1, 4):
        with serving(database) as (process, url):
            kept = httpx.get(f"{url}/api/sessions").json()["sessions"]
            assert [session["spans"] for session in kept] == ([number - 1] if number > 1 else [])
            answer = httpx.post(f"{url}/v1/traces", json=one_span("s", number))
            assert answer.status_code == 200
            process.kill()
            process.wait(20)
    with serving(database) as (_, url):
        assert httpx.get(f"{url}/api/sessions/s").json()["session"]["spans"] == 3


def test_a_request_in_flight_is_finished_before_the_server_ends(tmp_path: Path) -> None:
    with serving(tmp_path / "sessions.db") as (process, url):
        body = json.dumps(one_span("in flight")).encode()
        host, port = urlsplit(url).hostname, urlsplit(url).port
        with socket.create_connection((host or "", port or 0), timeout=20) as sender:
            head = (
                f"POST /v1/traces HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            sender.sendall(head.encode() + body[:10])
            # A second request answers, so the first one's head has been read before it.
            assert httpx.get(f"{url}/healthz").status_code == 200
            process.send_signal(signal.SIGTERM)
            _wait_until_refused(host or "", port or 0)
            sender.sendall(body[10:])
            assert sender.recv(4096).startswith(b"HTTP/1.1 200")
        assert process.wait(20) == 0
    with serving(tmp_path / "sessions.db") as (_, url):
        assert httpx.get(f"{url}/api/sessions/in%20flight").status_code == 200


def _wait_until_refused(host: str, port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except ConnectionRefusedError:
            return
        except OSError:  # a busy server's backlog is full, or it closes while we knock
            continue
    raise AssertionError("the server goes on listening")


def test_a_locked_file_is_answered_with_retry_and_recovers(server: RunningServer) -> None:
    blocker = sqlite3.connect(server.store.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    refused = server.http.post("/v1/traces", json=one_span("s"))
    assert server.http.get("/api/sessions").status_code == 200  # reading goes on
    blocker.execute("COMMIT")
    blocker.close()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert "cannot be written" in refused.json()["message"]
    assert server.http.post("/v1/traces", json=one_span("s")).status_code == 200
    assert server.http.get("/api/sessions/s").json()["session"]["spans"] == 1
