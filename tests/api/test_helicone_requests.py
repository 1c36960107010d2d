"""Helicone's request endpoints, over HTTP, with spans that came in over OTLP."""

from typing import Any

import pytest

from helicone_schemas import HELICONE_REQUEST, check
from running import RunningServer

S1 = {"request_response_rmt": {"properties": {"Helicone-Session-Id": {"equals": "s1"}}}}


def ask(server: RunningServer, path: str = "query-clickhouse", **body: object) -> Any:  # noqa: ANN401 - JSON
    answer = server.http.post(f"/v1/request/{path}", json={"filter": "all", **body})
    assert answer.status_code == 201 if path.startswith("query-c") else answer.is_success
    assert answer.json()["error"] is None, answer.text
    return answer.json()["data"]


def test_a_sessions_requests_come_as_the_web_app_asks_for_them(golden: RunningServer) -> None:
    after = {"request_response_rmt": {"request_created_at": {"gt": "2024-02-01T00:00:00.000Z"}}}
    rows = ask(
        golden,
        filter={"left": S1, "operator": "and", "right": after},
        sort={"created_at": "asc"},
        offset=0,
        limit=500,
    )
    for row in rows:
        check(row, HELICONE_REQUEST)
    assert [row["request_created_at"] for row in rows] == [
        "2024-02-29T12:00:00.250Z",
        "2024-02-29T12:00:02.500Z",
        "2024-02-29T12:03:09.900Z",
    ]
    first = rows[0]
    assert first["response_created_at"] == "2024-02-29T12:00:01.250Z"
    assert first["request_properties"] == first["properties"]
    assert first["properties"] == {
        "Helicone-Session-Id": "s1",
        "Helicone-Session-Name": "A",
        "Helicone-Session-Path": "/",
    }
    assert (first["delay_ms"], first["cost"], first["response_status"]) == (1000, 0.0015, 200)
    assert (first["prompt_tokens"], first["completion_tokens"], first["total_tokens"]) == (
        10,
        20,
        30,
    )
    assert (first["model"], first["request_user_id"]) == ("some-model", "u1")


@pytest.mark.parametrize("path", ["query-clickhouse", "query"])
def test_both_queries_are_created(golden: RunningServer, path: str) -> None:
    answer = golden.http.post(f"/v1/request/{path}", json={"filter": {}})
    assert answer.status_code == 201
    assert len(answer.json()["data"]) == 6


def test_the_cookbooks_old_tables_are_taken(golden: RunningServer) -> None:
    tree = {"properties": {"Helicone-Session-Id": {"equals": "s1"}}}
    assert len(ask(golden, "query", filter=tree)) == 3
    old = {"request": {"user_id": {"equals": "u2"}}, "response": {"status": {"equals": 200}}}
    assert len(ask(golden, "query", filter=old)) == 1


@pytest.mark.parametrize(
    ("sort", "latencies"),
    [
        ({"latency": "desc"}, [1000, 700, 500]),
        ({"total_tokens": "asc"}, [200, 200, 200]),
        ({"cost": "desc"}, [200, 200, 1000]),
        ({}, [200, 200, 200]),
        ({"properties": {"none": "asc"}}, [200, 200, 200]),
    ],
)
def test_requests_are_sorted(
    golden: RunningServer, sort: dict[str, object], latencies: list[int]
) -> None:
    assert [row["delay_ms"] for row in ask(golden, sort=sort, limit=3)] == latencies


def test_requests_are_paged(golden: RunningServer) -> None:
    every = [row["request_id"] for row in ask(golden, limit=1000)]
    pages = [ask(golden, limit=4, offset=offset) for offset in (0, 4)]
    assert [row["request_id"] for page in pages for row in page] == every


def test_what_sessions_sum_to_can_be_asked_of_requests(golden: RunningServer) -> None:
    tree = {"sessions_request_response_rmt": {"session_total_requests": {"gte": 2}}}
    assert len(ask(golden, filter=tree)) == 2


def test_requests_are_counted(golden: RunningServer) -> None:
    assert ask(golden, "count/query", filter=S1) == 3


