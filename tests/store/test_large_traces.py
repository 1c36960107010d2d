"""A large trace is derived now and then while its spans come, and at the latest when asked."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from builders import TRACE, facts, stored
from helicone_otel.ingest import derive_with
from helicone_otel.model import Kind
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore, StoredSpan, pending_traces
from helicone_otel.store.pending_traces import LARGE_SPANS

SPANS = 3 * LARGE_SPANS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    opened = SpanStore.open(tmp_path / "sessions.db", derive_with(ImplicitSessions.LLM))
    yield opened
    opened.close()


def large_trace() -> list[StoredSpan]:
    root = facts(1, session="large", path="/")
    calls = [facts(number, 1, kind=Kind.LLM) for number in range(2, SPANS + 1)]
    return [stored(span) for span in [root, *calls]]


def write_in_batches(store: SpanStore, spans: list[StoredSpan], size: int) -> None:
    for start in range(0, len(spans), size):
        store.write(spans[start : start + size])


def spans_derived(store: SpanStore) -> int:
    return _sum(store, "session")


def spans_pending(store: SpanStore) -> int:
    return _sum(store, "pending_trace")


def _sum(store: SpanStore, table: str) -> int:
    with closing(sqlite3.connect(store.path)) as connection:
        (spans,) = connection.execute(f"SELECT coalesce(sum(spans), 0) FROM {table}").fetchone()
    return int(spans)


def test_what_waits_is_counted_and_nothing_is_missing_once_it_is_settled(
    store: SpanStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_traces, "MIN_INTERVAL_S", 60.0)
    spans = large_trace()
    random.Random(1).shuffle(spans)
    write_in_batches(store, spans, 100)
    assert spans_derived(store) + spans_pending(store) == SPANS
    assert spans_pending(store) >= LARGE_SPANS
    store.settle_traces([TRACE])
    assert (spans_derived(store), spans_pending(store)) == (SPANS, 0)


def test_it_settles_by_itself(store: SpanStore) -> None:
    write_in_batches(store, large_trace(), 1000)
    deadline = time.monotonic() + 30
    while spans_pending(store):
        assert time.monotonic() < deadline
    assert spans_derived(store) == SPANS


def test_what_waited_when_the_program_ended_is_derived_by_the_next(tmp_path: Path) -> None:
    path, derive = tmp_path / "sessions.db", derive_with(ImplicitSessions.LLM)
    store = SpanStore.open(path, derive)
    write_in_batches(store, large_trace(), 1000)
    store.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT OR IGNORE INTO pending_trace VALUES (?, 1)", (TRACE,))
    store = SpanStore.open(path, derive)
    store.settle_traces([TRACE])
    assert (spans_derived(store), spans_pending(store)) == (SPANS, 0)
    store.close()
