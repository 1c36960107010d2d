"""Everything derived can be derived again, trace by trace, while others read and write."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

import otlp_json
import otlp_logs
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.ingest.logs import LogIngest
from helicone_otel.maintenance import rebuild, rebuild_log_records
from helicone_otel.model import DerivedTrace, Encoding, TraceFacts
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import FileMaintenance, SpanStore, pack

DERIVED = ("session", "session_slice", "v_request")


def send(ingest: Ingest, trace: int, *, tokens: int = 10, more: int = 0) -> None:
    """Send an agent with a call, in a session for every two traces."""
    call: dict[str, str | int | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": tokens,
    }
    call |= {f"more.{number}": number for number in range(more)}
    trace_id, session = f"{trace:032x}", {"helicone.session.id": f"s{trace // 2}"}
    spans = [
        otlp_json.span(trace_id, "1" * 16, name="agent", attributes=session),
        otlp_json.span(trace_id, "2" * 16, name="chat", parent="1" * 16, attributes=call),
    ]
    ingest.export(json.dumps(otlp_json.request(spans)).encode(), Encoding.JSON)


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in DERIVED
        } | {"superseded": connection.execute("SELECT count(*) FROM superseded_copy").fetchall()}


def wreck(path: Path) -> None:
    """Leave what an older version would have: other readings, other sums."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE trace_part SET spans = replace(spans, 'gpt-4o-mini', 'gpt-3')")
        connection.execute("UPDATE llm_request SET cost_nano_usd = 1, path = '/wrong'")
        connection.execute("UPDATE session_slice SET requests = 77, session_id = 'x' || trace_id")
        connection.execute("DELETE FROM session")


@pytest.fixture
def filled(store: SpanStore, ingest: Ingest) -> Path:
    for trace in range(6):
        send(ingest, trace + 1)
    send(ingest, 1, tokens=20, more=3)  # fuller copies
    return store.path


def test_a_wrecked_file_is_as_it_was(filled: Path, file: FileMaintenance) -> None:
    before = contents(filled)
    wreck(filled)
    rebuilt = list(rebuild(file, ImplicitSessions.LLM))
    assert sum(trace.spans for trace in rebuilt) == 13
    assert sum(trace.unread for trace in rebuilt) == 0
    assert contents(filled) == before


def test_a_sound_files_spans_are_not_written_again(filled: Path, file: FileMaintenance) -> None:
    def received() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(filled)) as connection:
            return connection.execute("SELECT * FROM trace_part ORDER BY part_id").fetchall()

    before, derived = received(), contents(filled)
    list(rebuild(file, ImplicitSessions.LLM))
    assert received() == before
    assert contents(filled) == derived


def test_cut_short_the_file_is_right_and_can_be_rebuilt(
    filled: Path, file: FileMaintenance
) -> None:
    before = contents(filled)
    wreck(filled)
    for trace in rebuild(file, ImplicitSessions.LLM):
        assert trace.spans
        break
    with closing(sqlite3.connect(filled)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    list(rebuild(file, ImplicitSessions.LLM))
    assert contents(filled) == before


def test_spans_that_come_meanwhile_are_kept(
    filled: Path, file: FileMaintenance, ingest: Ingest, store: SpanStore
) -> None:
    wreck(filled)
    for number, _ in enumerate(rebuild(file, ImplicitSessions.LLM)):
        for trace in range(1, 7):
            send(ingest, trace, tokens=30, more=10 + number)
    with store.snapshot() as snapshot:
        (session,) = [s for s in snapshot.list_sessions(limit=9) if s.session_id == "s1"]
    assert session.totals.input_tokens == 60
    assert session.spans == 4


@pytest.mark.parametrize("arriving", [1, 50])
def test_spans_can_be_written_while_a_trace_is_worked_out(
    filled: Path, file: FileMaintenance, ingest: Ingest, store: SpanStore, arriving: int
) -> None:
    work_out = derive_with(ImplicitSessions.LLM)
    rounds = 0

    def derive(traces: Sequence[TraceFacts]) -> Sequence[DerivedTrace]:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            send(ingest, arriving, tokens=70, more=20)
        return work_out(traces)

    file.rewriter(derive).derive_again(f"{1:032x}")
    assert rounds == (2 if arriving == 1 else 1)
    arrived = contents(filled)
    list(rebuild(file, ImplicitSessions.LLM))
    assert contents(filled) == arrived
    with store.snapshot() as snapshot:
        assert snapshot.get_session(f"s{arriving // 2}").totals.input_tokens == 70


def test_another_rule_for_implicit_sessions_is_applied(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    span = otlp_json.span("a" * 32, "1" * 16)
    ingest.export(json.dumps(otlp_json.request([span])).encode(), Encoding.JSON)
    for rule, sessions in ((ImplicitSessions.ALL, 1), (ImplicitSessions.NONE, 0)):
        list(rebuild(file, rule))
        with store.snapshot() as snapshot:
            assert len(snapshot.list_sessions(limit=9)) == sessions


def send_log(store: SpanStore) -> None:
    record = otlp_logs.claude_request("claude-1")
    body = json.dumps(otlp_logs.logs_request(record)).encode()
    LogIngest(store, max_records=9).export(body, Encoding.JSON)


def log_rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM log_record").fetchall()


def test_what_log_records_say_is_read_anew(store: SpanStore, file: FileMaintenance) -> None:
    send_log(store)
    before = log_rows(store.path)
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE log_record SET session_id = NULL, facts = NULL, time_ns = 1")
    assert log_rows(store.path) != before
    (rebuilt,) = rebuild_log_records(file)
    assert (rebuilt.records, rebuilt.unread) == (1, 0)
    assert log_rows(store.path) == before


@pytest.mark.parametrize("body", [b"{broken", b"{}"])
def test_a_log_record_that_cannot_be_read_any_more_stays(
    store: SpanStore, file: FileMaintenance, body: bytes
) -> None:
    send_log(store)
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE log_record SET body = ?", (body,))
    before = log_rows(store.path)
    (rebuilt,) = rebuild_log_records(file)
    assert (rebuilt.records, rebuilt.unread) == (1, 1)
    assert log_rows(store.path) == before


def test_a_span_that_cannot_be_read_any_more_keeps_what_was_read(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    send(ingest, 1)
    before = contents(store.path)
    (part,) = file.parts.all_parts()
    unreadable = [replace(span, raw=b'{"traceId": "none"}') for span in part.spans]
    rewriter = file.rewriter(derive_with(ImplicitSessions.LLM))
    assert rewriter.replace(part.trace_id, [part], pack(unreadable))
    (rebuilt,) = rebuild(file, ImplicitSessions.LLM)
    assert (rebuilt.spans, rebuilt.unread) == (2, 2)
    assert contents(store.path) == before
