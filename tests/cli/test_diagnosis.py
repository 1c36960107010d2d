"""`lint` and `doctor` as a person and a program run them."""

import json

import pytest
from typer.testing import CliRunner, Result

import otlp_json
from helicone_otel.cli.commands import app
from running import RunningServer

SESSION = "0b7c1c52-7d1a-4f0e-9a37-2a4f1f3f6a01"


def run(*arguments: str, **environment: str | None) -> Result:
    return CliRunner(env=environment).invoke(app, arguments)


def send_session(server: RunningServer, path: str, session_id: str = SESSION) -> None:
    attributes: dict[str, str | int | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "helicone.session.id": session_id,
        "helicone.session.name": "Research Agent",
        "helicone.session.path": path,
    }
    span = otlp_json.span("a" * 32, "b" * 16, kind=3, attributes=attributes)
    server.http.post("/v1/traces", json=otlp_json.request([span])).raise_for_status()


@pytest.mark.parametrize("asked", [[], [SESSION]])
def test_lint_tells_what_to_change_and_fails(server: RunningServer, asked: list[str]) -> None:
    send_session(server, "/step1")
    told = run("lint", *asked, "--db", str(server.store.path))
    assert told.exit_code == 1
    assert "step-number-in-path" in told.stdout
    assert "Fix: " in told.stdout
    document = json.loads(run("lint", *asked, "--db", str(server.store.path), "--json").stdout)
    (session,) = document["sessions"]
    assert [finding["examples"] for finding in session["findings"]] == [["/step1"]]


def test_lint_of_good_sessions_succeeds(server: RunningServer) -> None:
    send_session(server, "/research")
    told = run("lint", "--db", str(server.store.path))
    assert told.exit_code == 0
    assert "1 session looked at, nothing to change." in told.stdout


def test_lint_of_an_unknown_session_says_how_to_list_them(server: RunningServer) -> None:
    told = run("lint", "nope", "--db", str(server.store.path))
    assert told.exit_code == 1
    assert "helicone-otel sessions" in told.stderr


def test_what_strangers_named_reaches_no_terminal(server: RunningServer) -> None:
    send_session(server, "/step1", session_id="\x1b[31mred")
    for asked in (["lint"], ["explain", "b" * 16]):
        assert "\x1b" not in run(*asked, "--db", str(server.store.path)).stdout


def test_explain_tells_what_counts_and_why(server: RunningServer) -> None:
    send_session(server, "/research")
    database = str(server.store.path)
    told = run("explain", SESSION, "--db", database)
    assert told.exit_code == 0, told.stderr
    assert "helicone.session.id (strong) on span" in told.stdout
    assert "counted: the innermost LLM span of its call" in told.stdout
    assert "1 span." in told.stdout
    document = json.loads(run("explain", "b" * 16, "--db", database, "--json").stdout)
    assert document["subject"] == {
        "kind": "span",
        "session_id": None,
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
    }


def test_explain_of_a_trace_says_where_its_calls_are_counted(server: RunningServer) -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.response.id": "answer"}
    named = {**call, "session.id": SESSION}
    for digit, scope, attributes in (("1", "framework", call), ("2", "sdk", named)):
        span = otlp_json.span(digit * 32, digit * 16, attributes=attributes)
        request = otlp_json.request([span])
        request["resourceSpans"][0]["scopeSpans"][0]["scope"]["name"] = scope
        server.http.post("/v1/traces", json=request).raise_for_status()
    told = run("explain", "1" * 32, "--db", str(server.store.path)).stdout
    assert f"counted: {'2' * 32}/{'2' * 16}" in told


def test_explain_of_an_unknown_id_says_how_to_find_one(server: RunningServer) -> None:
    told = run("explain", "nope", "--db", str(server.store.path))
    assert told.exit_code == 1
    assert "no session, trace or span" in told.stderr
    assert "helicone-otel sessions" in told.stderr


def test_a_long_explanation_says_how_to_go_on(server: RunningServer) -> None:
    chat: dict[str, str | int | float] = {"gen_ai.operation.name": "chat", "session.id": "long"}
    spans = [otlp_json.span("a" * 32, f"{n:016x}", attributes=chat) for n in range(1, 4)]
    server.http.post("/v1/traces", json=otlp_json.request(spans)).raise_for_status()
    database = str(server.store.path)
    told = run("explain", "long", "--limit", "2", "--db", database).stdout
    assert "2 of them; go on with --cursor" in told
    cursor = told.split("--cursor ")[1].strip()
    assert f"{3:016x}" in run("explain", "long", "--cursor", cursor, "--db", database).stdout


def test_doctor_succeeds_where_all_is_well(server: RunningServer) -> None:
    addresses = ("--url", server.url, "--grpc-address", server.grpc_address)
    told = run("doctor", *addresses, "--json", OTEL_EXPORTER_OTLP_ENDPOINT=server.url)
    assert told.exit_code == 0, told.stdout
    document = json.loads(told.stdout)
    assert document["ok"]
    assert {"OTLP/gRPC", "server"} <= {check["name"] for check in document["checks"]}


def test_doctor_fails_and_says_what_to_do(server: RunningServer) -> None:
    addresses = ("--url", server.url, "--grpc-address", server.grpc_address)
    told = run("doctor", *addresses, OTEL_SDK_DISABLED="true")
    assert told.exit_code == 1
    assert "Do: unset OTEL_SDK_DISABLED" in told.stdout


@pytest.mark.parametrize("url", ["4318", "localhost:4318", "http://[", "http://x:many"])
def test_doctor_refuses_an_address_that_is_none(url: str) -> None:
    told = run("doctor", "--url", url)
    assert told.exit_code == 1
    assert "expected such as http://127.0.0.1:4318" in told.stderr
