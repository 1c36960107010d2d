"""The command as a user starts it: real processes, real signals."""

import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

import otlp_json

COMMAND = [str(Path(sys.executable).with_name("helicone-otel"))]
READY = re.compile(r"helicone-otel is ready: (\S+) \(.*\), (\S+) \(OTLP/gRPC\), file (.*)")

HTTP2_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def serving(
    *arguments: str, before: Sequence[str] = (), **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve`, by the command *before* if any; yield the process and its ready line."""
    with subprocess.Popen(
        [*before, *COMMAND, "serve", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


def addresses(ready: str) -> tuple[str, str, str]:
    matched = READY.fullmatch(ready)
    assert matched, ready
    return matched[1], matched[2], matched[3]


def one_session(session_id: str) -> dict[str, object]:
    attributes: dict[str, str | int | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
        "helicone.session.id": session_id,
        "helicone.session.name": "Evil \x1b[31mname",
        "helicone.session.path": "/plan/write",
    }
    return otlp_json.request([otlp_json.span("a" * 32, "b" * 16, kind=3, attributes=attributes)])


def test_one_ready_line_names_urls_and_file_and_sigterm_ends_well(tmp_path: Path) -> None:
    database = tmp_path / "my sessions.db"
    with serving("--port", "0", "--grpc-port", "0", "--db", str(database)) as (process, ready):
        url, _, file = addresses(ready)
        assert file == str(database)
        assert httpx.post(f"{url}/v1/traces", json=one_session("s")).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert run("show", "s", "--db", str(database)).returncode == 0


def test_every_option_is_an_environment_variable_too(tmp_path: Path) -> None:
    database = tmp_path / "from-environment.db"
    environment = {
        "HELICONE_OTEL_DB": str(database),
        "HELICONE_OTEL_HOST": "127.0.0.1",
        "HELICONE_OTEL_PORT": "0",
        "HELICONE_OTEL_GRPC_PORT": "0",
        "HELICONE_OTEL_IMPLICIT_SESSIONS": "none",
    }
    with serving(**environment) as (_, ready):
        url, _, file = addresses(ready)
        assert file == str(database)
        httpx.post(f"{url}/v1/traces", json=one_session("s"))
    assert json.loads(run("sessions", "--json", **environment).stdout)["sessions"]


def test_grpc_spans_are_sessions(tmp_path: Path) -> None:
    database = tmp_path / "sessions.db"
    with serving("--port", "0", "--grpc-port", "0", "--db", str(database)) as (_, ready):
        url, grpc_address, _ = addresses(ready)
        provider = TracerProvider()
        exporter = OTLPSpanExporter(endpoint=grpc_address, insecure=True)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        with provider.get_tracer("test").start_as_current_span("work") as span:
            span.set_attribute("session.id", "over grpc")
        provider.shutdown()
        assert httpx.get(f"{url}/api/sessions/over%20grpc").json()["session"]["spans"] == 1


def test_connections_are_not_limited_by_what_systems_usually_allow(tmp_path: Path) -> None:
    few_descriptors = ["sh", "-c", 'ulimit -S -n 256 && exec "$@"', "sh"]
    options = ["--port", "0", "--grpc-port", "0", "--db", str(tmp_path / "s.db")]
    with serving(*options, before=few_descriptors) as (_, ready), ExitStack() as stack:
        url, grpc_address, _ = addresses(ready)
        host, _, port = grpc_address.rpartition(":")
        for _ in range(200):
            connection = socket.create_connection((host, int(port)), timeout=20)
            stack.enter_context(closing(connection)).sendall(HTTP2_GREETING)
            assert connection.recv(1)  # grpcio has it
        assert httpx.get(f"{url}/healthz").status_code == 200


@pytest.mark.parametrize("option", ["--port", "--grpc-port"])
def test_a_busy_port_is_told_with_advice(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        other = "--grpc-port" if option == "--port" else "--port"
        ran = run("serve", option, port, other, "0", "--db", str(tmp_path / "s.db"))
    assert ran.returncode == 1
    assert port in ran.stderr
    assert option in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_address_beyond_this_machine_is_refused(tmp_path: Path) -> None:
    ran = run("serve", "--host", "0.0.0.0", "--db", str(tmp_path / "s.db"))
    assert ran.returncode == 1
    assert "token" in ran.stderr
    assert not (tmp_path / "s.db").exists()


def test_root_lets_no_other_machine_in_and_others_are_warned(tmp_path: Path) -> None:
    options = ["--host", "0.0.0.0", "--insecure-no-auth", "--port", "0", "--grpc-port", "0"]
    command = [*COMMAND, "serve", *options, "--db", str(tmp_path / "s.db")]
    with subprocess.Popen(
        command, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.terminate()
    assert ("this is root" if os.geteuid() == 0 else "Warning: --insecure-no-auth") in said


def test_a_token_is_made_listed_used_and_revoked(tmp_path: Path) -> None:
    database = ("--db", str(tmp_path / "s.db"))
    with serving("--port", "0", "--grpc-port", "0", *database) as (_, ready):
        url = addresses(ready)[0] + "/api/sessions"
        assert httpx.get(url).status_code == 200
        made = run("token", "create", "--name", "me", "--scope", "read", *database)
        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        assert "OTEL_EXPORTER_OTLP_HEADERS" in made.stderr
        assert (httpx.get(url).status_code, httpx.get(url, headers=headers).status_code) == (
            401,
            200,
        )
        listed = json.loads(run("token", "list", "--json", *database).stdout)["tokens"]
        assert [(token["name"], token["scopes"]) for token in listed] == [("me", ["read"])]
        revoked = run("token", "revoke", "me", *database)
        assert "nobody gets in now" in revoked.stderr
        assert httpx.get(url, headers=headers).status_code == 401


def test_only_the_owner_reads_what_the_server_writes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    run("token", "create", "--name", "me", "--scope", "ingest", "--db", str(folder / "s.db"))
    with serving("--port", "0", "--grpc-port", "0", "--db", str(folder / "s.db")):
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(files) >= {"s.db", "s.db-wal", "s.db-shm", "s.db.tokens.json"}
    assert set(files.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_foreign_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE precious (value)")
    connection.close()
    for command in (["serve", "--port", "0"], ["sessions"], ["show", "s"]):
        ran = run(*command, "--db", str(path))
        assert ran.returncode == 1
        assert "another program" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_sessions_and_show_are_plain_when_piped(tmp_path: Path) -> None:
    database = str(tmp_path / "sessions.db")
    with serving("--port", "0", "--grpc-port", "0", "--db", database) as (_, ready):
        httpx.post(f"{addresses(ready)[0]}/v1/traces", json=one_session("the-session"))
        listed = run("sessions", "--db", database).stdout
        shown = run("show", "the-session", "--db", database).stdout
    assert "the-session" in listed
    assert "$0.000210" in listed
    assert "└─ plan" in shown
    assert "   └─ write" in shown
    assert "gpt-4o-mini" in shown
    assert "\x1b" not in listed + shown


def test_reading_commands_print_json(tmp_path: Path) -> None:
    database = str(tmp_path / "sessions.db")
    with serving("--port", "0", "--grpc-port", "0", "--db", database) as (_, ready):
        url = addresses(ready)[0]
        httpx.post(f"{url}/v1/traces", json=one_session("s"))
        listed = json.loads(run("sessions", "--json", "--db", database).stdout)
        shown = json.loads(run("show", "s", "--json", "--db", database).stdout)
        assert listed == httpx.get(f"{url}/api/sessions").json()
        assert shown == httpx.get(f"{url}/api/sessions/s").json()


def test_an_unknown_session_and_a_missing_file_are_told_with_advice(tmp_path: Path) -> None:
    database = str(tmp_path / "sessions.db")
    assert "helicone-otel serve" in run("sessions", "--db", database).stderr
    with serving("--port", "0", "--grpc-port", "0", "--db", database):
        pass
    assert run("sessions", "--db", database).stdout.strip() == "There are no sessions yet."
    ran = run("show", "nope", "--db", database)
    assert ran.returncode == 1
    assert "helicone-otel sessions" in ran.stderr


def test_help_teaches() -> None:
    for command in (
        [],
        ["serve"],
        ["demo"],
        ["sessions"],
        ["show"],
        ["token"],
        ["token", "create"],
    ):
        ran = run(*command, "--help")
        assert ran.returncode == 0
        assert ran.stdout.strip()
