"""How many spans may wait for the writer."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from builders import facts, stored
from helicone_otel.errors import StoreUnavailable
from helicone_otel.ingest import derive_with
from helicone_otel.settings import ImplicitSessions, StoreSettings
from helicone_otel.store import SpanStore, StoredSpan

LIMIT = StoreSettings(max_queue_spans=3, queue_wait_s=0)


def spans(number: int, count: int) -> list[StoredSpan]:
    return [stored(facts(n, trace_id=f"{number:032x}")) for n in range(1, count + 1)]


def test_spans_past_the_limit_are_refused_until_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    with (
        closing(SpanStore.open(path, derive_with(ImplicitSessions.ALL), LIMIT)) as store,
        closing(sqlite3.connect(path, isolation_level=None)) as blocker,
    ):
        store.write(spans(1, 10))  # an empty queue takes any request
        blocker.execute("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=store.write, args=(spans(2, 2),))
        waiting.start()
        while store._writer()._waiting_spans < 2:
            assert waiting.is_alive()
        with pytest.raises(StoreUnavailable, match="full"):
            store.write(spans(3, 2))
        blocker.execute("COMMIT")
        waiting.join()
        store.write(spans(3, 2))
        with store.snapshot() as snapshot:
            assert sum(session.spans for session in snapshot.list_sessions(limit=9)) == 14
