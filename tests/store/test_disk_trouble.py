"""Disks that are full, fail or cannot be written: refused, still read, and taken up again."""

import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from builders import facts, stored
from helicone_otel.errors import StoreUnavailable, StoreUnusable
from helicone_otel.ingest import derive_with
from helicone_otel.settings import MIB, ImplicitSessions, StoreSettings
from helicone_otel.store import SpanStore, StoredSpan
from trouble import largest_file, small_disk, write_one

derive = derive_with(ImplicitSessions.LLM)
TO_THE_LAST_BYTE = StoreSettings(min_free_bytes=0)


def large_batch(number: int) -> list[StoredSpan]:
    """Return half a MiB of spans of one session that cannot be compressed."""
    trace_id = f"{number:032x}"
    return [
        stored(facts(n, session=f"s{number}", trace_id=trace_id), raw=os.urandom(64 * 1024))
        for n in range(1, 9)
    ]


def session_ids(store: SpanStore) -> list[str]:
    with store.snapshot() as snapshot:
        found = snapshot.list_sessions(limit=1000)
    return sorted(session.session_id for session in found)


def write_until_refused(write: Callable[[int], None]) -> tuple[list[str], StoreUnavailable]:
    """Write sessions until one is refused; return those that were acknowledged."""
    acknowledged: list[str] = []
    for number in range(1, 1000):
        try:
            write(number)
        except StoreUnavailable as error:
            return acknowledged, error
        acknowledged.append(f"s{number}")
    raise AssertionError("the disk is never full")


def test_a_full_disk_costs_nothing_acknowledged_and_is_left_by_itself(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        filler = disk / "filler"
        filler.write_bytes(bytes(8 * MIB))
        with closing(SpanStore.open(disk / "sessions.db", derive, TO_THE_LAST_BYTE)) as store:
            acknowledged, error = write_until_refused(lambda n: store.write(large_batch(n)))
            assert "full" in str(error)
            assert session_ids(store) == sorted(acknowledged)
            filler.unlink()
            store.write(large_batch(500))
            store.check_writable()
        with closing(SpanStore.open_read_only(disk / "sessions.db")) as again:
            assert session_ids(again) == sorted([*acknowledged, "s500"])


def test_the_last_of_the_disk_is_left_to_others(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        floor = StoreSettings(min_free_bytes=12 * MIB)
        with closing(SpanStore.open(disk / "sessions.db", derive, floor)) as store:
            acknowledged, error = write_until_refused(lambda n: store.write(large_batch(n)))
            assert "--min-free" in str(error)
            assert acknowledged
            assert session_ids(store) == sorted(acknowledged)
        assert sum(file.stat().st_size for file in disk.iterdir()) < 6 * MIB


def test_room_that_comes_back_is_used(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        filler = disk / "filler"
        filler.write_bytes(bytes(8 * MIB))
        floor = StoreSettings(min_free_bytes=10 * MIB)
        with closing(SpanStore.open(disk / "sessions.db", derive, floor)) as store:
            with pytest.raises(StoreUnavailable, match="are free"):
                store.check_writable()
            filler.unlink()
            write_one(store, 1)


def test_an_io_error_is_temporary(tmp_path: Path) -> None:
    with closing(SpanStore.open(tmp_path / "sessions.db", derive)) as store:
        write_one(store, 1)
        with largest_file(MIB):
            acknowledged, error = write_until_refused(lambda n: store.write(large_batch(n + 1)))
            assert "I/O error" in str(error)
            with pytest.raises(StoreUnavailable):
                store.write(large_batch(100))
            assert session_ids(store) == sorted(
                ["s1", *(f"s{n}" for n in range(2, 2 + len(acknowledged)))]
            )
        store.write(large_batch(100))
        assert "s100" in session_ids(store)


def test_a_file_on_a_read_only_disk_can_be_read_and_is_refused_for_writing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        path = disk / "sessions.db"
        with closing(SpanStore.open(path, derive, TO_THE_LAST_BYTE)) as store:
            write_one(store, 1)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with closing(SpanStore.open_read_only(path)) as store:
            assert session_ids(store) == ["s1"]
        with pytest.raises(StoreUnusable, match="Read-only file system"):
            SpanStore.open(path, derive)
