"""What can be read of a damaged file is kept."""

import json
import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

import otlp_json
import otlp_logs
from helicone_otel.errors import StoreUnusable
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.ingest.logs import LogIngest
from helicone_otel.maintenance import put_in_place, salvage_into
from helicone_otel.model import Encoding, Signal
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore, reading_log_records, reading_parts
from trouble import destroy_pages_of

TRACES = 60
PAGE_BYTES = 16 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with a part of 20 kB for each of the traces, and as large a log record."""
    path = tmp_path / "sessions.db"
    with closing(SpanStore.open(path, derive_with(ImplicitSessions.LLM))) as store:
        ingest, logs = Ingest(store, max_spans=10), LogIngest(store, max_records=10)
        for number in range(1, TRACES + 1):
            attributes = {"session.id": f"s{number}", "text": os.urandom(10_000).hex()}
            span = otlp_json.span(f"{number:032x}", "1" * 16, attributes=attributes)
            ingest.export(json.dumps(otlp_json.request([span])).encode(), Encoding.JSON)
            said = otlp_logs.claude_request(f"s{number}", text=os.urandom(10_000).hex())
            body = json.dumps(otlp_logs.logs_request(said, resource={"n": number})).encode()
            logs.export(body, Encoding.JSON)
        store.change(
            lambda file: file.execute("INSERT INTO session_tag VALUES (1, 's1', 'good', 1)")
        )
    return path


def salvaged(path: Path) -> set[int]:
    """Return the traces that are in a salvaged file."""
    new = path.with_name("new.db")
    salvaged = Counter[Signal]()
    for signal, items in salvage_into(new, path, ImplicitSessions.LLM):
        salvaged[signal] += items
    with reading_parts(new) as reader, reading_log_records(new) as records:
        found = {int(part.trace_id, 16) for part in reader.all_parts()}
        assert salvaged == {Signal.TRACES: len(found), Signal.LOGS: records.count()}
    return found


def test_a_damaged_index_costs_nothing(path: Path) -> None:
    destroy_pages_of(path, "llm_request_by_start")
    assert salvaged(path) == set(range(1, TRACES + 1))


def test_only_what_lies_on_damaged_pages_is_lost(path: Path) -> None:
    content = path.read_bytes()
    damaged = len(content) // PAGE_BYTES // 2 * PAGE_BYTES
    path.write_bytes(content[:damaged] + os.urandom(PAGE_BYTES) + content[damaged + PAGE_BYTES :])
    found = salvaged(path)
    assert TRACES - 4 <= len(found) <= TRACES
    assert {1, TRACES} <= found
    sessions = log_sessions(path.with_name("new.db"))
    assert TRACES - 4 <= len(sessions) <= TRACES
    assert {"s1", f"s{TRACES}"} <= sessions
    assert len(found) + len(sessions) < 2 * TRACES


def log_sessions(path: Path) -> set[str | None]:
    with reading_log_records(path) as records:
        return {it.received.session_id for page in records.pages() for it in page}


def test_log_records_are_kept(path: Path) -> None:
    salvaged(path)
    assert log_sessions(path.with_name("new.db")) == {f"s{n}" for n in range(1, TRACES + 1)}


def test_a_log_record_whose_bytes_are_wrong_costs_no_other(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE log_origin SET encoding = 'jsom' WHERE id IN (30, 31)")
    salvaged(path)
    kept = log_sessions(path.with_name("new.db"))
    assert kept == {f"s{n}" for n in range(1, TRACES + 1) if n not in {30, 31}}


def test_what_people_said_is_kept(path: Path) -> None:
    salvaged(path)
    with closing(sqlite3.connect(path.with_name("new.db"))) as connection:
        assert connection.execute("SELECT tag FROM session_tag").fetchall() == [("good",)]


def test_the_damaged_file_is_kept_under_another_name(path: Path) -> None:
    before = path.read_bytes()
    salvaged(path)
    put_in_place(path.with_name("new.db"), path, path.with_name("aside.db"))
    assert path.with_name("aside.db").read_bytes() == before
    with closing(SpanStore.open_read_only(path)) as store, store.snapshot() as snapshot:
        assert len(snapshot.list_sessions(limit=100)) == TRACES


def test_a_file_that_cannot_even_be_opened_is_left_alone(path: Path) -> None:
    path.write_bytes(b"x" * PAGE_BYTES + path.read_bytes()[PAGE_BYTES:])
    with pytest.raises(StoreUnusable, match="left as it is"):
        salvaged(path)
    assert not path.with_name("new.db").exists()
