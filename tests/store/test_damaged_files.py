"""A file that was not closed or is damaged: what is refused, what goes on."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from helicone_otel.errors import StoreUnavailable, StoreUnusable
from helicone_otel.ingest import derive_with
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore, database
from helicone_otel.store.file_check import FileCheck
from trouble import copy_as_after_a_crash, destroy_pages_of, write_one

derive = derive_with(ImplicitSessions.LLM)


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """Return a file with two sessions that its writer did not close."""
    with closing(SpanStore.open(tmp_path / "before.db", derive)) as store:
        write_one(store, 1)
    with closing(SpanStore.open(tmp_path / "before.db", derive)) as store:
        write_one(store, 2)
        return copy_as_after_a_crash(store, tmp_path / "sessions.db")


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    path = tmp_path / "damaged.db"
    with closing(SpanStore.open(path, derive)) as store:
        write_one(store, 1)
    destroy_pages_of(path, "session_by_start")
    return path


def session_ids(store: SpanStore) -> set[str]:
    with store.snapshot() as snapshot:
        return {s.session_id for s in snapshot.list_sessions(limit=9)}


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def trouble_of(store: SpanStore) -> str:
    """Return why the store is not ready, when its check has ended."""
    wait_until(lambda: store._check is None or not store._check.is_running)
    try:
        store.check_writable()
    except StoreUnavailable as error:
        return str(error)
    return ""


def test_a_file_that_was_not_closed_is_whole_and_becomes_ready(crashed: Path) -> None:
    with closing(SpanStore.open(crashed, derive)) as store:
        assert store._check is not None
        write_one(store, 3)  # senders need not wait for the check
        assert trouble_of(store) == ""
        assert session_ids(store) == {"s1", "s2", "s3"}


def test_a_store_is_not_ready_while_its_file_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    SpanStore.open(path, derive).close()
    connection = database.open_for_reading(path).conn
    go_on = threading.Event()
    connection.set_progress_handler(lambda: not go_on.wait(20), 1)
    store = SpanStore(path, check=FileCheck(connection, on_damage=pytest.fail))
    with pytest.raises(StoreUnavailable, match="being checked"):
        store.check_writable()
    go_on.set()
    store.close()


def test_a_file_that_was_closed_is_not_checked(tmp_path: Path) -> None:
    SpanStore.open(tmp_path / "sessions.db", derive).close()
    with closing(SpanStore.open(tmp_path / "sessions.db", derive)) as store:
        assert store._check is None
        store.check_writable()


def test_damage_after_a_crash_stops_writing_and_is_told(crashed: Path) -> None:
    destroy_pages_of(crashed, "llm_request_by_start")
    crashed.with_name(f"{crashed.name}-wal").write_bytes(b"left behind")
    with closing(SpanStore.open(crashed, derive)) as store:
        assert "is damaged" in trouble_of(store)
        with pytest.raises(StoreUnavailable, match=f"helicone-otel salvage --db {crashed}"):
            write_one(store, 3)


def test_damage_that_a_commit_runs_into_stops_writing(damaged: Path) -> None:
    with closing(SpanStore.open(damaged, derive)) as store:
        for number in (2, 3):
            with pytest.raises(StoreUnavailable, match="helicone-otel salvage"):
                write_one(store, number)
        assert "is damaged" in trouble_of(store)
        with store.snapshot() as snapshot:  # what is not on the damaged page can still be read
            assert snapshot.get_session("s1").spans == 1


def test_a_truncated_file_is_refused_with_advice_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    with closing(SpanStore.open(path, derive)) as store:
        write_one(store, 1)
    path.write_bytes(path.read_bytes()[:70_000])
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="helicone-otel salvage --db"):
        SpanStore.open(path, derive)
    with pytest.raises(StoreUnusable, match="helicone-otel salvage --db"):
        SpanStore.open_read_only(path)
    assert path.read_bytes() == before


def test_a_file_without_one_of_our_tables_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    SpanStore.open(path, derive).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP VIEW v_request")
    with pytest.raises(StoreUnusable, match="lacks the column"):
        SpanStore.open(path, derive)


def test_tables_of_the_users_own_are_welcome(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    SpanStore.open(path, derive).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")
    SpanStore.open(path, derive).close()


def test_a_file_of_an_older_schema_is_not_read_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    SpanStore.open(path, derive).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 0")
    with pytest.raises(StoreUnusable, match="older schema version 0"):
        SpanStore.open_read_only(path)
    SpanStore.open(path, derive).close()
    SpanStore.open_read_only(path).close()


def test_a_locked_file_is_told_apart_from_a_damaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.1)
    path = tmp_path / "sessions.db"
    SpanStore.open(path, derive).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnusable, match="locked by another program"):
            SpanStore.open(path, derive)


def test_a_moved_file_takes_no_more_spans_until_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    with closing(SpanStore.open(path, derive)) as store:
        write_one(store, 1)
        path.rename(tmp_path / "moved.db")
        with pytest.raises(StoreUnavailable, match="was moved"):
            write_one(store, 2)
        path.touch()  # another file in its place is not it
        with pytest.raises(StoreUnavailable, match="was moved"):
            write_one(store, 2)
        (tmp_path / "moved.db").replace(path)
        write_one(store, 2)
        assert session_ids(store) == {"s1", "s2"}
