"""Whether the open file may be written to: it is sound, in its place, and has room to grow."""

import logging
import shutil
from pathlib import Path

from ..errors import StoreUnavailable
from ..settings import MIB
from .damage import damage_told

log = logging.getLogger(__name__)


class FileCondition:
    """What speaks against writing to an open file; may be asked from any thread."""

    def __init__(self, path: Path, *, min_free_bytes: int) -> None:
        self._path = path
        self._min_free_bytes = min_free_bytes
        self._inode = _inode(path)
        self._damage: str | None = None

    def require_writable(self) -> None:
        """Pass if what is committed now would be found again.

        Raises:
            StoreUnavailable: it would not; the text says what to do.
        """
        if self._damage is not None:
            raise StoreUnavailable(self._damage)
        self._require_in_place()
        self._require_space()

    def report_damage(self, reason: object) -> str:
        """Commit nothing more to the file, as it is damaged; return how that is told."""
        if self._damage is None:
            self._damage = f"Nothing more is written: {damage_told(self._path, reason)}"
            log.error("%s", self._damage)
        return self._damage

    def _require_in_place(self) -> None:
        # An open file can be written long after it was deleted, and is gone with the process.
        if _inode(self._path) != self._inode:
            raise StoreUnavailable(
                f"{self._path} was moved, replaced or deleted while it is in use. "
                "Put it back, or restart the server to begin a new file."
            )

    def _require_space(self) -> None:
        if self._min_free_bytes == 0:
            return
        free = shutil.disk_usage(self._path.parent).free
        if free < self._min_free_bytes:
            raise StoreUnavailable(
                f"Only {free // MIB} MiB are free in {self._path.parent}, and the last "
                f"{self._min_free_bytes // MIB} MiB are not used. Make room there, prune with "
                "`helicone-otel prune`, or lower --min-free."
            )


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
