"""Log records go with the session they name, else with their trace, else by when they came."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from builders import NANO, facts, origin, stored
from helicone_otel.ingest import derive_with
from helicone_otel.model import KeptLogRecord, LogRecord
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import FileMaintenance, Limits, Prunable, SpanStore, small_steps

derive = derive_with(ImplicitSessions.LLM)
DAY_NS = 86_400 * NANO
NOW = 1000 * DAY_NS
LONG_AGO = NOW - 90 * DAY_NS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    with closing(SpanStore.open(tmp_path / "sessions.db", derive)) as opened:
        yield opened


@pytest.fixture
def maintenance(store: SpanStore) -> Iterator[FileMaintenance]:
    with closing(FileMaintenance.open(store.path, lambda: None)) as opened:
        yield opened


def trace_id(number: int) -> str:
    return f"{number:032x}"


def write_span(store: SpanStore, trace: int, session: str | None, end_ns: int = LONG_AGO) -> None:
    span = facts(1, session=session, trace_id=trace_id(trace), start_ns=end_ns - NANO)
    store.write([stored(span)])


def write_logs(
    store: SpanStore, *said: str, session: str | None = None, trace: int | None = None
) -> None:
    """Write a log record for each text, which only has to differ from others."""
    for text in said:
        record = LogRecord(
            trace_id=None if trace is None else trace_id(trace),
            span_id=None,
            time_ns=NOW,
            event_name="gen_ai.choice",
            body_text="",
            attributes={},
            attribute_count=0,
            origin=origin(scope=text[:9]),
            raw=text.encode(),
        )
        kept = KeptLogRecord(
            record=record,
            identity=text.encode()[:9],
            event_name="gen_ai.choice",
            session_id=session,
        )
        store.write_log_records([kept])


def left(store: SpanStore) -> set[str]:
    with closing(sqlite3.connect(store.path)) as connection:
        return {text.decode() for (text,) in connection.execute("SELECT body FROM log_record")}


def rows(store: SpanStore, table: str) -> int:
    with closing(sqlite3.connect(store.path)) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(found)


def prune(maintenance: FileMaintenance, *, max_bytes: int | None = None) -> list[Prunable]:
    keep_days = 30 if max_bytes is None else None
    return list(maintenance.prune(Limits(now_ns=NOW, keep_days=keep_days, max_bytes=max_bytes)))


def test_they_go_with_their_session_and_trace(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    write_span(store, 1, "old")
    write_span(store, 2, "new", NOW)
    write_logs(store, "names it", session="old")
    write_logs(store, "of its trace", trace=1)
    write_logs(store, "names the new", session="new", trace=1)
    write_logs(store, "of the new", trace=2)
    (group,) = prune(maintenance)
    assert (group.session_ids, group.spans, group.log_records) == (["old"], 1, 2)
    assert left(store) == {"names the new", "of the new"}
    assert rows(store, "doomed_session") == rows(store, "doomed_trace") == 0


def test_those_that_belong_to_nothing_go_by_when_they_came(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    write_span(store, 1, "there", NOW)
    write_logs(store, "alone")
    write_logs(store, "names nothing there", session="unheard of", trace=9)
    write_logs(store, "names a session", session="there")
    write_logs(store, "of a trace", trace=1)
    maintenance.note_arrivals(LONG_AGO)
    write_logs(store, "new and alone")
    (group,) = prune(maintenance)
    assert (group.session_ids, group.trace_ids, group.log_records) == ((), (), 2)
    assert left(store) == {"names a session", "of a trace", "new and alone"}


def test_what_came_last_and_went_does_not_make_the_next_old(
    store: SpanStore, maintenance: FileMaintenance
) -> None:
    write_logs(store, "alone")
    write_span(store, 1, None)
    maintenance.note_arrivals(LONG_AGO)
    assert len(prune(maintenance)) == 2
    write_logs(store, "new and alone")
    write_span(store, 2, None)
    assert prune(maintenance) == []
    assert left(store) == {"new and alone"}
    assert rows(store, "trace_part") == 1


def test_they_make_room_before_sessions_do(store: SpanStore, maintenance: FileMaintenance) -> None:
    write_span(store, 1, "old")
    write_logs(store, "a" * 500_000, session="old")
    write_logs(store, "b" * 500_000)
    maintenance.note_arrivals(LONG_AGO)
    used = maintenance.used_bytes()
    (loose,) = prune(maintenance, max_bytes=used - 300_000)
    assert loose.log_records == 1
    (group,) = prune(maintenance, max_bytes=used - 800_000)
    assert (group.session_ids, group.log_records) == (["old"], 1)
    assert group.size_bytes > 500_000
    assert maintenance.used_bytes() < used - 800_000


class Crash(Exception):
    """The program ends here."""


def cut_short(store: SpanStore, after: int) -> bool:
    """Prune in the smallest steps and crash after so many; tell whether it came to that."""
    steps = count(1)

    def pause() -> None:
        if next(steps) == after:
            raise Crash

    with closing(FileMaintenance.open(store.path, pause)) as maintenance:
        try:
            prune(maintenance)
        except Crash:
            return True
    return False


def test_a_removal_cut_short_anywhere_is_finished_later(
    store: SpanStore, maintenance: FileMaintenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_steps, "LOCK_SECONDS", -1)
    for after in count(1):
        write_span(store, 1, "s")
        write_logs(store, *map(str, range(70)), session="s")
        write_logs(store, *map(str, range(100, 170)), trace=1)
        was_cut = cut_short(store, after)
        if was_cut:
            write_logs(store, "later", session="s")
        prune(maintenance)
        assert left(store) == ({"later"} if was_cut else set())
        maintenance.remove(["s"], [])
        if not was_cut:
            break
    assert after > 6


def test_origins_go_with_their_last_record(store: SpanStore, maintenance: FileMaintenance) -> None:
    write_logs(store, "goes", session="s")
    write_logs(store, "stays")
    maintenance.remove(["s"], [])
    maintenance.shrink()
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT envelope FROM log_origin").fetchall() == [(b"stays",)]
