"""Large changes in small transactions, so that nobody waits long for the file."""

import sqlite3
import time
from collections.abc import Callable, Iterable

LOCK_SECONDS = 0.02
"""After so long a transaction takes up nothing more; 50 ms are promised."""

Pause = Callable[[], None]


def pause_briefly() -> None:
    """Let a writer that waits for the lock have it; SQLite lets nobody queue."""
    time.sleep(LOCK_SECONDS)


def run_in_small_steps(
    connection: sqlite3.Connection, steps: Iterable[object], pause: Pause
) -> None:
    """Run *steps*, as many in a transaction as fit; the file is right after each of them."""
    remaining = iter(steps)
    is_more = True
    while is_more:
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            ends = time.monotonic() + LOCK_SECONDS
            is_more = any(time.monotonic() > ends for _ in remaining)
        if is_more:
            pause()
