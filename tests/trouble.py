"""Files and servers in trouble, made with real means."""

import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from builders import facts, stored
from helicone_otel.ingest import derive_with
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore


def copy_as_after_a_crash(store: SpanStore, target: Path) -> Path:
    """Copy the file of an idle *store* with its log, as `kill -9` would leave them."""
    for suffix in ("", "-wal"):
        shutil.copy(f"{store.path}{suffix}", f"{target}{suffix}")
    return target


def destroy_pages_of(path: Path, name: str) -> None:
    """Overwrite the root page of a table or index, as a bad disk would."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * page_bytes)
        file.write(b"\xde\xad\xbe\xef" * (page_bytes // 4))


def write_one(store: SpanStore, number: int) -> None:
    store.write([stored(facts(1, session=f"s{number}", trace_id=f"{number:032x}"))])


def open_and_write(number: int, folder: Path, rounds: int, together: Barrier) -> None:
    """In each round make a new file as other processes do in the same moment, and write to it."""
    for round_number in range(rounds):
        together.wait(60)
        path = folder / f"{round_number}.db"
        with closing(SpanStore.open(path, derive_with(ImplicitSessions.LLM))) as store:
            write_one(store, number)


@contextmanager
def largest_file(size_bytes: int) -> Iterator[None]:
    """Let writes past *size_bytes* of a file fail with an I/O error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    on_excess = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, on_excess)


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """Mount a disk of so many MiB; skip the test where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk cannot be mounted here; it needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def wait_until_refused(url: str) -> None:
    """Return when nobody listens there any more."""
    address = urlsplit(url)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection((address.hostname or "", address.port or 0), timeout=1).close()
        except ConnectionRefusedError:
            return
        except OSError:  # a busy server's backlog is full, or it closes while we knock
            continue
    raise AssertionError("the server goes on listening")