def test_one_request_is_found_by_its_id(golden: RunningServer) -> None:
    known = ask(golden, limit=1)[0]
    answer = golden.http.get(f"/v1/request/{known['request_id']}", params={"includeBody": "true"})
    assert answer.json() == {"data": known, "error": None}
    unknown = golden.http.get("/v1/request/nope")
    assert (unknown.status_code, unknown.json()) == (200, {"error": None})


def test_requests_are_found_by_their_ids(golden: RunningServer) -> None:
    ids = [row["request_id"] for row in ask(golden, limit=2)]
    answer = golden.http.post("/v1/request/query-ids", json={"requestIds": [*ids, "nope"]})
    assert [row["request_id"] for row in answer.json()["data"]] == ids


def test_a_property_is_set_over_what_the_span_said(golden_to_write: RunningServer) -> None:
    request_id = ask(golden_to_write, limit=1)[0]["request_id"]
    path = f"/v1/request/{request_id}/property"
    for value in ("blue", "green"):
        answer = golden_to_write.http.put(path, json={"key": "My_Colour", "value": value})
        assert (answer.status_code, answer.json()) == (201, {"data": None, "error": None})
    tree = {"request_response_rmt": {"properties": {"my-colour": {"equals": "green"}}}}
    (row,) = ask(golden_to_write, filter=tree)
    assert (row["request_id"], row["properties"]["my_colour"]) == (request_id, "green")
    names = golden_to_write.http.post("/v1/property/query", json={}).json()["data"]
    assert {"property": "my-colour"} in names
    assert {"property": "Helicone-Session-Id"} in names


def test_scores_and_thumbs_are_kept(golden_to_write: RunningServer) -> None:
    request_id = ask(golden_to_write, limit=1)[0]["request_id"]
    thumb = golden_to_write.http.post(f"/v1/request/{request_id}/feedback", json={"rating": True})
    assert (thumb.status_code, thumb.json()) == (201, {"data": None, "error": None})
    scores = {"scores": {"accuracy": 87, "is_right": True, "share": 0.5}}
    assert (
        golden_to_write.http.post(f"/v1/request/{request_id}/score", json=scores).status_code == 201
    )
    (row,) = ask(golden_to_write, filter="all", isScored=True)
    assert row["scores"] == {
        "accuracy": 87,
        "is_right": 1,
        "share": 0.5,
        "helicone-score-feedback": 1,
    }
    assert row["feedback_rating"] is True
    for leaf in (
        {"scores": {"accuracy": {"equals": "87"}}},
        {"scores": {"share": {"contains": ".5"}}},
        {"helicone-score-feedback": {"equals": True}},
    ):
        assert len(ask(golden_to_write, filter={"request_response_rmt": leaf})) == 1
    assert ask(golden_to_write, filter={"feedback": {"rating": {"equals": False}}}) == []
    assert len(ask(golden_to_write, isScored=False)) == 5


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "property", {"key": "a", "value": "b"}),
        ("POST", "feedback", {"rating": True}),
        ("POST", "score", {"scores": {"a": 1}}),
    ],
)
def test_nothing_can_be_said_of_an_unknown_request(
    golden: RunningServer, method: str, path: str, body: object
) -> None:
    answer = golden.http.request(method, f"/v1/request/no%2Fpe/{path}", json=body)
    assert answer.status_code == 404
    assert "'no/pe'" in answer.json()["error"]


@pytest.mark.parametrize("limit", [-1, 1001])
def test_a_limit_out_of_range_is_told(golden: RunningServer, limit: int) -> None:
    answer = golden.http.post("/v1/request/query", json={"filter": "all", "limit": limit})
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("invalid limit")


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, {"requestBody.filter"}),
        ({"filter": "all", "foo": 1}, {"requestBody.foo"}),
        ({"filter": {"sessions": {}}}, {"requestBody.filter"}),
        ({"filter": "all", "sort": {"latency": "asc", "cost": "asc"}}, {"requestBody.sort"}),
        ({"filter": "all", "sort": {"latency": "up"}}, {"requestBody.sort.latency"}),
    ],
)
def test_each_mistake_is_told_by_its_path(
    golden: RunningServer, body: object, details: set[str]
) -> None:
    answer = golden.http.post("/v1/request/query-clickhouse", json=body)
    assert answer.status_code == 422
    assert set(answer.json()["details"]) == details
