"""What goes when a file is to keep less, and what never goes."""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from builders import NANO, facts, origin, stored
from helicone_otel.errors import StoreUnusable
from helicone_otel.ingest import derive_with
from helicone_otel.settings import MIB, ImplicitSessions, StoreSettings
from helicone_otel.store import FileMaintenance, Limits, SpanStore, StoredSpan, small_steps

derive = derive_with(ImplicitSessions.LLM)
DAY_NS = 86_400 * NANO
NOW = 1000 * DAY_NS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    with closing(SpanStore.open(tmp_path / "sessions.db", derive)) as opened:
        yield opened


@pytest.fixture
def maintenance(store: SpanStore) -> Iterator[FileMaintenance]:
    with closing(FileMaintenance.open(store.path, lambda: None)) as opened:
        yield opened


def trace(
    number: int, *sessions: str | None, days_ago: float, raw_bytes: int = 10
) -> list[StoredSpan]:
    """Return a trace with a root of no session and a span in each of *sessions*."""
    end_ns = NOW - int(days_ago * DAY_NS)
    root = facts(1, trace_id=f"{number:032x}", start_ns=end_ns - NANO, end_ns=end_ns)
    inside = [
        replace(
            facts(n, 1, session=session),
            trace_id=root.trace_id,
            start_ns=end_ns - NANO,
            end_ns=end_ns,
        )
        for n, session in enumerate(sessions, start=2)
        if session
    ]
    return [stored(span, raw=os.urandom(raw_bytes)) for span in (root, *inside)]


def sessions_in(store: SpanStore) -> list[str]:
    with store.snapshot() as snapshot:
        found = snapshot.list_sessions(limit=1000)
    return sorted(session.session_id for session in found)


def rows_in(store: SpanStore) -> dict[str, int]:
    tables = ("trace_part", "superseded_copy", "llm_request", "session_slice", "doomed_trace")
    with closing(sqlite3.connect(store.path)) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in tables
        }


def prune(
    maintenance: FileMaintenance, *, keep_days: float | None = None, max_bytes: int | None = None
) -> list[tuple[Sequence[str], int]]:
    """Prune; return the session ids and the number of traces of each group."""
    pruned = maintenance.prune(Limits(now_ns=NOW, keep_days=keep_days, max_bytes=max_bytes))
    return [(group.session_ids, len(group.trace_ids)) for group in pruned]


