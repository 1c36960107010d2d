"""What a file needs now and then, with the command as a user starts it."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

import otlp_json
import otlp_logs
from helicone_otel.settings import Settings, StoreSettings
from running import RunningServer
from running import serving as serving_here
from trouble import destroy_pages_of

COMMAND = str(Path(sys.executable).with_name("helicone-otel"))
DAY_NS = 86_400 * 10**9


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [COMMAND, *arguments], input=stdin, capture_output=True, timeout=60, check=False
    )


def told(*arguments: str) -> str:
    """Run a command that must succeed; return what it tells."""
    ran = run(*arguments)
    assert ran.returncode == 0, ran.stderr
    return ran.stderr.decode()


def send(server: RunningServer, session_id: str, *, days_ago: float = 0) -> None:
    start_ns = time.time_ns() - int(days_ago * DAY_NS)
    span = otlp_json.span(
        os.urandom(16).hex(), "1" * 16, start_ns=start_ns, attributes={"session.id": session_id}
    )
    answer = server.http.post("/v1/traces", json=otlp_json.request([span]))
    assert answer.status_code == 200


@pytest.fixture
def database(server_settings: Settings) -> Path:
    return server_settings.database


@pytest.fixture
def filled(server: RunningServer) -> RunningServer:
    """Return a server, which goes on meanwhile, with a new session and an old one."""
    send(server, "new")
    send(server, "old", days_ago=90)
    return server


def sessions(server: RunningServer) -> set[str]:
    found = server.http.get("/api/sessions").json()["sessions"]
    return {session["session_id"] for session in found}


@pytest.mark.parametrize("file_format", ["jsonl", "protobuf"])
def test_an_export_can_be_imported(filled: RunningServer, database: Path, file_format: str) -> None:
    file, copy = database.with_name("spans"), database.with_name("copy.db")
    written = run("export", "--format", file_format, "-o", str(file), "--db", str(database))
    assert written.stderr == b"Exported 2 spans.\n"
    assert told("import", str(file), "--db", str(copy)) == f"Imported 2 spans into {copy}.\n"
    listed = json.loads(run("sessions", "--json", "--db", str(copy)).stdout)
    assert {session["session_id"] for session in listed["sessions"]} == sessions(filled)


def test_log_records_go_with_the_spans_or_alone(filled: RunningServer, database: Path) -> None:
    logs = otlp_logs.logs_request(otlp_logs.claude_request("new"), otlp_logs.log_record("other"))
    assert filled.http.post("/v1/logs", json=logs).status_code == 200
    db, copy = ("--db", str(database)), ("--db", str(database.with_name("copy.db")))
    everything = run("export", *db)
    assert everything.stderr == b"Exported 2 spans and 1 log record.\n"
    assert (
        b"Imported 2 spans and 1 log record into"
        in run("import", "-", *copy, stdin=everything.stdout).stderr
    )
    assert run("export", "--signal", "logs", *copy).stdout == b"".join(
        everything.stdout.splitlines(keepends=True)[2:]
    )
    assert run("export", "--signal", "traces", *db).stderr == b"Exported 2 spans.\n"
    assert run("export", "--session", "new", *db).stderr == b"Exported 1 span and 1 log record.\n"
    sent = run("import", "-", *copy, stdin=json.dumps(logs).encode()).stderr.decode()
    assert "Left out 1 log record: nothing of sessions is in them." in sent


@pytest.mark.usefixtures("filled")
def test_one_session_goes_through_a_pipe(database: Path) -> None:
    copy = database.with_name("copy.db")
    exported = run("export", "--session", "new", "--db", str(database))
    imported = run("import", "-", "--db", str(copy), stdin=exported.stdout)
    assert (exported.returncode, imported.returncode) == (0, 0)
    assert b"new" in run("sessions", "--db", str(copy)).stdout
    assert b"old" not in run("sessions", "--db", str(copy)).stdout


def test_what_cannot_be_imported_is_told_in_the_end(database: Path) -> None:
    good = json.dumps(otlp_json.request([otlp_json.span("a" * 32, "1" * 16)])).encode()
    ran = run("import", "-", "--db", str(database), stdin=good + b"\n{broken\n" + good)
    assert ran.returncode == 1
    assert b"Imported 2 spans" in ran.stderr
    assert b"line 2: the body is not JSON" in ran.stderr
    ran = run("import", "-", "--db", str(database), stdin=b"Dear reader, how are you?")
    assert ran.returncode == 1
    assert b"holds no whole OTLP request" in ran.stderr


def test_old_sessions_are_pruned_while_a_server_runs(filled: RunningServer, database: Path) -> None:
    db = ("--db", str(database))
    assert b"--keep-days 30" in run("prune", *db).stderr
    assert told("prune", "--keep-days", "30", "--dry-run", *db).startswith(
        "Would remove 1 session and 1 span of"
    )
    assert sessions(filled) == {"new", "old"}
    assert told("prune", "--keep-days", "30", *db).startswith("Removed 1 session and 1 span of")
    assert sessions(filled) == {"new"}
    send(filled, "old")
    assert sessions(filled) == {"new", "old"}


def test_a_server_is_told_its_limits(database: Path) -> None:
    assert "no size" in run("serve", "--max-bytes", "1 parsec").stderr.decode()
    assert "--keep-days" in run("serve", "--keep-days", "ever").stderr.decode()
    store = StoreSettings(keep_days=30, retention_pause_s=0.01)
    settings = Settings(database=database, port=0, grpc_port=0, store=store)
    with serving_here(settings) as server:
        send(server, "new")
        send(server, "old", days_ago=90)
        deadline = time.monotonic() + 20
        while sessions(server) != {"new"}:
            assert time.monotonic() < deadline


def test_a_session_is_deleted_while_a_server_runs(filled: RunningServer, database: Path) -> None:
    assert "Deleted 1 span of session old" in told("delete", "old", "--db", str(database))
    assert sessions(filled) == {"new"}
    again = run("delete", "old", "--db", str(database))
    assert again.returncode == 1
    assert b"helicone-otel sessions" in again.stderr


def test_a_file_is_rebuilt_while_a_server_runs(filled: RunningServer, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM session")
    assert sessions(filled) == set()
    assert told("rebuild", "--db", str(database)) == "Rebuilt 2 traces and 2 spans.\n"
    assert sessions(filled) == {"new", "old"}


WITHOUT_OPENAI = """
from genai_prices.data import providers
from genai_prices.data_snapshot import DataSnapshot, set_custom_snapshot
from helicone_otel.cli import main
others = [provider for provider in providers if provider.id == "anthropic"]
set_custom_snapshot(DataSnapshot(providers=others, from_auto_update=False))
main()
"""


def test_calls_are_repriced_while_a_server_runs(server: RunningServer, database: Path) -> None:
    attributes: dict[str, str | int | float] = {
        "session.id": "priced",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 1_000_000,
    }
    span = otlp_json.span("a" * 32, "1" * 16, kind=3, attributes=attributes)
    server.http.post("/v1/traces", json=otlp_json.request([span])).raise_for_status()
    db = ("--db", str(database))
    other_table = [sys.executable, "-c", WITHOUT_OPENAI, "reprice", "--json", *db]

    def with_other_table(*options: str) -> dict[str, object]:
        ran = subprocess.run([*other_table, *options], capture_output=True, timeout=60, check=True)
        return dict(json.loads(ran.stdout))

    def cost() -> object:
        (session,) = server.http.get("/api/sessions").json()["sessions"]
        return session["cost_usd"]

    assert with_other_table("--dry-run")["no_longer_priced"] == 1
    assert cost() == 0.15
    assert with_other_table()["cost_now_usd"] == 0
    assert cost() is None
    assert "1 newly priced" in told("reprice", *db)
    assert cost() == 0.15
    assert "that was a dry run" in told("reprice", "--dry-run", "--since", "2020-01-01", *db)
    assert "nothing to price" in told("reprice", "--since", "2400-01-01", *db)
    assert "0 newly priced" in told("reprice", "--since", "0001-01-01", *db)
    assert b"helicone-otel sessions" in run("reprice", "--session", "nope", *db).stderr


def test_a_damaged_file_is_salvaged_and_kept(server_settings: Settings) -> None:
    database = server_settings.database
    with serving_here(server_settings) as server:
        send(server, "kept")
    destroy_pages_of(database, "session_by_start")
    assert "Salvaged 1 span" in told("salvage", "--db", str(database))
    (aside,) = database.parent.glob("sessions.db.damaged-*Z")
    assert aside.stat().st_size > 0
    with serving_here(server_settings) as again:
        assert sessions(again) == {"kept"}


def test_the_views_can_be_read_with_other_tools_while_a_server_runs(
    filled: RunningServer, database: Path
) -> None:
    sqlite_utils = str(Path(sys.executable).with_name("sqlite-utils"))
    for view in ("v_session", "v_request", "v_span"):
        ran = subprocess.run(
            [sqlite_utils, "rows", str(database), view],
            capture_output=True,
            check=True,
            timeout=60,
        )
        rows = json.loads(ran.stdout)
        assert len(rows) == (0 if view == "v_request" else 2)
    send(filled, "newer")
    assert sessions(filled) == {"new", "old", "newer"}
