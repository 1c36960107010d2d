"""The views that people read the file with."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from builders import NANO, TRACE, chat, facts, span_id, stored
from helicone_otel.ingest import derive_with
from helicone_otel.model import Kind
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore

COLUMNS = {
    "v_session": "session_id name start_ns end_ns spans requests failed_requests unpriced_requests"
    " requests_without_usage cost_usd input_tokens output_tokens latency_ns"
    " active_ns",
    "v_request": "request_id trace_id span_id session_id session_name path user_id properties"
    " start_ns end_ns time_to_first_token_ns operation provider request_model response_model"
    " input_tokens output_tokens cache_read_tokens cache_write_tokens reasoning_tokens cost_usd"
    " cost_source status failed",
    "v_span": "trace_id span_id parent_span_id name kind service_name scope_name start_ns end_ns"
    " failed status_message",
}
"""They may only get longer: other people's programs rely on them."""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection as a careful tool opens it, to a file with one session."""
    path = tmp_path / "sessions.db"
    with closing(SpanStore.open(path, derive_with(ImplicitSessions.LLM))) as store:
        agent = facts(1, session="s", session_name="Agent", name="agent", service_name="shop")
        call = facts(2, 1, kind=Kind.LLM, name="chat", call=chat(nano_usd=1_500_000), failed=True)
        shorter = facts(2, 1, kind=Kind.LLM, name="shorter", end_ns=0)
        store.write([stored(agent), stored(call), stored(shorter, raw=b"shorter")])
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection


def rows(connection: sqlite3.Connection, view: str) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(f"SELECT * FROM {view}")]


@pytest.mark.parametrize("view", COLUMNS)
def test_a_view_keeps_its_columns(connection: sqlite3.Connection, view: str) -> None:
    found = list(rows(connection, view)[0])
    assert found[: len(COLUMNS[view].split())] == COLUMNS[view].split()


def test_a_session_is_one_row(connection: sqlite3.Connection) -> None:
    (session,) = rows(connection, "v_session")
    assert (session["session_id"], session["name"], session["spans"]) == ("s", "Agent", 2)
    assert (session["requests"], session["cost_usd"]) == (1, 0.0015)


def test_a_request_has_the_name_of_its_session(connection: sqlite3.Connection) -> None:
    (request,) = rows(connection, "v_request")
    assert (request["session_name"], request["path"], request["failed"]) == ("Agent", "/agent", 1)
    assert (request["cost_usd"], request["request_model"]) == (0.0015, "gpt-4o-mini")


def test_of_several_copies_of_a_span_the_fullest_is_shown(connection: sqlite3.Connection) -> None:
    agent, call = rows(connection, "v_span")
    assert agent == {
        "trace_id": TRACE,
        "span_id": span_id(1),
        "parent_span_id": None,
        "name": "agent",
        "kind": "step",
        "service_name": "shop",
        "scope_name": "test",
        "start_ns": NANO,
        "end_ns": 2 * NANO,
        "failed": 0,
        "status_message": "",
    }
    assert (call["name"], call["parent_span_id"], call["failed"]) == ("chat", span_id(1), 1)
