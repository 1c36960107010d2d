"""Which sessions the list has, and in which order."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import otlp_json
from helicone_otel.model import SessionNumber
from helicone_otel.settings import Settings
from running import RunningServer, serving

BASE_NS = 1_709_208_000 * 10**9
SECOND = 10**9
SESSIONS: Mapping[str, list[dict[str, Any]]] = {
    "one": [{"start": 0, "model": "gpt-4o", "tokens": 1000, "user": "ann", "path": "/plan"}],
    "two": [
        {"start": 10, "model": "gpt-4o-mini", "tokens": 10, "user": "bob", "path": "/plan/deep"},
        {"start": 40, "model": "gpt-4o", "tokens": 20, "user": "ann", "topic": "sea"},
    ],
    "three": [{"start": 100, "model": "home-grown", "failed": True, "path": "/planet"}],
}


@pytest.fixture(scope="module", params=["stale", "kept"])
def listed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """Return a server with the sessions, before and after upkeep came by."""
    database = tmp_path_factory.mktemp("list") / "sessions.db"
    with serving(Settings(database=database, port=0, grpc_port=0)) as server:
        if request.param == "kept":
            send_all(server)
            server.store.catch_up()
        else:
            server.store.catch_up()
            send_all(server)
        yield server


def send_all(server: RunningServer) -> None:
    spans: list[dict[str, Any]] = []
    for session_id, calls in SESSIONS.items():
        for call in calls:
            number = f"{len(spans) + 1:032x}"
            said = {
                "helicone.session.id": session_id,
                "helicone.session.name": session_id.title(),
                "helicone.session.path": call.get("path"),
                "user.id": call.get("user"),
                "helicone.property.topic": call.get("topic"),
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": call["model"],
                "gen_ai.usage.input_tokens": call.get("tokens"),
            }
            spans.append(
                otlp_json.span(
                    number,
                    number[16:],
                    kind=3,
                    start_ns=BASE_NS + call["start"] * SECOND,
                    attributes={key: value for key, value in said.items() if value is not None},
                    failed=call.get("failed", False),
                )
            )
    assert server.http.post("/v1/traces", json=otlp_json.request(spans)).json() == {}


def ids(server: RunningServer, **parameters: object) -> list[str]:
    answer = server.http.get("/api/sessions", params=parameters)  # type: ignore[arg-type] # plain values
    assert answer.status_code == 200, answer.text
    return [session["session_id"] for session in answer.json()["sessions"]]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, ["three", "two", "one"]),
        ({"name": "Two"}, ["two"]),
        ({"name": "two"}, []),
        ({"user": "ann"}, ["two", "one"]),
        ({"user": "ann", "model": "gpt-4o-mini"}, ["two"]),
        ({"provider": "openai"}, ["three", "two", "one"]),
        ({"path": "/plan"}, ["two", "one"]),
        ({"path": "plan/deep/"}, ["two"]),
        ({"path": "/"}, ["three", "two", "one"]),
        ({"property.topic": "sea"}, ["two"]),
        ({"property.Topic": "Sea"}, []),
        ({"status": "failed"}, ["three"]),
        ({"status": "success"}, ["two", "one"]),
        ({"min_cost": 0.001}, ["one"]),
        ({"max_duration_ms": 1000}, ["three", "one"]),
        ({"min_tokens": 30, "max_tokens": 30}, ["two"]),
        ({"min_errors": 1}, ["three"]),
        ({"from": "2024-02-29T12:00:30Z", "to": "2024-02-29T12:00:35"}, ["two"]),
        ({"from": "2024-02-29T13:00:30 01:00", "to": "2024-02-29 12:00:35"}, ["two"]),
        ({"from": BASE_NS // 10**6 + 41_001}, ["three"]),
        ({"search": "THRE"}, ["three"]),
        ({"search": "T"}, ["three", "two"]),
        ({"sort": "tokens"}, ["one", "two", "three"]),
        ({"sort": "requests", "order": "asc"}, ["one", "three", "two"]),
        ({"sort": "duration"}, ["two", "three", "one"]),
        ({"sort": "active"}, ["two", "three", "one"]),
        ({"sort": "latest_request_at", "order": "asc"}, ["one", "two", "three"]),
        ({"sort": "latency", "order": "asc"}, ["one", "three", "two"]),
    ],
)
def test_sessions_are_filtered_and_sorted(
    listed: RunningServer, parameters: Mapping[str, object], found: list[str]
) -> None:
    assert ids(listed, **parameters) == found


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", SessionNumber)
def test_every_order_can_be_paged(listed: RunningServer, sort: str, order: str) -> None:
    parameters = {"sort": sort, "order": order}
    whole = ids(listed, **parameters)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        more: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = listed.http.get("/api/sessions", params={**parameters, "limit": "1", **more}).json()
        seen += [session["session_id"] for session in page["sessions"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == whole


def test_the_list_has_the_numbers_of_the_session_itself(listed: RunningServer) -> None:
    for session in listed.http.get("/api/sessions").json()["sessions"]:
        whole = listed.http.get(f"/api/sessions/{session['session_id']}").json()
        assert session == whole["session"]


def test_a_cursor_of_another_order_is_refused(listed: RunningServer) -> None:
    cursor = listed.http.get("/api/sessions", params={"limit": 1}).json()["next_cursor"]
    answer = listed.http.get("/api/sessions", params={"cursor": cursor, "sort": "cost"})
    assert answer.status_code == 422
    assert "cursor" in answer.json()["error"]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"nonsense": "1"}, "nonsense"),
        ({"property.": "1"}, "property."),
        ({"property.x": ""}, "property.x"),
        ({"min_cost": "x"}, "min_cost"),
        ({"min_cost": "inf"}, "min_cost"),
        ({"from": "yesterday"}, "from"),
        ({"status": "odd"}, "status"),
        ({"sort": "session_id; DROP TABLE session"}, "sort"),
        ({"limit": "0"}, "limit"),
        ({"name": ""}, "name"),
        ({"search": "x" * 8193}, "search"),
    ],
)
def test_a_wrong_parameter_is_named(
    listed: RunningServer, parameters: Mapping[str, str], named: str
) -> None:
    answer = listed.http.get("/api/sessions", params=parameters)
    assert answer.status_code == 422
    assert f"`{named}`" in answer.json()["error"]


def test_names_properties_and_totals_are_told(listed: RunningServer) -> None:
    names = listed.http.get("/api/names").json()["names"]
    assert [(use["name"], use["requests"]) for use in names] == [
        ("Three", 1),
        ("Two", 2),
        ("One", 1),
    ]
    assert listed.http.get("/api/properties").json()["properties"] == [
        {"name": "topic", "values": ["sea"]}
    ]
    stats = listed.http.get("/api/stats").json()
    assert (stats["sessions"], stats["failed_sessions"], stats["requests"]) == (3, 1, 4)
    assert (stats["traces"], stats["spans"], stats["unpriced_requests"]) == (4, 4, 1)
