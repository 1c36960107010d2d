"""Keep a file within its limits while it is served."""

import logging
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

from ..errors import StoreUnusable
from ..settings import StoreSettings
from .file_maintenance import FileMaintenance
from .pruning import Limits
from .small_steps import LOCK_SECONDS

log = logging.getLogger(__name__)


class Retention:
    """Look at the file now and then, on a thread and connection of its own."""

    def __init__(self, path: Path, settings: StoreSettings) -> None:
        self._path = path
        self._settings = settings
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="helicone-otel-retention", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop; what is half removed is gone to every reader, and is finished the next time."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(self._settings.retention_pause_s):
            try:
                self._look()
            except _Closing:
                return
            except (sqlite3.OperationalError, StoreUnusable) as error:
                log.warning("the file was not pruned, the next attempt is soon: %s", error)

    def _look(self) -> None:
        limits = Limits(
            now_ns=time.time_ns(),
            keep_days=self._settings.keep_days,
            max_bytes=self._settings.max_file_bytes,
        )
        with closing(FileMaintenance.open(self._path, self._pause)) as file:
            file.note_arrivals(limits.now_ns)
            removed = list(file.prune(limits))
        if removed:
            log.info(
                "pruned %d sessions, %d traces and %d log records",
                sum(len(group.session_ids) for group in removed),
                sum(len(group.trace_ids) for group in removed),
                sum(group.log_records for group in removed),
            )

    def _pause(self) -> None:
        if self._closing.wait(LOCK_SECONDS):
            raise _Closing


class _Closing(Exception):
    """The thread is to end; every step leaves the file right."""
