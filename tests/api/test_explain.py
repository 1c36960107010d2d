"""`GET /api/explain/...`: ids in every form, pages, and how it says no."""

from typing import Any
from urllib.parse import quote

import pytest

import otlp_json
from running import RunningServer

TRACE, OTHER = "a" * 32, "b" * 32
AGENT, CALL, POST = "1" * 16, "2" * 16, "3" * 16
SESSION = "team/42"


@pytest.fixture(scope="module")
def told(shared_server: RunningServer) -> RunningServer:
    """Return a server with a session of one call, and another trace with a span of the same id."""
    named: dict[str, str | int | float] = {"helicone.session.id": SESSION}
    chat: dict[str, str | int | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
        "session.id": "other",
    }
    http: dict[str, str | int | float] = {"http.request.method": "POST", "url.full": "http://x/y"}
    spans = [
        otlp_json.span(TRACE, AGENT, name="agent", attributes=named),
        otlp_json.span(TRACE, CALL, name="chat", parent=AGENT, kind=3, attributes=chat),
        otlp_json.span(TRACE, POST, name="POST", parent=CALL, kind=3, attributes=http),
        otlp_json.span(OTHER, AGENT, name="elsewhere"),
    ]
    answer = shared_server.http.post("/v1/traces", json=otlp_json.request(spans))
    assert answer.json() == {}
    return shared_server


def explain(server: RunningServer, *ids: str, **params: str | int) -> Any:  # noqa: ANN401 - JSON
    path = "/".join(quote(one, safe="") for one in ids)
    answer = server.http.get(f"/api/explain/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_session_is_explained_with_what_its_totals_sum(told: RunningServer) -> None:
    document = explain(told, SESSION)
    (session,) = document["sessions"]
    assert document["subject"] == {
        "kind": "session",
        "session_id": SESSION,
        "trace_id": None,
        "span_id": None,
    }
    assert session["summed"] == session["totals"]
    assert (session["totals"]["prompt_tokens"], session["totals"]["completion_tokens"]) == (
        1000,
        100,
    )
    (ground,) = session["grounds"]
    assert (ground["key"], ground["strength"]) == ("helicone.session.id", "strong")
    assert ground["examples"] == [{"trace_id": TRACE, "span_id": AGENT}]
    assert {rule["rule"]: rule["spans"] for rule in ground["rules"]} == {"own": 1, "ancestor": 2}
    (conflict,) = session["conflicts"]
    assert (conflict["key"], conflict["session_ids"]) == ("session.id", ["other"])


def test_each_span_says_whether_it_counts_and_why(told: RunningServer) -> None:
    call, post, agent = explain(told, SESSION)["spans"]
    assert [call["counted"], post["counted"], agent["counted"]] == [True, False, False]
    assert call["request"]["cost_source"].startswith("genai-prices ")
    assert (post["role"], post["calls"]) == ("transport", [{"trace_id": TRACE, "span_id": CALL}])
    assert post["reason"] == "not counted: carries a request"
    assert [lost["session_id"] for lost in call["conflicts"]] == ["other"]
    assert agent["request"] is None


@pytest.mark.parametrize(
    ("ids", "kind", "spans"),
    [
        pytest.param([TRACE], "trace", 3, id="a trace"),
        pytest.param([TRACE.upper()], "trace", 3, id="in capitals"),
        pytest.param([CALL], "span", 2, id="a span with those of its call"),
        pytest.param([TRACE, AGENT], "span", 1, id="a span of a trace"),
        pytest.param([f"{TRACE}/{AGENT}"], "span", 1, id="the same as one id"),
    ],
)
def test_traces_and_spans_are_explained(
    told: RunningServer, ids: list[str], kind: str, spans: int
) -> None:
    document = explain(told, *ids)
    assert document["subject"]["kind"] == kind
    assert document["span_count"] == len(document["spans"]) == spans


def test_pages_follow_each_other(told: RunningServer) -> None:
    found, cursor = [], None
    for _ in range(3):
        page = explain(told, SESSION, limit=1, **({"cursor": cursor} if cursor else {}))
        assert page["span_count"] == 3
        found += [span["span_id"] for span in page["spans"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert found == [CALL, POST, AGENT]


@pytest.mark.parametrize(
    ("path", "status", "told_of"),
    [
        ("nope", 404, "no session, trace or span with the id 'nope'"),
        (f"{TRACE}/{'9' * 16}", 404, "no span"),
        (f"{TRACE}?as=session", 404, "no session with"),
        (f"{TRACE}?as=agent", 422, "as"),
        (AGENT, 422, f"{OTHER}/{AGENT}"),
        (f"{TRACE}?limit=1001", 422, "limit"),
        (f"{TRACE}?cursor=x", 422, "cursor"),
    ],
)
def test_how_it_says_no(told: RunningServer, path: str, status: int, told_of: str) -> None:
    answer = told.http.get(f"/api/explain/{path}")
    assert answer.status_code == status
    assert told_of in answer.json()["error"]
