"""Large requests are read in processes of their own; nobody can tell by the answers."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

import otlp_json
from helicone_otel.errors import BadPayload, ReaderDied, StoreUnavailable
from helicone_otel.ingest import Ingest, open_store
from helicone_otel.ingest.workers import MIN_BYTES, Workers
from helicone_otel.model import Encoding
from helicone_otel.settings import Settings
from helicone_otel.store import SpanStore
from running import RunningServer, serving


@pytest.fixture
def store(server_settings: Settings) -> Iterator[SpanStore]:
    opened = open_store(server_settings)
    yield opened
    opened.close()


@pytest.fixture
def ingest(store: SpanStore) -> Iterator[Ingest]:
    opened = Ingest(store, max_spans=1000, workers=1)
    yield opened
    opened.close()


def large_request(session_id: str, *, bad: int = 0) -> bytes:
    """Return more bytes than are read in the server's own process; *bad* spans have no ids."""
    attributes = {"helicone.session.id": session_id, "filler": "x" * (MIN_BYTES // 10)}
    trace_id = session_id.encode().hex().ljust(32, "0")
    good = [otlp_json.span(trace_id, f"{n:016x}", attributes=attributes) for n in range(1, 13)]
    broken = [otlp_json.span("", "") for _ in range(bad)]
    return json.dumps(otlp_json.request([*broken, *good])).encode()


def spans_of(store: SpanStore, session_id: str) -> int:
    with store.snapshot() as snapshot:
        return snapshot.get_session(session_id).spans


def worker_ids() -> list[int]:
    """Return the processes that this one has started and that look like readers of requests."""
    children = [
        pid
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]
    command = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in children}
    return [int(pid) for pid, words in command.items() if "spawn_main" in words]


def test_what_a_process_read_is_stored_and_what_it_refused_is_told(
    ingest: Ingest, store: SpanStore
) -> None:
    outcome = ingest.export(large_request("s", bad=2), Encoding.JSON)
    assert (outcome.accepted, [r.index for r in outcome.rejections]) == (12, [0, 1])
    assert len(worker_ids()) == 1
    assert spans_of(store, "s") == 12
    again = ingest.export(large_request("s"), Encoding.JSON)
    assert (again.accepted, spans_of(store, "s")) == (12, 12)


def test_a_bad_request_is_refused_as_ever(ingest: Ingest) -> None:
    with pytest.raises(BadPayload, match="is not JSON"):
        ingest.export(b"{" + b" " * MIN_BYTES, Encoding.JSON)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a pipe can be asked to be wider")
def test_a_usual_request_fits_into_the_pipes_as_a_whole(ingest: Ingest) -> None:
    before = wide_pipes()
    ingest.export(large_request("s"), Encoding.JSON)
    assert len(wide_pipes()) == len(before) + 4  # both ends of the way there and of the way back


def wide_pipes() -> list[int]:
    """Return this process's descriptors of pipes that hold a megabyte."""
    import fcntl  # noqa: PLC0415 - not everywhere

    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # no pipe, or closed since
            if fcntl.fcntl(int(entry.name), fcntl.F_GETPIPE_SZ) >= 1024 * 1024:
                found.append(int(entry.name))
    return found


def test_after_the_death_of_a_process_senders_are_told_to_retry(
    ingest: Ingest, store: SpanStore
) -> None:
    ingest.export(large_request("before"), Encoding.JSON)
    for pid in worker_ids():
        os.kill(pid, signal.SIGKILL)
    assert _is_refused_once(ingest)
    ingest.export(large_request("after"), Encoding.JSON)
    assert spans_of(store, "after") == 12


def test_a_pool_that_is_just_breaking_is_told_like_a_broken_one() -> None:
    workers = Workers(1)
    pool = workers._started()
    # As the pool does itself when a process has died, a moment before it says so.
    pool._call_queue._reader.close()  # type: ignore[attr-defined]
    with pytest.raises(ReaderDied):
        workers.read(b"{}" + b" " * MIN_BYTES, Encoding.JSON, max_spans=1)
    workers.close()


def test_after_the_end_no_process_is_started_any_more() -> None:
    workers = Workers(1)
    workers.close()
    with pytest.raises(StoreUnavailable, match="stopping"):
        workers.read(b"{}" + b" " * MIN_BYTES, Encoding.JSON, max_spans=1)
    assert worker_ids() == []


def _is_refused_once(ingest: Ingest) -> bool:
    """Send until the death is noticed, a moment after it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            ingest.export(large_request("before"), Encoding.JSON)
        except StoreUnavailable as error:
            return "send the request again" in str(error)
    return False


def test_the_processes_end_with_the_server(server_settings: Settings) -> None:
    with serving(replace(server_settings, workers=1)) as server:
        assert _post(server, large_request("s")) == 200
        assert len(worker_ids()) == 1
    assert worker_ids() == []


def _post(server: RunningServer, body: bytes) -> int:
    return server.http.post(
        "/v1/traces", content=body, headers={"Content-Type": "application/json"}
    ).status_code
