"""What tells of a session's calls goes with it, and what stays is told without what went."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from builders import NANO, facts, stored
from helicone_otel.ingest import derive_with
from helicone_otel.model import Kind, ModelCall, Strength
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import FileMaintenance, Limits, SpanStore, StoredSpan, small_steps

derive = derive_with(ImplicitSessions.LLM)
DAY_NS = 86_400 * NANO
NOW = 1000 * DAY_NS
FRAMEWORK, SDK = f"{1:032x}", f"{2:032x}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    with closing(SpanStore.open(tmp_path / "sessions.db", derive)) as opened:
        yield opened


@pytest.fixture
def maintenance(store: SpanStore) -> Iterator[FileMaintenance]:
    with closing(FileMaintenance.open(store.path, lambda: None)) as opened:
        yield opened


def told(
    trace_id: str,
    *,
    session: str | None = None,
    strength: Strength = Strength.STRONG,
    answer: str = "answer",
    days_ago: float = 1,
) -> StoredSpan:
    """Return the only span of a trace; *answer* names the call that it tells of."""
    end_ns = NOW - round(days_ago * DAY_NS)
    span = facts(
        1,
        kind=Kind.LLM,
        trace_id=trace_id,
        start_ns=end_ns - NANO,
        end_ns=end_ns,
        session=session,
        strength=strength,
        call=ModelCall(operation="chat", request_model="m", response_id=answer),
    )
    return stored(replace(span, scope=trace_id))


def requests_in(store: SpanStore) -> dict[str, int]:
    with store.snapshot() as snapshot:
        found = [summary.session_id for summary in snapshot.list_sessions(limit=10)]
    store.settle_session(found[0] if found else "")
    with store.snapshot() as snapshot:
        summaries = snapshot.list_sessions(limit=10)
    return {summary.session_id: summary.totals.requests for summary in summaries}


def traces_in(store: SpanStore) -> list[str]:
    with closing(sqlite3.connect(store.path)) as connection:
        rows = connection.execute("SELECT trace_id FROM trace_part ORDER BY trace_id")
        return [trace_id for (trace_id,) in rows]


def test_a_trace_in_no_session_goes_with_the_session_whose_calls_it_tells(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    store.write([told(FRAMEWORK), told(SDK, session="s")])
    maintenance.note_arrivals(NOW - 2 * DAY_NS)
    assert list(maintenance.prune(Limits(now_ns=NOW, keep_days=1.5))) == []
    assert traces_in(store) == [FRAMEWORK, SDK]
    (pruned,) = maintenance.prune(Limits(now_ns=NOW, keep_days=0.5))
    assert (pruned.session_ids, pruned.spans) == (["s"], 2)
    assert traces_in(store) == []


def test_a_trace_that_tells_of_two_sessions_stays_with_the_other(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    both = [told(FRAMEWORK).facts, replace(told(FRAMEWORK, answer="2").facts, span_id="b" * 16)]
    store.write([stored(span) for span in both])
    store.write([told(SDK, session="old"), told("3" * 32, session="new", answer="2")])
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE session SET end_ns = 1 WHERE session_id = 'old'")
    assert [p.session_ids for p in maintenance.prune(Limits(now_ns=NOW, keep_days=9))] == [["old"]]
    assert traces_in(store) == [FRAMEWORK, "3" * 32]


def test_a_call_is_counted_where_the_trace_that_is_left_tells_of_it(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    weak = told(FRAMEWORK, session="weak", strength=Strength.WEAK)
    store.write([weak, told(SDK, session="strong")])
    assert requests_in(store) == {"weak": 0, "strong": 1}
    maintenance.remove(["strong"], [SDK])
    assert requests_in(store) == {"weak": 1}


def test_what_is_on_its_way_out_does_not_come_back_with_what_tells_of_the_same_call(
    store: SpanStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(Exception):
        pass

    steps = iter([None])

    def pause() -> None:
        if next(steps, Crash) is Crash:
            raise Crash

    store.write([told(SDK, session="gone")])
    with monkeypatch.context() as small:
        small.setattr(small_steps, "LOCK_SECONDS", -1)
        with closing(FileMaintenance.open(store.path, pause)) as cut, pytest.raises(Crash):
            cut.remove(["gone"], [SDK])
    assert traces_in(store) == [SDK]
    store.write([told(FRAMEWORK, session="here", strength=Strength.WEAK)])
    assert requests_in(store) == {"here": 1}
    with closing(FileMaintenance.open(store.path, lambda: None)) as finishing:
        list(finishing.prune(Limits(now_ns=NOW)))
    assert traces_in(store) == [FRAMEWORK]
