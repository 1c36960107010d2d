"""What arrived at the stand-in provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One request, as it was received and answered."""

    url_path: str
    model: str | None
    """As requested; `None` when the request named none."""
    headers: Mapping[str, str]
    """The `Helicone-*` headers only: lower-case names, values as on the wire."""
    status: int


class Journal:
    """The requests so far, in the order of their answers; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[JournalEntry] = []

    def record(self, entry: JournalEntry) -> None:
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[JournalEntry]:
        """Return a copy, oldest first."""
        with self._lock:
            return list(self._entries)
