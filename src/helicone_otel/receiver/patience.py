"""Trying again on behalf of a caller that says how long it waits."""

import asyncio
import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from ..errors import ReaderDied, StoreUnavailable
from .export_threads import run_export
from .failures import RETRY_AFTER_SECONDS

T = TypeVar("T")
SecondsLeft = Callable[[], float | None]
"""Returns how long the caller still waits; `None` if it has not said so."""

_ANSWER_SECONDS = 1.0
"""Left of the caller's time for the last answer."""
_MOST_SECONDS = 30.0
"""However long the caller would wait."""
_MAX_HELD_BYTES = 64 * 1024 * 1024


class Patience:
    """Tries again what is refused for now, for as long as its caller waits.

    Some exporters never do (Node's over gRPC), and none can tell a full queue from a lost server. A
    gRPC call says how long it waits, which no HTTP client does. Belongs to one event loop.
    """

    def __init__(self, try_seconds: float, stopping: Event) -> None:
        """Expect a try to take *try_seconds*, if it comes to nothing; give up once *stopping*."""
        self._round_seconds = RETRY_AFTER_SECONDS + try_seconds + _ANSWER_SECONDS
        self._stopping = stopping
        self._held_bytes = 0

    async def try_for(
        self, export: Callable[[], T], size_bytes: int, seconds_left: SecondsLeft
    ) -> T:
        """Return what *export* returns, at the latest try that *seconds_left* allows.

        Raises:
            StoreUnavailable: there is no time for another try, or too much is held already.
        """
        give_up_at = time.monotonic() + _MOST_SECONDS
        held_bytes = 0
        try:
            while True:
                try:
                    return await run_export(export)
                except ReaderDied:
                    raise  # it may have died of this very request
                except StoreUnavailable:
                    if not self._may_try_again(seconds_left(), give_up_at):
                        raise
                    if not held_bytes:
                        if self._held_bytes + size_bytes > _MAX_HELD_BYTES:
                            raise
                        held_bytes = size_bytes
                        self._held_bytes += held_bytes
                await asyncio.sleep(RETRY_AFTER_SECONDS)
        finally:
            self._held_bytes -= held_bytes

    def _may_try_again(self, seconds_left: float | None, give_up_at: float) -> bool:
        if seconds_left is None or self._stopping.is_set():
            return False
        return min(seconds_left, give_up_at - time.monotonic()) >= self._round_seconds
