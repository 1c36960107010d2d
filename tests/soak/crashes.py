"""Kill the server at random points under load, and look whether it kept what it acknowledged.

python -m soak.crashes ROUNDS
"""

import os
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import httpx

import otlp_json
from helicone_otel.store import SpanStore, reading_parts
from soak.server import Server, serving

SENDERS = 3
_MAX_ACKNOWLEDGED_A_ROUND = 40
_ROUND_SECONDS = 30
_ROUNDS_A_FILE = 20


class Senders:
    """Threads that send sessions of several spans until the server is gone."""

    def __init__(self, url: str, numbers: Iterator[int], order: random.Random) -> None:
        self.acknowledged: Counter[str] = Counter()
        """Spans by session id."""
        self._url = url
        self._numbers = numbers
        self._order = order
        self._more = threading.Condition()
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, requests: int) -> None:
        with self._more:
            found = self._more.wait_for(
                lambda: len(self.acknowledged) >= requests, timeout=_ROUND_SECONDS
            )
        assert found, "the server stands still"

    def join(self) -> None:
        for thread in self._threads:
            thread.join(_ROUND_SECONDS)

    def _send(self) -> None:
        with httpx.Client(base_url=self._url, timeout=_ROUND_SECONDS) as http:
            while True:
                session_id, spans = self._next_session()
                try:
                    answer = http.post("/v1/traces", json=otlp_json.request(spans))
                except httpx.TransportError:
                    return
                assert answer.status_code == 200, answer.text
                with self._more:
                    self.acknowledged[session_id] = len(spans)
                    self._more.notify_all()

    def _next_session(self) -> tuple[str, list[dict[str, object]]]:
        with self._more:
            number = next(self._numbers)
            spans = self._order.choice([1, 5, 200])
            text = os.urandom(self._order.choice([10, 1_000, 100_000])).hex()
        attributes = {"helicone.session.id": f"session {number}", "text": text}
        trace_id = f"{number:032x}"
        first = otlp_json.span(trace_id, f"{1:016x}", attributes=attributes)
        rest = (
            otlp_json.span(trace_id, f"{n:016x}", parent=f"{1:016x}") for n in range(2, spans + 1)
        )
        return f"session {number}", [first, *rest]


def crash_rounds(database: Path, rounds: int, order: random.Random) -> Iterator[float]:
    """Crash the server *rounds* times; yield how long each start took."""
    acknowledged: Counter[str] = Counter()
    numbers = count(1)
    for _ in range(rounds):
        with serving(database) as server:
            _check(database, acknowledged)
            acknowledged |= _load_until_killed(server, numbers, order)
            yield server.start_seconds
    with serving(database):
        _check(database, acknowledged)


def _load_until_killed(
    server: Server, numbers: Iterator[int], order: random.Random
) -> Counter[str]:
    senders = Senders(server.url, numbers, order)
    senders.wait_for(order.randint(1, _MAX_ACKNOWLEDGED_A_ROUND))
    threading.Event().wait(order.uniform(0, 0.02))  # not always just behind a commit
    server.process.kill()
    senders.join()
    return senders.acknowledged


def lost_spans(database: Path, acknowledged: Counter[str]) -> Counter[str]:
    """Return how many spans of which sessions the file lacks, as received or as counted."""
    received: Counter[str] = Counter()
    with reading_parts(database) as reader:
        for part in reader.all_parts():
            received[f"session {int(part.trace_id, 16)}"] += len(part.spans)
    with closing(SpanStore.open_read_only(database)) as store, store.snapshot() as snapshot:
        found = snapshot.list_sessions(limit=1_000_000)
    counted = Counter({session.session_id: session.spans for session in found})
    return (acknowledged - received) | (acknowledged - counted)


def _check(database: Path, acknowledged: Counter[str]) -> None:
    assert not lost_spans(database, acknowledged)
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def main() -> None:
    rounds, seed = int(sys.argv[1]), random.randrange(2**32)
    print(f"{rounds} crashes, seed {seed}")
    starts: list[float] = []
    order = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        while len(starts) < rounds:
            database = Path(folder) / f"{len(starts)}.db"
            starts += crash_rounds(database, min(_ROUNDS_A_FILE, rounds - len(starts)), order)
            print(f"{len(starts)} crashes, nothing lost")
    print(f"starts took {statistics.median(starts):.2f} s, the slowest {max(starts):.2f} s")


if __name__ == "__main__":
    main()
