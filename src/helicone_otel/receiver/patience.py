"""Trying again on behalf of a caller that says how long it waits."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from ..errors import StoreUnavailable
from .export_threads import run_export
from .failures import RETRY_AFTER_SECONDS

T = TypeVar("T")
SecondsLeft = Callable[[], float | None]
"""Returns how long the caller still waits; `None` if it has not said so."""

_ANSWER_SECONDS = 1.0
"""Left of the caller's time for a last answer."""
_MAX_HELD_BYTES = 64 * 1024 * 1024


class Patience:
    """Tries again what is refused for now, for as long as its caller waits.

    Some exporters never do (Node's), and none can tell a full queue from a lost server. A caller
    says how long it waits, which no HTTP client does. Belongs to one event loop.
    """

    def __init__(self) -> None:
        self._held_bytes = 0

    async def try_for(
        self, export: Callable[[], T], size_bytes: int, seconds_left: SecondsLeft
    ) -> T:
        """Return what *export* returns, at the latest try that *seconds_left* allows.

        Raises:
            StoreUnavailable: there is no time left, or too much is held already.
        """
        while True:
            try:
                return await run_export(export)
            except StoreUnavailable:
                left = seconds_left()
                if left is None or left < RETRY_AFTER_SECONDS + _ANSWER_SECONDS:
                    raise
                if self._held_bytes + size_bytes > _MAX_HELD_BYTES:
                    raise
            self._held_bytes += size_bytes
            try:
                await asyncio.sleep(RETRY_AFTER_SECONDS)
            finally:
                self._held_bytes -= size_bytes
