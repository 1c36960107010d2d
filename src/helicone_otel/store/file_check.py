"""Look through a file whose last writer ended without closing it."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from .damage import is_damage

log = logging.getLogger(__name__)


def ended_uncleanly(path: Path) -> bool:
    """Tell whether a write-ahead log was left behind; the last to close a file removes it."""
    log_file = path.with_name(f"{path.name}-wal")
    return log_file.exists() and log_file.stat().st_size > 0


class FileCheck:
    """One `quick_check` on a thread and connection of its own, while the writer already works."""

    def __init__(
        self, connection: sqlite3.Connection, *, on_damage: Callable[[str], object]
    ) -> None:
        self._connection = connection
        self._on_damage = on_damage
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="helicone-otel-check", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the check, finished or not."""
        self._stopped = True
        while self._thread.is_alive():
            self._connection.interrupt()  # has no effect on a statement that has yet to start
            self._thread.join(0.05)
        self._connection.close()

    def _run(self) -> None:
        try:
            (found,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as error:
            if is_damage(error):
                self._on_damage(str(error))
            elif not self._stopped:
                log.warning("the file could not be checked after an unclean end: %s", error)
        else:
            if found != "ok":
                self._on_damage(found.splitlines()[-1])
