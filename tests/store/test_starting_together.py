"""Processes that open the same file at once."""

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path

from helicone_otel.store.migrations import SCHEMA_VERSION
from trouble import open_and_write

PROCESSES = 4
ROUNDS = 15
_START_SECONDS = 60


def test_processes_that_make_the_file_at_once_all_write_to_it(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(PROCESSES)
    processes = [
        spawn.Process(target=open_and_write, args=(number, tmp_path, ROUNDS, together))
        for number in range(1, PROCESSES + 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(_START_SECONDS)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    for round_number in range(ROUNDS):
        with closing(sqlite3.connect(tmp_path / f"{round_number}.db")) as connection:
            rows = connection.execute("SELECT count(*) FROM session").fetchone()
            names = connection.execute("SELECT name FROM _sqlite_migrations").fetchall()
        assert rows == (PROCESSES,)
        assert len(set(names)) == len(names) == SCHEMA_VERSION
