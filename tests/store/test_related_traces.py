"""Traces that depend on each other, many and large ones too, are derived with bounded work."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from builders import NANO, chat, facts, origin, stored
from helicone_otel.ingest import derive_with
from helicone_otel.model import KeptLogRecord, Kind, LogRecord, ModelCall, SpanFacts
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore, StoredSpan, pending_traces
from helicone_otel.store.database import open_for_writing
from helicone_otel.store.pending_traces import LARGE_SPANS
from helicone_otel.store.recent_traces import MAX_BYTES, RecentTraces

derive = derive_with(ImplicitSessions.LLM)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    with closing(SpanStore.open(tmp_path / "sessions.db", derive)) as opened:
        yield opened


def trace_id(number: int) -> str:
    return f"{number:032x}"


def linked(number: int, *, to: int) -> StoredSpan:
    call = facts(1, kind=Kind.LLM, trace_id=trace_id(number), call=chat())
    return stored(replace(call, linked_trace_ids=(trace_id(to),) if to else ()))


def told(scope: str, *, trace: int, number: int = 1, session: str | None = None) -> SpanFacts:
    """Return a span of the one call of these tests."""
    call = ModelCall(operation="chat", request_model="m", response_id="answer")
    span = facts(number, kind=Kind.LLM, trace_id=trace_id(trace), call=call, session=session)
    return replace(span, scope=scope, start_ns=NANO, end_ns=2 * NANO)


def event(number: int, *, text: str = "") -> SpanFacts:
    identity = hashlib.sha256(str(number).encode()).hexdigest()
    span = facts(1, kind=Kind.EVENT, trace_id=identity[-32:], session="s", call=chat())
    return replace(span, span_id=identity[:16], request_id=str(number), name=text)


def write_events(store: SpanStore, events: Iterable[SpanFacts]) -> None:
    records = [
        KeptLogRecord(
            record=LogRecord(
                trace_id=None, span_id=None, time_ns=NANO, event_name="call", body_text="",
                attributes={}, attribute_count=0, origin=origin(), raw=b"",
            ),
            identity=f"{of.span_id}{of.name}".encode(),
            event_name="call",
            session_id="s",
            event=of,
        )
        for of in events
    ]  # fmt: skip
    store.write_log_records(records)


def requests_of(store: SpanStore) -> dict[str, int]:
    with store.snapshot() as snapshot:
        return {s.session_id: s.totals.requests for s in snapshot.list_sessions(limit=10_000)}


def pending(store: SpanStore) -> set[str]:
    with closing(sqlite3.connect(store.path)) as connection:
        return {at for (at,) in connection.execute("SELECT trace_id FROM pending_trace")}


def test_a_long_chain_of_linked_traces_is_one_session_in_any_order(store: SpanStore) -> None:
    chain = [linked(number, to=number - 1) for number in range(1, 1501)]
    store.write(chain[:500:-1])
    store.write(chain[500::-1])
    store.settle_traces([trace_id(501)])
    assert list(requests_of(store).values()) == [1500]


def test_a_ring_of_linked_traces_and_what_leads_to_it_are_one_session(store: SpanStore) -> None:
    store.write([linked(1, to=3), linked(2, to=1), linked(3, to=2), linked(4, to=3)])
    store.write([linked(5, to=4)])
    assert list(requests_of(store).values()) == [5]


def test_a_trace_that_shares_a_call_with_a_large_one_waits_as_that_does(
    store: SpanStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_traces, "MIN_INTERVAL_S", 60.0)
    large = [facts(number, 1, trace_id=trace_id(1)) for number in range(2, LARGE_SPANS + 2)]
    store.write([stored(told("sdk", trace=1)), *map(stored, large)])
    store.write([stored(told("framework", trace=2))])
    assert not pending(store)
    store.write([stored(facts(2, 1, trace_id=trace_id(2)))])
    assert pending(store) == {trace_id(2)}


def test_a_trace_of_very_many_log_records_waits_like_a_large_one(
    store: SpanStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_traces, "MIN_INTERVAL_S", 60.0)
    events = [replace(event(number), trace_id=trace_id(1)) for number in range(LARGE_SPANS + 2)]
    write_events(store, events[:-1])
    write_events(store, events[-1:])
    assert pending(store) == {trace_id(1)}


def test_what_is_remembered_of_log_records_is_bounded(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "spans.db")) as database:
        recent = RecentTraces(database.conn)
        for number in (1, 2, 3):
            large = event(number, text="x" * (MAX_BYTES // 2))
            recent.get(large.trace_id).put_events([large])
            recent.trim()
        assert len(recent.trace_ids()) == 1


def test_of_records_of_one_call_the_first_counts_whenever_it_comes(store: SpanStore) -> None:
    later, first = event(1, text="later"), event(1, text="first")
    write_events(store, [later])
    write_events(store, [replace(first, end_ns=later.end_ns - 1), later])
    with store.snapshot() as snapshot:
        (trace,) = snapshot.traces_together(later.trace_id)
    assert [known.name for known in trace.events] == ["first"]


def test_calls_that_follow_each_other_are_told_apart_though_all_have_one_response_id(
    store: SpanStore,
) -> None:
    """Mock providers answer all with the same id."""
    calls = [
        replace(
            told(scope, trace=2 * number + of_two),
            start_ns=number * NANO,
            end_ns=number * NANO + NANO // 2,
        )
        for number in range(1, 501)
        for of_two, scope in enumerate(("sdk", "framework"))
    ]
    store.write([stored(call) for call in calls])
    assert sum(requests_of(store).values()) == 500
