"""No question may take for ever, and every route has a bound."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

import otlp_json
from helicone_otel.api.events import MAX_LISTENERS
from helicone_otel.app import create_app, open_entrance
from helicone_otel.errors import TookTooLong
from helicone_otel.settings import Settings, StoreSettings
from helicone_otel.store.time_limit import time_limit
from running import RunningServer, serving

PATIENCE_S = 0.0
_WINDOW = {"startTimeUnixMs": 0, "endTimeUnixMs": 2e12}
_SESSIONS = {"search": "", "timeFilter": _WINDOW, "timezoneDifference": 0, "filter": "all"}
_NAMES = {"nameContains": "", "timezoneDifference": 0}
POSTED: Mapping[str, object] = {
    "/v1/session/query": _SESSIONS,
    "/v1/session/count": _SESSIONS,
    "/v1/session/name/query": _NAMES,
    "/v1/session/metrics/query": _NAMES,
    "/v1/request/query": {"filter": "all"},
    "/v1/request/query-clickhouse": {"filter": "all"},
    "/v1/request/count/query": {"filter": "all"},
    "/v1/request/query-ids": {"requestIds": ["x"]},
    "/v1/property/query": {},
}
"""Questions that are posted."""
ASK_NOTHING = {
    "/openapi.json",
    "/metrics",
    "/healthz",
    "/readyz",
    "/jaeger/api/dependencies",
}
ASK_OF_A_SERVICE = {"/jaeger/api/traces", "/jaeger/api/operations"}
IDS = {"trace_id": "a" * 32, "span_id": "b" * 16}


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


def questions(server: RunningServer, tmp_path: Path) -> Iterator[tuple[str, str, object]]:
    """Yield method, path and body of every route that reads, from the framework's own list."""
    settings = Settings(database=tmp_path / "sessions.db")
    app = create_app(settings, server.store, open_entrance(settings, server.store))
    for context in iter_route_contexts(app.routes):
        path = re.sub(r"\{(\w+):quoted\}", lambda found: IDS.get(found[1], "x"), context.path or "")
        if path in POSTED:
            yield "POST", path, POSTED[path]
        elif "GET" in (context.methods or ()) and path not in ASK_NOTHING:
            yield "GET", path, None


def test_every_question_is_stopped_and_told(hasty: RunningServer, tmp_path: Path) -> None:
    asked = list(questions(hasty, tmp_path))
    assert {path for _, path, _ in asked} >= {*POSTED, "/api/sessions/x", "/jaeger/api/services"}
    for method, path, body in asked:
        parameters = {"service": "x"} if path in ASK_OF_A_SERVICE else {}
        answer = hasty.http.request(method, path, params=parameters, json=body)
        begun = path == "/api/events"  # a stream tells by an event
        assert answer.status_code == (200 if begun else 503), (path, answer.text)
        assert "took longer than 0 s" in answer.text, path
        assert "Ask about less" in answer.text, path


def test_one_statement_is_stopped_in_the_middle() -> None:
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(TookTooLong, match=r"longer than 0.05 s"),
        time_limit(connection, 0.05),
    ):
        connection.execute(endless).fetchall()


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
