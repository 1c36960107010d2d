"""The checks of a running server."""

import socket
from dataclasses import replace
from typing import Any

import pytest

import otlp_json
from helicone_otel.doctor import Check, Outcome, ServerAddresses, examine
from helicone_otel.settings import Settings
from running import RunningServer, serving

WIRES = ["OTLP/HTTP with protobuf", "OTLP/HTTP with JSON", "OTLP/gRPC"]
TOKEN = "a-token-for-this-test-only"
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}
SESSION = "0b7c1c52-7d1a-4f0e-9a37-2a4f1f3f6a0"


def checks_of(server: RunningServer, token: str | None = None) -> dict[str, Check]:
    addresses = ServerAddresses(http_url=server.url, grpc_address=server.grpc_address, token=token)
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": server.url}
    return {check.name: check for check in examine(addresses, environment)}


def send_chats(server: RunningServer, count: int, **attributes: str) -> None:
    """Send one trace each."""
    named = {key.replace("_", "."): value for key, value in attributes.items()}
    spans: list[dict[str, Any]] = [
        otlp_json.span(f"{n:032x}", f"{n:016x}", kind=3, attributes={**CHAT, **named})
        for n in range(1, count + 1)
    ]
    server.http.post("/v1/traces", json=otlp_json.request(spans)).raise_for_status()


def test_a_span_goes_over_each_wire_and_comes_back(server: RunningServer) -> None:
    checks = checks_of(server)
    assert [checks[wire].outcome for wire in WIRES] == [Outcome.OK] * 3
    assert 'stored_total{signal="spans"} 3.0' in server.http.get("/metrics").text
    assert server.http.get("/api/sessions").json()["sessions"] == []


def test_a_server_that_is_not_there_is_told_with_its_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        found = list(examine(ServerAddresses(http_url=url, grpc_address="127.0.0.1:9"), {}))
    assert found[0].outcome is Outcome.PROBLEM
    assert url in found[0].message
    assert {check.name for check in found} == {"server", "environment of this shell"}


def test_a_closed_grpc_port_is_a_problem_of_that_wire_only(server: RunningServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{taken.getsockname()[1]}"
        addresses = ServerAddresses(http_url=server.url, grpc_address=closed)
        checks = {check.name: check for check in examine(addresses, {})}
    outcomes = [checks[wire].outcome for wire in WIRES]
    assert outcomes == [Outcome.OK, Outcome.OK, Outcome.PROBLEM]
    assert closed in checks["OTLP/gRPC"].fix


def test_a_missing_token_is_a_problem_that_names_the_command(server_settings: Settings) -> None:
    with serving(replace(server_settings, token=TOKEN)) as server:
        without, with_token = checks_of(server), checks_of(server, TOKEN)
    assert [without[wire].outcome for wire in WIRES] == [Outcome.PROBLEM] * 3
    assert all("helicone-otel token create" in without[wire].fix for wire in WIRES)
    assert [with_token[wire].outcome for wire in WIRES] == [Outcome.OK] * 3


def test_spans_without_a_request_are_told_not_to_appear(server: RunningServer) -> None:
    span = otlp_json.span("a" * 32, "b" * 16, name="work")
    server.http.post("/v1/traces", json=otlp_json.request([span])).raise_for_status()
    check = checks_of(server)["sessions appear"]
    assert check.outcome is Outcome.PROBLEM
    assert "none of them is in a session" in check.message
    assert "Helicone-Session-Id" in check.fix


def test_requests_that_name_no_session_are_told_not_to_group(server: RunningServer) -> None:
    send_chats(server, 3)
    check = checks_of(server)["requests group into sessions"]
    assert check.outcome is Outcome.ADVICE
    assert "3 of the 3 latest sessions" in check.message


def test_an_object_for_an_id_is_told_not_to_group(server: RunningServer) -> None:
    send_chats(server, 1, helicone_session_id="[object Object]")
    check = checks_of(server)["requests group into sessions"]
    assert check.outcome is Outcome.PROBLEM
    assert "[object Object]" in check.message


def test_requests_without_a_path_are_told_to_lack_hierarchy(server: RunningServer) -> None:
    send_chats(server, 1, helicone_session_id=SESSION + "1")
    check = checks_of(server)["sessions have a hierarchy"]
    assert check.outcome is Outcome.ADVICE
    assert SESSION in check.message
    assert "Helicone-Session-Path" in check.fix


def test_good_sessions_are_told_to_be_good(server: RunningServer) -> None:
    send_chats(
        server,
        2,
        helicone_session_id=SESSION + "1",
        helicone_session_path="/research",
        helicone_session_name="Research Agent",
    )
    checks = checks_of(server)
    assert {check.outcome for name, check in checks.items() if "session" in name} == {Outcome.OK}


@pytest.mark.parametrize("path", ["/api/lint", f"/api/sessions/{SESSION}1/lint"])
def test_the_api_tells_findings(server: RunningServer, path: str) -> None:
    send_chats(server, 1, helicone_session_id=SESSION + "1", helicone_session_path="step1")
    document = server.http.get(path).json()
    (session,) = document.get("sessions", [document])
    rules = {finding["rule"] for finding in session["findings"]}
    assert rules == {"step-number-in-path", "no-leading-slash", "missing-name"}
