"""What is in a session, a page at a time, while more of it comes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

import otlp_json
from running import RunningServer

TRACE = "c" * 32
SECOND = 10**9
LISTS = {"requests": "span_id", "spans": "span_id", "messages": "parts"}
"""What tells two items of a list apart."""


def chat(number: int, *, start: int | None = None, questions: Sequence[str] = ()) -> dict[str, Any]:
    said = [{"role": "user", "parts": [{"type": "text", "content": text}]} for text in questions]
    return otlp_json.span(
        TRACE,
        f"{number:016x}",
        kind=3,
        name="chat",
        start_ns=(number if start is None else start) * SECOND,
        attributes={
            "gen_ai.operation.name": "chat",
            "helicone.session.id": "s",
            "gen_ai.input.messages": json.dumps(said),
        },
    )


def send(server: RunningServer, *spans: dict[str, Any]) -> None:
    assert server.http.post("/v1/traces", json=otlp_json.request(spans)).json() == {}


def page_of(server: RunningServer, name: str, **parameters: str | int) -> Mapping[str, Any]:
    answer = server.http.get(f"/api/sessions/s/{name}", params=parameters)
    assert answer.status_code == 200, answer.text
    page: Mapping[str, Any] = answer.json()
    assert page.keys() == {name, "next_cursor"}
    return page


def pages_of(server: RunningServer, name: str, *, limit: int) -> Iterator[list[Any]]:
    page = page_of(server, name, limit=limit)
    yield page[name]
    while page["next_cursor"]:
        page = page_of(server, name, limit=limit, cursor=page["next_cursor"])
        yield page[name]


@pytest.mark.parametrize("name", LISTS)
def test_pages_go_on_where_they_were_while_more_comes(server: RunningServer, name: str) -> None:
    send(server, *(chat(n, questions=[f"{n} one", f"{n} two"]) for n in range(10, 17)))
    expected = page_of(server, name)[name]
    before = iter(range(1, 9))
    seen: list[Any] = []
    for page in pages_of(server, name, limit=3):
        seen += page
        assert len(page) <= 3
        new = next(before)  # comes before what has been seen: it pushes nothing out
        send(server, chat(new, questions=[f"{new} early"]))
    assert seen == expected
    assert page_of(server, name)["next_cursor"] is None


@pytest.mark.parametrize("name", LISTS)
def test_what_comes_behind_a_page_is_on_the_next(server: RunningServer, name: str) -> None:
    send(server, chat(1, questions=["1"]), chat(2, questions=["2"]))
    first = page_of(server, name, limit=1)
    send(server, chat(3, start=2, questions=["3"]))
    second = page_of(server, name, cursor=first["next_cursor"])[name]
    assert len(second) == 2
    assert first[name][0] not in second


@pytest.mark.parametrize("name", ["requests", "messages"])
def test_requests_of_one_moment_are_on_one_page_each(server: RunningServer, name: str) -> None:
    send(server, *(chat(n, start=5, questions=[str(n)]) for n in range(1, 6)))
    key = LISTS[name]
    seen = [json.dumps(item[key]) for page in pages_of(server, name, limit=2) for item in page]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("x", id="no base64"),
        pytest.param("bnVsbA", id="null"),
        pytest.param("W10", id="no place"),
        pytest.param("WzE4NDQ2NzQ0MDczNzA5NTUxNjE1LCJhIiwiYiJd", id="no time there is"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_cursor_of_ones_own_making_is_refused(
    server: RunningServer, name: str, cursor: str
) -> None:
    send(server, chat(1))
    answer = server.http.get(f"/api/sessions/s/{name}", params={"cursor": cursor})
    assert answer.status_code == 422
    assert "`cursor`" in answer.json()["error"]


@pytest.mark.parametrize("name", LISTS)
def test_a_page_has_a_size_and_a_session(server: RunningServer, name: str) -> None:
    for limit in (0, 1001):
        answer = server.http.get(f"/api/sessions/s/{name}", params={"limit": limit})
        assert (answer.status_code, "`limit`" in answer.text) == (422, True)
    answer = server.http.get(f"/api/sessions/nope/{name}")
    assert (answer.status_code, "'nope'" in answer.text) == (404, True)
    send(server, *(chat(n, questions=[str(n)]) for n in range(1, 103)))
    assert len(page_of(server, name)[name]) == 100


def test_a_session_of_many_spans_is_told_in_part(server: RunningServer) -> None:
    spans = [chat(n) for n in range(1, 10_003)]
    for n in range(0, len(spans), 2000):
        send(server, *spans[n : n + 2000])
    whole = server.http.get("/api/sessions/s").json()
    assert whole["is_cut"]
    assert (len(whole["calls"]), len(whole["requests"])) == (10_000, 10_000)
    assert (whole["session"]["requests"], whole["tree"]["requests"]) == (10_002, 10_002)
    assert len(whole["tree"]["own_requests"]) == 10_000
    markdown = server.http.get("/api/sessions/s.md").text
    assert markdown.count("| / |") == 10_000
    assert "`/requests` and `/spans` have all" in markdown
    (resource, *others) = server.http.get("/api/sessions/s/trace").json()["resourceSpans"]
    told = [span for r in (resource, *others) for s in r["scopeSpans"] for span in s["spans"]]
    assert len(told) == 1 + 10_000
    (root,) = (span for span in told if not span["parentSpanId"])
    left = {"key": "helicone_otel.session.spans_left_out", "value": {"intValue": "2"}}
    assert left in root["attributes"]


def test_folders_are_told_in_part(server: RunningServer) -> None:
    spans = [
        otlp_json.span(
            TRACE,
            f"{n:016x}",
            start_ns=n * SECOND,
            attributes={
                "gen_ai.operation.name": "chat",
                "helicone.session.id": "s",
                "helicone.session.path": "/" + "/".join(f"{n}-{part}" for part in range(30)),
            },
        )
        for n in range(1, 501)
    ]
    send(server, *spans)
    whole = server.http.get("/api/sessions/s").json()
    assert whole["is_cut"]
    assert whole["tree"]["requests"] == 500
    waiting, folders = [whole["tree"]], 0
    while waiting:
        folder = waiting.pop()
        folders += 1
        waiting += folder["children"]
    assert folders == 10_001
