"""One session told in different ways: calls, spans, one trace, Markdown; and its events."""

import json
import threading
import time
from typing import Any

import pytest

import otlp_json
from helicone_otel.model import SessionFilter, SessionOrder
from running import RunningServer

TRACE, OTHER = "c" * 32, "d" * 32
START = 1_709_208_000 * 10**9
SECOND = 10**9


@pytest.fixture
def told(server: RunningServer) -> RunningServer:
    """Return a server with one session of two traces, a span of the second outside of it."""
    session = {"helicone.session.id": "a/b", "helicone.session.name": "Told | here"}
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    spans = [
        span(TRACE, 1, 0, 9, attributes=session | {"helicone.session.path": "/"}, name="agent"),
        span(TRACE, 2, 1, 4, parent=1, name="plan"),
        span(TRACE, 3, 2, 3, parent=2, kind=3, attributes=chat, name="chat"),
        span(TRACE, 4, 5, 8, parent=1, kind=3, attributes=chat, name="chat", failed=True),
        span(OTHER, 5, 20, 30, name="server", attributes={"helicone.session.id": "elsewhere"}),
        span(
            OTHER,
            6,
            21,
            22,
            parent=5,
            kind=3,
            attributes=session | chat | {"helicone.session.path": "/later/on"},
            name="chat",
        ),
    ]
    assert server.http.post("/v1/traces", json=otlp_json.request(spans)).json() == {}
    return server


def span(
    trace_id: str,
    number: int,
    start: int,
    end: int,
    *,
    parent: int = 0,
    **others: Any,  # noqa: ANN401 - passed on
) -> dict[str, Any]:
    return otlp_json.span(
        trace_id,
        f"{number:016x}",
        parent=f"{parent:016x}" if parent else "",
        start_ns=START + start * SECOND,
        end_ns=START + end * SECOND,
        **others,
    )


def test_a_session_has_its_calls_and_its_active_time(told: RunningServer) -> None:
    whole = told.http.get("/api/sessions/a%2Fb").json()
    assert [(call["name"], call["depth"], call["path"]) for call in whole["calls"]] == [
        ("agent", 0, "/"),
        ("plan", 1, "/plan"),
        ("chat", 2, "/plan"),
        ("chat", 1, "/"),
        ("chat", 0, "/later/on"),
    ]
    assert whole["session"]["active_ms"] == (1 + 3 + 1) * 1000
    assert whole["session"]["state"] == "settled"
    assert not whole["is_cut"]