def test_sessions_that_ended_too_long_ago_go(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    for number, days in enumerate((31, 29, 30.1), start=1):
        store.write(trace(number, f"{days} days", days_ago=days))
    assert prune(maintenance, keep_days=30) == [(["31 days"], 1), (["30.1 days"], 1)]
    assert sessions_in(store) == ["29 days"]
    assert rows_in(store) == {
        "trace_part": 1,
        "superseded_copy": 0,
        "llm_request": 0,
        "session_slice": 1,
        "doomed_trace": 0,
    }


def test_a_session_is_as_old_as_its_last_span_and_goes_whole(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    store.write(trace(1, "long", days_ago=90))
    store.write(trace(2, "long", days_ago=1))
    assert prune(maintenance, keep_days=30) == []
    assert rows_in(store)["trace_part"] == 2


def test_sessions_that_share_a_trace_go_together(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    store.write(trace(1, "a", "b", days_ago=90))
    store.write(trace(2, "b", "c", days_ago=80))
    store.write(trace(3, "c", days_ago=1))
    assert prune(maintenance, keep_days=30) == []
    store.write(trace(4, "d", "e", days_ago=90))
    assert prune(maintenance, keep_days=30) == [(["d", "e"], 1)]
    assert sessions_in(store) == ["a", "b", "c"]


def test_traces_in_no_session_go_by_when_they_came(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    store.write(trace(1, days_ago=0))
    assert prune(maintenance, keep_days=1) == []
    maintenance.note_arrivals(NOW - 2 * DAY_NS)
    store.write(trace(2, days_ago=900))
    assert prune(maintenance, keep_days=1) == [((), 1)]
    assert rows_in(store)["trace_part"] == 1


def test_a_session_of_a_wrong_clocks_future_goes_by_when_it_came(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    store.write(trace(1, "of the year 2262", days_ago=-80_000))
    store.write(trace(2, "of the future", days_ago=-2))
    assert prune(maintenance, keep_days=1) == []
    maintenance.note_arrivals(NOW - 2 * DAY_NS)
    store.write(trace(3, "of the future", days_ago=-2))
    store.write(trace(4, "of this evening", days_ago=-0.3))
    assert prune(maintenance, keep_days=1) == [(["of the year 2262"], 1)]
    assert prune(maintenance, max_bytes=1) == []
    assert sessions_in(store) == ["of the future", "of this evening"]


def test_the_oldest_sessions_go_until_the_file_is_small_enough(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    for number in range(1, 11):
        store.write(trace(number, f"s{number:02d}", days_ago=20 - number, raw_bytes=MIB // 2))
    before = maintenance.used_bytes()
    removed = prune(maintenance, max_bytes=before // 2)
    assert sessions_in(store) == [f"s{number:02d}" for number in range(len(removed) + 1, 11)]
    assert 4 <= len(removed) <= 7
    assert maintenance.used_bytes() <= before // 2
    assert store.path.stat().st_size <= before // 2 + MIB
    assert prune(maintenance, max_bytes=before // 2) == []


def test_traces_in_no_session_make_room_first(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    store.write(trace(1, "old", days_ago=900, raw_bytes=MIB))
    store.write(trace(2, days_ago=0, raw_bytes=2 * MIB))
    maintenance.note_arrivals(NOW - DAY_NS)
    assert prune(maintenance, max_bytes=maintenance.used_bytes() - MIB) == [((), 1)]


def test_a_session_that_may_be_running_makes_no_room(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    store.write(trace(1, "running", days_ago=0.01, raw_bytes=MIB))
    assert prune(maintenance, max_bytes=1) == []


def test_what_is_planned_is_what_is_removed(store: SpanStore, maintenance: FileMaintenance) -> None:
    for number in range(1, 6):
        store.write(trace(number, f"s{number}", days_ago=20 - number, raw_bytes=MIB // 4))
    limits = Limits(now_ns=NOW, keep_days=18, max_bytes=maintenance.used_bytes() // 2)
    planned = maintenance.prunable(limits)
    assert sessions_in(store) == [f"s{number}" for number in range(1, 6)]
    assert list(maintenance.prune(limits)) == planned


class Crash(Exception):
    """The program ends here."""


def cut_short(store: SpanStore, after: int) -> bool:
    """Prune in the smallest steps and crash after so many; tell whether it came to that."""
    left = after

    def pause() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    with closing(FileMaintenance.open(store.path, pause)) as maintenance:
        try:
            prune(maintenance, keep_days=30)
        except Crash:
            return True
    return False


def test_a_removal_cut_short_anywhere_is_finished_later(
    store: SpanStore, maintenance: FileMaintenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_steps, "LOCK_SECONDS", -1)
    for after in count(1):
        for number in (1, 2, 3):
            store.write(trace(number, "s", days_ago=90))
        was_cut = cut_short(store, after)
        assert sessions_in(store) == []
        assert prune(maintenance, keep_days=30) == []
        assert set(rows_in(store).values()) == {0}
        if not was_cut:
            break
    assert after > 6


def test_spans_that_come_for_a_trace_on_its_way_out_bring_it_back(
    store: SpanStore, maintenance: FileMaintenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(trace(1, "s", days_ago=90))
    with monkeypatch.context() as small:
        small.setattr(small_steps, "LOCK_SECONDS", -1)
        assert cut_short(store, after=2)
    assert rows_in(store)["doomed_trace"] == 1
    late = facts(9, session="s", start_ns=NOW, trace_id=f"{1:032x}")
    store.write([stored(late)])
    assert prune(maintenance, keep_days=30) == []
    assert sessions_in(store) == ["s"]
    assert rows_in(store)["doomed_trace"] == 0


def test_a_large_removal_lets_others_in(store: SpanStore) -> None:
    for number in range(1, 20):
        store.write([s for n in range(50) for s in trace(number * 100 + n, "s", days_ago=90)])
    written: list[int] = []

    def write_meanwhile() -> None:
        number = len(written) + 1
        store.write(trace(100_000 + number, "new", days_ago=1))
        written.append(number)

    with closing(FileMaintenance.open(store.path, write_meanwhile)) as maintenance:
        assert prune(maintenance, keep_days=30) == [(["s"], 950)]
    assert written
    with store.snapshot() as snapshot:
        assert len(snapshot.get_session("new").trace_ids) == len(written)


def test_origins_go_with_their_last_span(store: SpanStore, maintenance: FileMaintenance) -> None:
    spans = [
        StoredSpan(facts=facts(1, trace_id=f"{n:032x}"), origin=origin(scope=name), raw=b"x")
        for n, name in enumerate(["both", "both", "one"], start=1)
    ]
    store.write(spans)
    maintenance.remove([], [f"{1:032x}", f"{3:032x}"])
    maintenance.shrink()
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT envelope FROM origin").fetchall() == [(b"both",)]


def test_a_server_prunes_by_itself(tmp_path: Path) -> None:
    settings = StoreSettings(keep_days=30, retention_pause_s=0.01)
    with closing(SpanStore.open(tmp_path / "sessions.db", derive, settings)) as store:
        old = facts(1, session="old", start_ns=NANO)
        new = facts(1, session="new", start_ns=time.time_ns(), trace_id="b" * 32)
        store.write([stored(old), stored(new)])
        deadline = time.monotonic() + 20
        while sessions_in(store) != ["new"]:
            assert time.monotonic() < deadline


def test_a_file_that_was_moved_away_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="no database"):
        FileMaintenance.open(tmp_path / "sessions.db")
    assert list(tmp_path.iterdir()) == []
