"""One session goes; what belongs to others stays."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing

import pytest

import otlp_json
import otlp_logs
from helicone_otel.errors import NotFound
from helicone_otel.ingest import Ingest
from helicone_otel.ingest.logs import LogIngest
from helicone_otel.maintenance import delete_session
from helicone_otel.model import Encoding
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import FileMaintenance, SpanStore

LLM = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}


def send(ingest: Ingest, *spans: Mapping[str, object]) -> None:
    outcome = ingest.export(json.dumps(otlp_json.request(spans)).encode(), Encoding.JSON)
    assert not outcome.rejections


def span(
    number: int, parent: int = 0, *, session: str | None = None, trace: int = 1, llm: bool = False
) -> Mapping[str, object]:
    attributes = {"helicone.session.id": session} if session else {}
    return otlp_json.span(
        f"{trace:032x}",
        f"{number:016x}",
        parent=f"{parent:016x}" if parent else "",
        attributes={**attributes, **(LLM if llm else {})},
    )


def sessions(store: SpanStore) -> dict[str, tuple[int, int]]:
    """Return spans and requests of each session."""
    with store.snapshot() as snapshot:
        found = snapshot.list_sessions(limit=100)
    return {session.session_id: (session.spans, session.totals.requests) for session in found}


def rows(store: SpanStore, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store.path)) as connection:
        return connection.execute(query).fetchall()


def test_a_session_goes_with_all_of_its_traces(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    send(ingest, span(1), span(2, 1, session="s", llm=True), span(3, session="s", trace=2))
    send(ingest, span(1, session="other", trace=3, llm=True))
    deleted = delete_session(file, "s", ImplicitSessions.LLM)
    assert (deleted.spans, deleted.traces, deleted.shared_traces) == (3, 2, 0)
    assert sessions(store) == {"other": (1, 1)}
    assert rows(store, "SELECT trace_id FROM trace_part") == [(f"{3:032x}",)]
    assert len(rows(store, "SELECT 1 FROM llm_request")) == 1


def test_of_a_shared_trace_only_the_sessions_own_spans_go(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    send(
        ingest,
        span(1),
        span(2, 1, session="mine"),
        span(3, 2, llm=True),
        span(4, 2, session="yours"),
        span(5, 4, llm=True),
    )
    assert sessions(store) == {"mine": (2, 1), "yours": (2, 1)}
    deleted = delete_session(file, "mine", ImplicitSessions.LLM)
    assert (deleted.spans, deleted.traces, deleted.shared_traces) == (2, 0, 1)
    assert sessions(store) == {"yours": (3, 1)}  # with the root, which no other wants now
    left = [span.facts.span_id[-1] for part in file.parts.all_parts() for span in part.spans]
    assert left == ["1", "4", "5"]


def test_superseded_copies_go_and_stay_with_their_span(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    send(ingest, span(1, session="mine"), span(2, session="yours"))
    send(ingest, span(1, session="mine", llm=True), span(2, session="yours", llm=True))
    assert len(rows(store, "SELECT 1 FROM superseded_copy")) == 2
    assert delete_session(file, "mine", ImplicitSessions.LLM).spans == 2
    assert sessions(store) == {"yours": (1, 1)}
    assert len(rows(store, "SELECT 1 FROM superseded_copy")) == 1
    send(ingest, span(2, session="yours"))  # both copies are known still
    assert sessions(store) == {"yours": (1, 1)}
    assert sum(len(part.spans) for part in file.parts.all_parts()) == 2


def test_spans_that_come_later_make_the_session_again(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    send(ingest, span(1, session="s"))
    delete_session(file, "s", ImplicitSessions.LLM)
    assert sessions(store) == {}
    send(ingest, span(2, 1, session="s"))
    assert sessions(store) == {"s": (1, 0)}


def test_what_people_said_of_a_session_goes_with_it(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    send(ingest, span(1, session="s", llm=True))
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("INSERT INTO session_tag VALUES (1, 's', 'good', 1)")
        connection.execute("INSERT INTO request_score SELECT request_id, 'x', 1 FROM llm_request")
    delete_session(file, "s", ImplicitSessions.LLM)
    assert rows(store, "SELECT 1 FROM session_tag") == []
    assert rows(store, "SELECT 1 FROM request_score") == []


def send_logs(store: SpanStore, *records: Mapping[str, object]) -> None:
    body = json.dumps(otlp_logs.logs_request(*records)).encode()
    LogIngest(store, max_records=99).export(body, Encoding.JSON)


def log_record(said: str, number: int = 0, session: str | None = None) -> Mapping[str, object]:
    return otlp_logs.log_record(
        "gen_ai.choice",
        {"session.id": session} if session else {},
        body=said,
        trace_id=f"{1:032x}",
        span_id=f"{number:016x}" if number else "",
    )


def test_log_records_go_with_their_session(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    send(ingest, span(1, session="mine"), span(2, session="yours"))
    send_logs(store, log_record("a", 1), log_record("b", session="mine"))
    send_logs(store, log_record("c", 2), log_record("d"), log_record("e", 1, session="yours"))
    assert delete_session(file, "mine", ImplicitSessions.LLM).log_records == 2
    assert [
        body for (body,) in rows(store, "SELECT body ->> '$.body.stringValue' FROM log_record")
    ] == ["c", "d", "e"]
    assert delete_session(file, "yours", ImplicitSessions.LLM).log_records == 3
    assert rows(store, "SELECT 1 FROM log_record") == []


def test_a_session_that_only_log_records_name_can_be_deleted(
    store: SpanStore, file: FileMaintenance
) -> None:
    send_logs(store, log_record("a", session="quiet"))
    deleted = delete_session(file, "quiet", ImplicitSessions.LLM)
    assert (deleted.spans, deleted.log_records) == (0, 1)
    with pytest.raises(NotFound, match="'quiet'"):
        delete_session(file, "quiet", ImplicitSessions.LLM)


def test_an_unknown_session_is_not_found(file: FileMaintenance) -> None:
    with pytest.raises(NotFound, match="'nope'"):
        delete_session(file, "nope", ImplicitSessions.LLM)
