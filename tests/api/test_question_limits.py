"""No question may take for ever, and every route has a bound."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import otlp_json
from helicone_otel.api.events import MAX_LISTENERS
from helicone_otel.settings import Settings, StoreSettings
from running import RunningServer, serving

PATIENCE_S = 0.0


def many_calls() -> dict[str, Any]:
    """Return an export request of 300 sessions."""
    chat = {"gen_ai.operation.name": "chat"}
    spans = [otlp_json.span(f"{n:032x}", f"{n:016x}", attributes=chat) for n in range(1, 301)]
    return otlp_json.request(spans)


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[RunningServer]:
    """Return a server that stops every question at once."""
    database = tmp_path / "sessions.db"
    with serving(Settings(database=database, port=0, grpc_port=0)) as server:
        server.http.post("/v1/traces", json=many_calls())
    store = StoreSettings(question_seconds=PATIENCE_S)
    settings = Settings(database=database, port=0, grpc_port=0, store=store)
    with serving(settings) as server:
        yield server


def test_a_question_that_takes_too_long_is_stopped_and_told(hasty: RunningServer) -> None:
    condition = {"request_response_rmt": {"latency": {"gt": 0}, "status": {"lt": 600}}}
    tree: object = condition
    for _ in range(15):
        tree = {"left": tree, "operator": "and", "right": condition}
    body = {"filter": tree, "limit": 10}
    answer = hasty.http.post("/v1/request/query", json=body)
    assert answer.status_code == 503
    assert answer.json()["data"] is None
    assert "took longer than 0 s" in answer.json()["error"]
    ours = hasty.http.get("/api/sessions", params={"search": "nowhere"})
    assert ours.status_code == 503
    assert "Ask about less" in ours.json()["error"]


def test_a_list_takes_so_many_conditions(server: RunningServer) -> None:
    answer = server.http.get("/api/sessions", params={f"property.p{n}": "x" for n in range(65)})
    assert answer.status_code == 422
    assert "at most 64" in answer.json()["error"]


def test_listeners_of_events_are_bounded(server: RunningServer) -> None:
    streams = [server.http.stream("GET", "/api/events") for _ in range(MAX_LISTENERS)]
    try:
        assert all(stream.__enter__().status_code == 200 for stream in streams)
        refused = server.http.get("/api/events")
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "1"
    finally:
        for stream in streams:
            stream.__exit__(None, None, None)
