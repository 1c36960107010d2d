"""Helicone's session endpoints, over HTTP, with spans that came in over OTLP."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

import otlp_json
from helicone_otel.api.helicone_route import HeliconeRoute
from helicone_otel.errors import StoreUnavailable
from helicone_schemas import (
    HISTOGRAM_ROW,
    SESSION_METRICS,
    SESSION_NAME,
    SESSION_RESULT,
    SESSIONS_AGGREGATE,
    check,
)
from running import RunningServer

MINUTE_MS = 60_000
DAY = {"startTimeUnixMs": 1_709_164_800_000, "endTimeUnixMs": 1_709_251_200_000}
QUERY = {"search": "", "timeFilter": DAY, "timezoneDifference": 0, "filter": "all"}


def of_requests(**columns: object) -> dict[str, object]:
    return {"request_response_rmt": columns}


def of_sessions(**columns: object) -> dict[str, object]:
    return {"sessions_request_response_rmt": columns}


def nested(depth: int) -> object:
    """Return a tree so many levels deep."""
    tree: object = "all"
    for _ in range(depth - 1):
        tree = {"left": tree, "operator": "and", "right": "all"}
    return tree


def either(trees: list[object]) -> object:
    """Return the trees joined by or, as flat as can be."""
    while len(trees) > 1:
        pairs = zip(trees[::2], trees[1::2], strict=False)
        joined: list[object] = [{"left": a, "operator": "or", "right": b} for a, b in pairs]
        trees = joined + (trees[-1:] if len(trees) % 2 else [])
    return trees[0]


def ask(server: RunningServer, path: str, **body: object) -> Any:  # noqa: ANN401 - JSON
    answer = server.http.post(f"/v1/session/{path}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["error"] is None
    return answer.json()["data"]


def test_query_groups_by_id_and_name_the_latest_first(golden: RunningServer) -> None:
    rows = ask(golden, "query", **QUERY)
    assert [(row["session_id"], row["session_name"]) for row in rows] == [
        ("s1", "B"),
        ("s4", "shop"),
        ("s3", "B"),
        ("s2", "A"),
        ("s1", "A"),
    ]
    assert rows[-1] == {
        "created_at": "2024-02-29 12:00:00.250",
        "latest_request_created_at": "2024-02-29 12:00:02.500",
        "session_id": "s1",
        "session_name": "A",
        "avg_latency": 750,
        "total_cost": 0.002,
        "total_requests": 2,
        "prompt_tokens": 17,
        "completion_tokens": 25,
        "total_tokens": 42,
        "user_ids": ["u1", "u2"],
    }
    assert rows[2]["user_ids"] == [""]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"nameEquals": "A"}, [("s2", "A"), ("s1", "A")]),
        ({"nameEquals": "a"}, []),
        ({"search": "SHO"}, [("s4", "shop")]),
        ({"search": "S2"}, [("s2", "A")]),
        ({"search": "s_"}, []),
        ({"filter": {}, "limit": 1}, [("s1", "B")]),
        ({"limit": 1, "offset": 1}, [("s4", "shop")]),
        ({"limit": "2", "offset": 3.7}, [("s2", "A"), ("s1", "A")]),
        ({"limit": -1}, []),
        ({"limit": 0, "nameEquals": "A"}, [("s2", "A"), ("s1", "A")]),
        (
            {"timeFilter": {"startTimeUnixMs": 1709208009099, "endTimeUnixMs": 1709208069100}},
            [("s2", "A")],
        ),
        (
            {"timeFilter": {"startTimeUnixMs": 1709208009100, "endTimeUnixMs": 1709208069101}},
            [("s3", "B")],
        ),
    ],
)
def test_query_filters_and_pages(
    golden: RunningServer, change: Mapping[str, object], found: list[tuple[str, str]]
) -> None:
    rows = ask(golden, "query", **{**QUERY, **change})
    assert [(row["session_id"], row["session_name"]) for row in rows] == found


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        pytest.param(
            of_requests(properties={"Helicone-Session-Id": {"equals": "s1"}}),
            [("s1", "B"), ("s1", "A")],
            id="a session property",
        ),
        pytest.param(of_requests(user_id={"equals": "u2"}), [("s1", "A")], id="a user"),
        pytest.param(
            of_requests(user_id={"equals": "null"}), [("s3", "B"), ("s2", "A")], id="no user"
        ),
        pytest.param(
            of_requests(latency={"gte": 500}, cost={"lt": 0.0015}),
            [("s2", "A"), ("s1", "A")],
            id="two conditions of one leaf both hold",
        ),
        pytest.param(of_sessions(session_total_requests={"gte": "2"}), [("s1", "A")], id="a sum"),
        pytest.param(
            {
                "left": of_sessions(session_total_requests={"gte": 2}),
                "operator": "or",
                "right": of_requests(user_id={"equals": "null"}),
            },
            [("s3", "B"), ("s2", "A"), ("s1", "A")],
            id="a sum or a request",
        ),
        pytest.param(
            {
                "left": of_requests(user_id={"equals": "u1"}),
                "operator": "and",
                "right": of_sessions(session_total_cost={"lt": 0.002}),
            },
            [("s1", "A")],
            id="a sum is over the matching requests",
        ),
        pytest.param(
            nested(16),
            [("s1", "B"), ("s4", "shop"), ("s3", "B"), ("s2", "A"), ("s1", "A")],
            id="deep",
        ),
        pytest.param(
            either([of_requests(status={"gt": n}) for n in range(300, 364)]), [], id="64 leaves"
        ),
    ],
)
def test_query_takes_any_tree(
    golden: RunningServer, tree: object, found: list[tuple[str, str]]
) -> None:
    rows = ask(golden, "query", **{**QUERY, "filter": tree})
    assert [(row["session_id"], row["session_name"]) for row in rows] == found


def test_a_sum_counts_only_matching_requests_and_names_ignore_sums(golden: RunningServer) -> None:
    tree = {
        "left": of_requests(user_id={"equals": "u1"}),
        "operator": "and",
        "right": of_sessions(session_total_requests={"equals": 1}),
    }
    assert ask(golden, "count", **{**QUERY, "filter": tree})["count"] == 3
    by_name = {"nameContains": "", "timezoneDifference": 0, "filter": tree}
    metrics = ask(golden, "metrics/query", **by_name)
    assert metrics["average"]["session_count"] == [{"average": 1.5}]


def test_times_of_sessions_are_filtered_as_they_are_answered(golden: RunningServer) -> None:
    tree = of_sessions(session_created_at={"equals": "2024-02-29T10:30:09.100Z"})
    (row,) = ask(golden, "query", **{**QUERY, "timezoneDifference": -90, "filter": tree})
    assert row["created_at"] == "2024-02-29 10:30:09.100"


def test_answers_have_the_published_shapes(golden: RunningServer) -> None:
    for row in ask(golden, "query", **QUERY):
        check(row, SESSION_RESULT)
    check(ask(golden, "count", **QUERY), SESSIONS_AGGREGATE)
    by_name = {"nameContains": "", "timezoneDifference": 0}
    metrics = ask(golden, "metrics/query", **by_name)
    check(metrics, SESSION_METRICS)
    for name in ("session_count", "session_duration", "session_cost"):
        assert list(metrics["average"][name][0]) == ["average"]
        for row in metrics[name]:
            check(row, HISTOGRAM_ROW)


def test_a_tag_is_kept_with_its_history(golden_to_write: RunningServer) -> None:
    path = "/v1/session/a%2Fb%20%25/tag"
    assert golden_to_write.http.get(path).json() == {"data": None, "error": None}
    for tag in ("first", "second"):
        answer = golden_to_write.http.post(path, json={"tag": tag})
        assert (answer.status_code, answer.json()) == (200, {"data": None, "error": None})
    assert golden_to_write.http.get(path).json()["data"] == "second"
    golden_to_write.http.post("/v1/session/s2/tag", json={"tag": "odd"})
    golden_to_write.http.post("/v1/session/s2/tag", json={"tag": "even"})
    rows = ask(
        golden_to_write, "query", **{**QUERY, "filter": of_sessions(session_tag={"equals": "odd"})}
    )
    assert [row["session_id"] for row in rows] == ["s2"]


def test_feedback_is_a_property_of_the_first_request(golden_to_write: RunningServer) -> None:
    for rating in (True, False):
        answer = golden_to_write.http.post("/v1/session/s1/feedback", json={"rating": rating})
        assert (answer.status_code, answer.json()) == (200, {"data": None, "error": None})
    tree = of_requests(properties={"helicone-session-feedback": {"equals": "0"}})
    (row,) = ask(golden_to_write, "query", **{**QUERY, "filter": tree})
    assert (row["created_at"], row["total_requests"]) == ("2024-02-29 12:00:00.250", 1)


def test_feedback_on_an_unknown_session_is_not_found(golden_to_write: RunningServer) -> None:
    answer = golden_to_write.http.post("/v1/session/nope/feedback", json={"rating": True})
    assert answer.status_code == 404
    assert answer.json()["data"] is None
    assert "No request found" in answer.json()["error"]


@pytest.mark.parametrize("body", [{}, {"rating": "yes"}, {"rating": 1}, {"rating": None}])
def test_a_rating_must_be_a_boolean(golden_to_write: RunningServer, body: object) -> None:
    answer = golden_to_write.http.post("/v1/session/s1/feedback", json=body)
    assert answer.status_code == 422
    assert list(answer.json()["details"]) == ["requestBody.rating"]


def test_a_time_zone_difference_moves_the_answers(golden: RunningServer) -> None:
    (row,) = ask(golden, "query", **{**QUERY, "timezoneDifference": -90, "search": "s2"})
    assert row["created_at"] == "2024-02-29 10:30:09.100"


def test_count_sums_the_groups(golden: RunningServer) -> None:
    assert ask(golden, "count", **QUERY) == {
        "count": 5,
        "total_cost": 0.5025,
        "avg_cost": 0.1005,
        "avg_latency": 560,
        "avg_requests": 1.2,
    }
    nothing = ask(golden, "count", **{**QUERY, "search": "nowhere"})
    assert set(nothing.values()) == {0}


def test_metrics_are_those_of_the_contract(golden: RunningServer) -> None:
    metrics = ask(golden, "metrics/query", nameContains="", timezoneDifference=0)
    assert metrics["session_count"] == [{"range_start": "1", "range_end": "1", "value": 4}]
    assert metrics["session_duration"] == [{"range_start": "0", "range_end": "0", "value": 3}]
    assert [tuple(row.values()) for row in metrics["session_cost"]] == [
        ("0", "0.00025", 1),
        ("0.00025", "0.12525", 1),
        ("0.12525", "0.25", 1),
    ]
    averages = {key: rows[0]["average"] for key, rows in metrics["average"].items()}
    assert averages == {
        "session_cost": 0.125625,
        "session_duration": 47.25,
        "session_count": 1.5,
    }


def test_metrics_of_nothing_are_empty(golden: RunningServer) -> None:
    metrics = ask(golden, "metrics/query", nameContains="nowhere", timezoneDifference=0)
    assert metrics["session_count"] == []
    assert metrics["average"]["session_cost"] == [{"average": None}]


def test_metrics_take_names_that_contain_the_text(golden: RunningServer) -> None:
    metrics = ask(golden, "metrics/query", nameContains="SH", timezoneDifference=0, pSize="p99.9")
    assert metrics["average"]["session_count"] == [{"average": 1}]


def test_names_of_the_last_150_days_are_listed(server: RunningServer) -> None:
    now_ns = int(datetime.now().astimezone().timestamp() * 1000) * 10**6
    days = 24 * 3600 * 10**9
    spans = [
        otlp_json.span(
            f"{number:032x}",
            f"{number:016x}",
            start_ns=now_ns - age * days,
            attributes={
                "gen_ai.operation.name": "chat",
                "session.id": f"s{number}",
                "helicone.session.name": name,
            },
        )
        for number, (name, age) in enumerate(
            [("Research Agent", 0), ("Research Agent", 2), ("Chat", 1), ("Old", 151)], start=1
        )
    ]
    server.http.post("/v1/traces", json=otlp_json.request(spans))
    rows = ask(server, "name/query", nameContains="", timezoneDifference=0)
    assert [(row["name"], row["session_count"]) for row in rows] == [
        ("Research Agent", 2),
        ("Chat", 1),
    ]
    check(rows[0], SESSION_NAME)
    assert rows[0]["created_at"] == rows[0]["first_used"] < rows[0]["last_used"]
    assert rows[0]["avg_latency"] == 1000
    found = ask(server, "name/query", nameContains="RESEARCH", timezoneDifference=0)
    assert [row["name"] for row in found] == ["Research Agent"]


@pytest.mark.parametrize(
    ("body", "details"),
    [
        (
            {},
            {
                "requestBody.search",
                "requestBody.timeFilter",
                "requestBody.timezoneDifference",
                "requestBody.filter",
            },
        ),
        ({**QUERY, "foo": 1}, {"requestBody.foo"}),
        ({**QUERY, "search": 5}, {"requestBody.search"}),
        ({**QUERY, "limit": "abc"}, {"requestBody.limit"}),
        ({**QUERY, "limit": None}, {"requestBody.limit"}),
        ({**QUERY, "timeFilter": {**DAY, "x": 1}}, {"requestBody.timeFilter"}),
        ({**QUERY, "limit": True}, {"requestBody.limit"}),
        ({**QUERY, "filter": {"sessions": {}}}, {"requestBody.filter"}),
        ({**QUERY, "filter": "some"}, {"requestBody.filter"}),
        ({**QUERY, "filter": {"left": "all", "operator": "and"}}, {"requestBody.filter"}),
        ([], {"requestBody"}),
    ],
)
def test_each_mistake_is_told_by_its_path(
    golden: RunningServer, body: object, details: set[str]
) -> None:
    answer = golden.http.post("/v1/session/query", json=body)
    assert answer.status_code == 422
    assert answer.json()["message"] == "Validation Failed"
    assert set(answer.json()["details"]) == details
    for detail in answer.json()["details"].values():
        assert detail["message"]


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (of_requests(nonsense={"equals": "x"}), "nonsense is unknown"),
        (of_requests(model={"gt": "x"}), "gt is unknown"),
        (of_requests(model={"equals": 5}), "is not a string"),
        (of_requests(model="x"), "is not an object"),
        (of_requests(latency={"equals": "x"}), "is not a number"),
        (of_requests(threat={"equals": "true"}), "neither true nor false"),
        (of_requests(request_created_at={"gt": 1709251200}), "is not a time"),
        (of_requests(request_created_at={"gt": "1709251200"}), "is not a time"),
        (of_requests(property_key={"like": "x"}), "is no operator here"),
        ({"left": "all", "operator": "xor", "right": "all"}, "neither `and` nor `or`"),
        ({"left": "all", "operator": "and"}, "filter is a branch"),
        ({"properties": {"a": {"equals": "b"}}}, "properties is unknown"),
        (nested(17), "deeper than 16"),
        (either([of_requests(status={"gt": n}) for n in range(65)]), "at most 64"),
        (of_requests(model={"equals": "x" * 9000}), "at most 8192"),
    ],
)
def test_a_mistake_in_a_filter_is_told(golden: RunningServer, tree: object, reason: str) -> None:
    answer = golden.http.post("/v1/session/query", json={**QUERY, "filter": tree})
    assert answer.status_code == 422
    assert list(answer.json()["details"]) == ["requestBody.filter"]
    message = answer.json()["details"]["requestBody.filter"]["message"]
    assert message.startswith("Could not match the union against any of the items. Issues: [")
    assert reason in message


def test_a_missing_key_and_an_excess_key_are_said_in_words(golden: RunningServer) -> None:
    body = {**QUERY, "foo": 1}
    del body["search"]
    details = golden.http.post("/v1/session/query", json=body).json()["details"]
    assert details["requestBody.search"]["message"] == "'search' is required"
    assert "excess property" in details["requestBody.foo"]["message"]
    assert details["requestBody.foo"]["value"] == "foo"


def test_an_excess_key_further_down_is_told_of_its_object(golden: RunningServer) -> None:
    body = {**QUERY, "timeFilter": {**DAY, "x": 1}}
    details = golden.http.post("/v1/session/query", json=body).json()["details"]
    assert details["requestBody.timeFilter"]["value"] == {"x": 1}


def test_no_body_is_told(golden: RunningServer) -> None:
    answer = golden.http.post("/v1/session/query")
    assert answer.status_code == 422
    assert answer.json()["details"]["requestBody"]["message"] == "'requestBody' is required"


def test_a_body_that_is_no_json_is_told(golden: RunningServer) -> None:
    headers = {"Content-Type": "application/json"}
    answer = golden.http.post("/v1/session/query", content=b'{"search":', headers=headers)
    assert answer.status_code == 400
    assert answer.json()["data"] is None
    assert "not valid JSON" in answer.json()["error"]


def test_a_time_zone_beyond_a_day_is_refused(golden: RunningServer) -> None:
    answer = golden.http.post("/v1/session/query", json={**QUERY, "timezoneDifference": 1441})
    assert answer.status_code == 500
    assert answer.json() == {"data": None, "error": "Invalid timezone difference"}


def test_any_authorization_is_taken_as_long_as_there_are_no_keys(golden: RunningServer) -> None:
    headers = {"Authorization": "Bearer sk-helicone-whatever"}
    assert golden.http.post("/v1/session/query", json=QUERY, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param('"search": "\\ud800"', id="half a character"),
        pytest.param('"search": 1e400', id="infinite"),
        pytest.param('"timezoneDifference": "\\u0000"', id="control character"),
        pytest.param(f'"search": {"[" * 900}0{"]" * 900}', id="deep"),
        pytest.param(f'"limit": 1{"0" * 4000}', id="large"),
        pytest.param(f'"search": ["{"x" * 100_000}"]', id="long"),
        pytest.param('"\\ud800": 1', id="half a character in a key"),
        pytest.param(f'"{"k" * 100_000}": 1', id="long key"),
        pytest.param(", ".join(f'"k{n}": 1' for n in range(10_000)), id="many keys"),
    ],
)
def test_a_mistake_is_told_whatever_was_sent(golden: RunningServer, fields: str) -> None:
    rest = json.dumps({key: value for key, value in QUERY.items() if f'"{key}"' not in fields})
    answer = post_text(golden, f"{{{fields}, {rest[1:]}")
    assert answer.status_code == 422
    assert answer.json()["message"] == "Validation Failed"
    assert len(answer.content) < 10_000


@pytest.mark.parametrize("search", ["x" * 1_000_000, "%_" * 50_000, "\0"])
def test_any_text_can_be_searched_for(golden: RunningServer, search: str) -> None:
    assert ask(golden, "query", **{**QUERY, "search": search}) == []


@pytest.mark.parametrize(("sent", "shown"), [(5, True), (None, True), ([], False), (10**30, False)])
def test_only_a_short_scalar_is_sent_back(
    golden: RunningServer, sent: object, *, shown: bool
) -> None:
    answer = golden.http.post("/v1/session/query", json={**QUERY, "search": sent})
    detail = answer.json()["details"]["requestBody.search"]
    assert ("value" in detail) is shown


@pytest.mark.parametrize("content_type", [None, "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_that_is_not_said_to_be_json_is_told_how_to_say_it(
    golden: RunningServer, content_type: str | None
) -> None:
    answer = post_text(golden, json.dumps(QUERY), content_type)
    assert answer.status_code == 422
    message = answer.json()["details"]["requestBody"]["message"]
    assert "send Content-Type: application/json" in message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("[" * 200_000, "nested too deep", id="deep"),
        pytest.param(b'{"search": "\xff"}', "cannot be read as JSON", id="no UTF-8"),
        pytest.param("1" * 5000, "cannot be read as JSON", id="many digits"),
        pytest.param('{"search": NaN}', "NaN is no JSON number", id="not a number"),
        pytest.param("[-Infinity]", "-Infinity is no JSON number", id="infinite"),
    ],
)
def test_a_body_that_cannot_be_parsed_is_told(
    golden: RunningServer, text: str | bytes, reason: str
) -> None:
    answer = post_text(golden, text)
    assert answer.status_code == 400
    assert answer.json()["data"] is None
    assert reason in answer.json()["error"]


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_over_a_mebibyte_is_refused(golden: RunningServer, *, is_announced: bool) -> None:
    body = b" " * (1024 * 1024 + 1)
    content = body if is_announced else iter([body[:1000], body[1000:]])
    answer = golden.http.post("/v1/session/count", content=content)
    assert answer.status_code == 413
    assert answer.json()["data"] is None
    assert "at most 1048576" in answer.json()["error"]


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        pytest.param(StoreUnavailable("The store is busy."), 503, "The store is busy.", id="busy"),
        pytest.param(
            ZeroDivisionError(), 500, "The server failed: its log has the reason.", id="bug"
        ),
    ],
)
def test_a_failure_of_the_server_has_the_envelope(
    error: Exception, status: int, message: str
) -> None:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    router = APIRouter(route_class=HeliconeRoute)

    @router.post("/v1/session/query")
    def fail() -> None:
        raise error

    app.include_router(router)

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return await client.post("/v1/session/query")

    answer = asyncio.run(asked())
    assert answer.status_code == status
    assert answer.json() == {"data": None, "error": message}
    assert ("Retry-After" in answer.headers) == (status == 503)


def post_text(
    server: RunningServer, text: str | bytes, content_type: str | None = "application/json"
) -> httpx.Response:
    headers = {} if content_type is None else {"Content-Type": content_type}
    return server.http.post("/v1/session/query", content=text, headers=headers)