def test_a_session_is_one_trace_that_links_to_the_originals(told: RunningServer) -> None:
    trace = told.http.get("/api/sessions/a%2Fb/trace").json()
    spans = [
        span
        for resource in trace["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    session = told.http.get("/api/sessions/a%2Fb").json()["session"]
    assert {span["traceId"] for span in spans} == {session["trace_id"]}
    by_id = {span["spanId"]: span for span in spans}
    assert len(by_id) == len(spans) == 3 + 5
    (root,) = (span for span in spans if not span["parentSpanId"])
    assert root["name"] == "Told | here"
    above = {
        (span["name"], by_id[span["parentSpanId"]]["name"]) for span in spans if span is not root
    }
    assert above == {
        ("agent", "Told | here"),
        ("plan", "agent"),
        ("chat", "plan"),
        ("chat", "agent"),
        ("later", "Told | here"),
        ("on", "later"),
        ("chat", "on"),
    }
    origins = {(link["traceId"], link["spanId"]) for span in spans for link in span["links"]}
    numbers = {(TRACE, 1), (TRACE, 2), (TRACE, 3), (TRACE, 4), (OTHER, 6)}
    assert origins == {(trace_id, f"{number:016x}") for trace_id, number in numbers}
    received = told.http.post("/v1/traces", json=trace)
    assert (received.status_code, received.json()) == (200, {})


def test_a_session_is_told_in_markdown(told: RunningServer) -> None:
    answer = told.http.get("/api/sessions/a%2Fb.md")
    assert answer.headers["content-type"].startswith("text/markdown")
    lines = answer.text.splitlines()
    assert lines[0] == r"# Session Told \| here"
    assert sum(line.startswith("| /") for line in lines) == 3
    assert "- / chat: no message" in lines


def test_an_id_may_end_like_a_view(server: RunningServer) -> None:
    chat = {"gen_ai.operation.name": "chat", "helicone.session.id": "x.md"}
    body = otlp_json.request([span(TRACE, 1, 0, 1, attributes=chat)])
    server.http.post("/v1/traces", json=body)
    assert server.http.get("/api/sessions/x%2Emd").json()["session"]["session_id"] == "x.md"
    assert server.http.get("/api/sessions/x.md").status_code == 404


def test_a_trace_and_a_span_come_back_as_they_were_sent(told: RunningServer) -> None:
    trace = told.http.get(f"/api/traces/{TRACE.upper()}").json()
    (resource,) = trace["resourceSpans"]
    sent = resource["scopeSpans"][0]["spans"]
    assert [span["name"] for span in sent] == ["agent", "plan", "chat", "chat"]
    assert sent[2]["attributes"][0]["value"] == {"stringValue": "chat"}
    whole = told.http.get(f"/api/spans/{TRACE}/{4:016x}").json()
    assert (whole["session_id"], whole["path"], whole["role"]) == ("a/b", "/", "counted")
    assert (whole["status"], whole["kind"], whole["meaning"]) == ("error", "client", "llm")
    assert whole["attributes"]["gen_ai.request.model"] == "gpt-4o"
    assert whole["resource"] == {"service.name": "test-app"}


@pytest.mark.parametrize(("hours", "marks"), [(1, []), (48, ["in-the-future"])])
def test_a_span_of_a_wrong_clock_is_kept_and_marked(
    server: RunningServer, hours: int, marks: list[str]
) -> None:
    start_ns = time.time_ns() + hours * 3600 * SECOND
    sent = otlp_json.span(TRACE, "1" * 16, start_ns=start_ns, attributes={"session.id": "later"})
    assert server.http.post("/v1/traces", json=otlp_json.request([sent])).json() == {}
    assert server.http.get(f"/api/spans/{TRACE}/{'1' * 16}").json()["marks"] == marks
    (explained,) = server.http.get("/api/explain/later").json()["spans"]
    assert [mark["mark"] for mark in explained["marks"]] == marks


def test_a_span_of_no_session_tells_of_none(server: RunningServer) -> None:
    plain = span(TRACE, 1, 0, 1, name="plain")
    assert server.http.post("/v1/traces", json=otlp_json.request([plain])).json() == {}
    assert server.http.get(f"/api/spans/{TRACE}/{1:016x}").json()["session_id"] is None
    shown = server.http.get(f"/jaeger/api/traces/{TRACE}").json()["data"][0]["spans"][0]
    assert "helicone.session.id" not in {tag["key"] for tag in shown["tags"]}


@pytest.mark.parametrize(
    "path",
    [
        "sessions/nope",
        "sessions/nope/trace",
        "sessions/nope.md",
        "traces/nope",
        f"spans/{TRACE}/no",
    ],
)
def test_what_is_not_there_is_told(told: RunningServer, path: str) -> None:
    answer = told.http.get(f"/api/{path}")
    assert answer.status_code == 404
    assert "There is no" in answer.json()["error"]


def test_a_session_is_deleted_and_leaves_no_trace(told: RunningServer) -> None:
    answer = told.http.delete("/api/sessions/a%2Fb")
    assert answer.json() == {
        "session_id": "a/b",
        "spans": 5,
        "log_records": 0,
        "traces": 1,
        "shared_traces": 1,
    }
    told.store.catch_up()
    for path in ("/api/sessions/a%2Fb", f"/api/traces/{TRACE}"):
        assert told.http.get(path).status_code == 404
    (left,) = told.http.get("/api/sessions").json()["sessions"]
    assert (left["session_id"], left["spans"]) == ("elsewhere", 1)
    assert told.http.get("/api/sessions?search=chat").json()["sessions"] == []
    *_, event = events_of(told, 2, after=0)
    assert (event["event"], event["data"]) == ("session_deleted", '{"session_id":"a/b"}')
    assert told.http.delete("/api/sessions/a%2Fb").status_code == 404


def events_of(
    server: RunningServer, count: int, *, after: int | None = None, last_id: str | None = None
) -> list[dict[str, str]]:
    """Return so many events, each by its fields."""
    found: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    deadline = time.monotonic() + 60
    headers = {"Last-Event-ID": last_id} if last_id else {}
    parameters = {} if after is None else {"after": after}
    with server.http.stream("GET", "/api/events", params=parameters, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():  # there is one every 15 seconds at least
            assert time.monotonic() < deadline, found
            if line:
                name, _, text = line.partition(": ")
                fields[name] = text
                continue
            if "event" in fields:
                found.append(fields)
            fields = {}
            if len(found) == count:
                break
    return found


def test_events_tell_of_new_and_changed_sessions_and_go_on(told: RunningServer) -> None:
    first = events_of(told, 2, after=0)
    assert {event["event"] for event in first} == {"session"}
    assert any('"session_id":"a/b"' in event["data"] for event in first)
    chat = {"gen_ai.operation.name": "chat", "helicone.session.id": "new"}
    body = otlp_json.request([span("e" * 32, 9, 40, 41, attributes=chat)])
    sender = threading.Timer(0.1, told.http.post, ("/v1/traces",), {"json": body})
    sender.start()
    (event,) = events_of(told, 1, last_id=first[-1]["id"])
    sender.join()
    assert '"session_id":"new"' in event["data"]


def test_words_of_messages_are_found(server: RunningServer) -> None:
    messages = '[{"role": "user", "parts": [{"type": "text", "content": "Où est Zürich?"}]}]'
    said = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": messages}
    spans = [
        span(TRACE, 1, 0, 1, attributes=said | {"session.id": "found"}),
        span(OTHER, 2, 0, 1, attributes={"gen_ai.operation.name": "chat", "session.id": "other"}),
    ]
    server.http.post("/v1/traces", json=otlp_json.request(spans))
    server.store.catch_up()
    for words, expected in {
        "zurich": ["found"],
        "ZÜRICH où": ["found"],
        "zurich london": [],
        "parts": [],
        '"OR"*': [],
    }.items():
        answer = server.http.get("/api/sessions", params={"search": words}).json()
        assert [session["session_id"] for session in answer["sessions"]] == expected
        assert answer["unsearched_sessions"] == 0
        with server.store.snapshot() as snapshot:
            wanted = SessionFilter(search=words)
            listed = snapshot.find_sessions(wanted, SessionOrder(), limit=9, common_from=1)
        assert [session.summary.session_id for session in listed] == expected
    fuller = span(TRACE, 1, 0, 2, attributes=said | {"session.id": "found", "more": "1"})
    fuller["attributes"][1]["value"]["stringValue"] = "plain Basel"
    server.http.post("/v1/traces", json=otlp_json.request([fuller]))
    server.store.catch_up()
    answers = [
        server.http.get("/api/sessions", params={"search": word}).json()["sessions"]
        for word in ("zurich", "basel")
    ]
    assert [len(sessions) for sessions in answers] == [0, 1]


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def test_messages_are_told_as_a_conversation(server: RunningServer) -> None:
    history = [said("user", "Hello"), said("assistant", "Hi!"), said("user", "And now?")]
    turns = [
        (history[:1], history[1]),
        (history, said("assistant", "Nothing.")),
    ]
    spans = [
        span(
            f"{number:032x}",
            number,
            number,
            number + 1,
            kind=3,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "gpt-4o",
                "session.id": "talk",
                "gen_ai.input.messages": json.dumps(asked),
                "gen_ai.output.messages": json.dumps([answered]),
            },
        )
        for number, (asked, answered) in enumerate(turns, start=1)
    ]
    server.http.post("/v1/traces", json=otlp_json.request(spans))
    told = server.http.get("/api/sessions/talk/messages").json()["messages"]
    assert [(turn["role"], turn["parts"][0]["text"], turn["is_answer"]) for turn in told] == [
        ("user", "Hello", False),
        ("assistant", "Hi!", True),
        ("user", "And now?", False),
        ("assistant", "Nothing.", True),
    ]
    content = {"request_response_rmt": {"response_body": {"contains": "NOTHING"}}}
    query = {"filter": content, "limit": 10}
    (row,) = server.http.post("/v1/request/query-clickhouse", json=query).json()["data"]
    assert [message["content"] for message in row["request_body"]["messages"]] == [
        "Hello",
        "Hi!",
        "And now?",
    ]
    (choice,) = row["response_body"]["choices"]
    assert choice["message"] == {"role": "assistant", "content": "Nothing."}
