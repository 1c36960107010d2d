"""Our own session API."""

from typing import Any

import pytest

import otlp_json
from helicone_otel.session_reference import session_id_of_trace
from running import RunningServer


def send(server: RunningServer, *spans: dict[str, Any]) -> None:
    assert server.http.post("/v1/traces", json=otlp_json.request(spans)).json() == {}


def call(number: int, session_id: str, **attributes: str | float) -> dict[str, Any]:
    return otlp_json.span(
        f"{number:032x}",
        f"{number:016x}",
        name="chat",
        kind=3,
        start_ns=number * 10**9,
        attributes={
            "gen_ai.operation.name": "chat",
            "helicone.session.id": session_id,
            **attributes,
        },
    )


def test_sessions_are_listed_the_latest_first_page_by_page(server: RunningServer) -> None:
    send(server, *(call(number, f"s{number}") for number in range(11, 18)))
    seen, cursor = [], None
    news = iter(range(1, 10))
    while True:
        parameters = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = server.http.get("/api/sessions", params=parameters).json()
        seen += [session["session_id"] for session in page["sessions"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        new = next(news)  # newer ones neither come twice nor push others out
        send(server, call(100 + new, f"newer {new}"), call(20 + new, "s16"))
    assert seen == [f"s{number}" for number in range(17, 10, -1)]


def test_sessions_are_filtered_by_name(server: RunningServer) -> None:
    send(
        server,
        call(1, "a", **{"helicone.session.name": "One"}),
        call(2, "b", **{"helicone.session.name": "Two"}),
    )
    page = server.http.get("/api/sessions", params={"name": "Two"}).json()
    assert [session["session_id"] for session in page["sessions"]] == ["b"]


def test_a_whole_session_has_numbers_tree_and_requests(server: RunningServer) -> None:
    trace = "c" * 32
    usage = {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}
    model = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}
    send(
        server,
        otlp_json.span(trace, "a" * 16, name="agent", start_ns=10**9, end_ns=9 * 10**9),
        otlp_json.span(
            trace,
            "b" * 16,
            parent="a" * 16,
            kind=3,
            start_ns=2 * 10**9,
            attributes={**model, **usage, "helicone.property.topic": "x", "user.id": "u"},
        ),
        otlp_json.span(
            trace,
            "d" * 16,
            parent="a" * 16,
            kind=3,
            start_ns=4 * 10**9,
            attributes={**model, "gen_ai.request.model": "home-grown"},
            failed=True,
        ),
    )
    whole = server.http.get(f"/api/sessions/{session_id_of_trace(trace)}").json()
    session = whole["session"]
    assert session["trace_id"] == trace
    assert session["status"] == "failed"
    assert (session["requests"], session["failed_requests"]) == (2, 1)
    assert (session["unpriced_requests"], session["requests_without_usage"]) == (1, 1)
    assert session["cost_usd"] == pytest.approx(0.00021)
    assert (session["duration_ms"], session["elapsed_ms"]) == (3000, 8000)
    assert (whole["tree"]["path"], whole["tree"]["children"][0]["path"]) == ("/", "/agent")
    first, second = whole["requests"]
    assert first["properties"] == {"topic": "x"}
    assert (first["user_id"], first["status"], first["total_tokens"]) == ("u", 200, 1100)
    assert first["cost_source"].startswith("genai-prices ")
    assert (second["cost_usd"], second["cost_source"]) == (None, "no usage reported")
    assert second["status"] == 500


def test_two_calls_with_one_request_id_stay_two(server: RunningServer) -> None:
    models = ["gpt-4o", "gpt-4o-mini"]
    same = {"helicone.request.id": "by-hand"}
    send(
        server,
        *(
            call(number, "s", **same, **{"gen_ai.request.model": model})
            for number, model in enumerate(models, start=1)
        ),
    )
    whole = server.http.get("/api/sessions/s").json()
    assert [whole["requests"][n]["model"] for n in whole["tree"]["own_requests"]] == models


@pytest.mark.parametrize("session_id", ["a/b", "a/spans", "%41", "ü ?#", ".."])
def test_any_id_can_be_asked_for(server: RunningServer, session_id: str) -> None:
    send(server, call(1, session_id))
    quoted = "".join(f"%{byte:02X}" for byte in session_id.encode())
    whole = server.http.get(f"/api/sessions/{quoted}").json()
    assert whole["session"]["session_id"] == session_id


def test_an_unknown_session_is_told_by_name(server: RunningServer) -> None:
    answer = server.http.get("/api/sessions/nope")
    assert answer.status_code == 404
    assert "'nope'" in answer.json()["error"]


@pytest.mark.parametrize("cursor", ["x", "!!!", "WzEsMl0", "W10"])
def test_a_cursor_of_ones_own_making_is_refused(server: RunningServer, cursor: str) -> None:
    answer = server.http.get("/api/sessions", params={"cursor": cursor})
    assert answer.status_code == 422
    assert "cursor" in answer.json()["error"]


def test_a_page_size_out_of_range_is_refused(server: RunningServer) -> None:
    assert server.http.get("/api/sessions", params={"limit": 1001}).status_code == 422


def test_an_unknown_path_names_the_ways_in(server: RunningServer) -> None:
    answer = server.http.get("/v2/traces")
    assert answer.status_code == 404
    assert "/v1/traces" in answer.json()["error"]


def test_health_and_readiness(server: RunningServer) -> None:
    assert server.http.get("/healthz").json() == {"status": "ok"}
    assert server.http.get("/readyz").json() == {"status": "ready"}
    server.store.close()
    answer = server.http.get("/readyz")
    assert answer.status_code == 503
    assert "stopping" in answer.json()["reason"]
