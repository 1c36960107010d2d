"""What was acknowledged stays; what cannot be kept is refused so that the sender repeats it."""

import json
import os
import random
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import grpc
import httpx

import otlp_json
from helicone_otel.ingest import open_store
from helicone_otel.model import Encoding
from helicone_otel.otlp import convert_request
from helicone_otel.settings import MIB, Settings, StoreSettings, Synchronous
from running import RunningServer
from running import serving as serving_here
from soak.crashes import Senders, crash_rounds, lost_spans
from soak.server import serving
from trouble import copy_as_after_a_crash, destroy_pages_of, small_disk, wait_until_refused


def one_span(session_id: str, number: int = 1) -> dict[str, object]:
    attributes = {"helicone.session.id": session_id}
    return otlp_json.request([otlp_json.span("a" * 32, f"{number:016x}", attributes=attributes)])


def test_an_acknowledged_span_survives_a_kill(tmp_path: Path) -> None:
    database = tmp_path / "sessions.db"
    for number in range(1, 4):
        with serving(database) as server:
            url = server.url
            kept = httpx.get(f"{url}/api/sessions").json()["sessions"]
            assert [session["spans"] for session in kept] == ([number - 1] if number > 1 else [])
            answer = httpx.post(f"{url}/v1/traces", json=one_span("s", number))
            assert answer.status_code == 200
            server.process.kill()
            server.process.wait(20)
    with serving(database) as server:
        assert httpx.get(f"{server.url}/api/sessions/s").json()["session"]["spans"] == 3


def test_a_request_in_flight_is_finished_before_the_server_ends(tmp_path: Path) -> None:
    with serving(tmp_path / "sessions.db") as server:
        process, url = server.process, server.url
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
            wait_until_refused(url)
            sender.sendall(body[10:])
            assert sender.recv(4096).startswith(b"HTTP/1.1 200")
        assert process.wait(20) == 0
    with serving(tmp_path / "sessions.db") as server:
        assert httpx.get(f"{server.url}/api/sessions/in%20flight").status_code == 200


def test_a_grpc_request_in_flight_is_answered_before_the_server_ends(
    server_settings: Settings,
) -> None:
    path = server_settings.database
    blocker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with closing(blocker), ThreadPoolExecutor() as threads:
        with serving_here(server_settings) as server:
            blocker.execute("BEGIN IMMEDIATE")
            answer = threads.submit(_export_over_grpc, server.grpc_address)
            deadline = time.monotonic() + 20
            while not server.store.status().waiting_bytes:
                assert time.monotonic() < deadline
            threads.submit(_unlock_when_refused, blocker, server.url)
        assert answer.result(20) == b""
    with serving_here(server_settings) as server:
        assert server.http.get("/api/sessions/in%20flight").status_code == 200


def _export_over_grpc(address: str) -> bytes:
    body = convert_request(
        json.dumps(one_span("in flight")).encode(), Encoding.JSON, Encoding.PROTOBUF
    )
    with grpc.insecure_channel(address) as channel:
        export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        return bytes(export(body, timeout=20))


def _unlock_when_refused(blocker: sqlite3.Connection, url: str) -> None:
    wait_until_refused(url)
    blocker.execute("COMMIT")


def test_crashes_under_load_lose_nothing_acknowledged(tmp_path: Path) -> None:
    starts = list(crash_rounds(tmp_path / "sessions.db", 10, random.Random(16)))
    assert len(starts) == 10


def test_a_server_that_is_stopped_under_load_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    database = tmp_path / "sessions.db"
    with serving(database) as server:
        senders = Senders(server.url, count(1), random.Random(19))
        senders.wait_for(20)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        senders.join()
    assert not database.with_name("sessions.db-wal").exists()  # all of it is in the file
    assert not lost_spans(database, senders.acknowledged)


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


def test_a_full_disk_is_answered_with_retry_while_reading_goes_on(
    tmp_path: Path, server_settings: Settings
) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        (disk / "filler").write_bytes(bytes(8 * MIB))
        to_the_last_byte = replace(server_settings.store, min_free_bytes=0)
        settings = replace(server_settings, database=disk / "s.db", store=to_the_last_byte)
        with serving_here(settings) as server:
            acknowledged = _send_until_refused(server)
            sessions = server.http.get("/api/sessions?limit=1000").json()["sessions"]
            assert len(sessions) == acknowledged > 0
            (disk / "filler").unlink()
            assert server.http.post("/v1/traces", json=one_span("late")).status_code == 200
            assert server.http.get("/readyz").status_code == 200


def _send_until_refused(server: RunningServer) -> int:
    for number in range(1000):
        text = os.urandom(128 * 1024).hex()
        span = otlp_json.span(
            f"{number + 1:032x}", "1" * 16, attributes={"session.id": f"s{number}", "text": text}
        )
        answer = server.http.post("/v1/traces", json=otlp_json.request([span]))
        if answer.status_code != 200:
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            return number
    raise AssertionError("the disk is never full")


def test_a_damaged_file_is_kept_as_it_is_and_told(tmp_path: Path) -> None:
    with serving_here(Settings(database=tmp_path / "before.db", port=0, grpc_port=0)) as server:
        server.http.post("/v1/traces", json=one_span("s"))
        damaged = copy_as_after_a_crash(server.store, tmp_path / "sessions.db")
    destroy_pages_of(damaged, "llm_request_by_start")
    damaged.with_name("sessions.db-wal").write_bytes(b"left behind")
    with serving_here(Settings(database=damaged, port=0, grpc_port=0)) as server:
        _wait_until(lambda: "is damaged" in server.http.get("/readyz").text)
        refused = server.http.post("/v1/traces", json=one_span("t"))
        assert refused.status_code == 503
        assert "helicone-otel salvage" in refused.json()["message"]
        assert server.http.get("/api/sessions/s").json()["session"]["spans"] == 1


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline


def test_a_faster_promise_is_a_named_choice(server_settings: Settings) -> None:
    for synchronous, level in ((Synchronous.FULL, 2), (Synchronous.NORMAL, 1)):
        settings = replace(server_settings, store=StoreSettings(synchronous=synchronous))
        with closing(open_store(settings)) as store:
            found = store.change(lambda file: file.execute("PRAGMA synchronous").fetchone())
        assert found == (level,)
