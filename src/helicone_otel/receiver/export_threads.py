"""The threads on which export requests are decoded and wait for their commit.

They are apart from those that answer questions, so that a busy store stops nobody from reading.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from ..errors import HeliconeOtelError

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_EXPORTS_AT_ONCE = 32
_limiter: RunVar[CapacityLimiter] = RunVar("helicone_otel_export_limiter")
"""One for each event loop, shared by both transports."""


async def run_export(work: Callable[[], T]) -> T:
    """Run *work* on one of 32 threads, waiting for one if need be.

    Who is cancelled while waiting is never worked for. Later it need not wait for the work, but the
    thread is taken until that is done.
    """
    limiter, place = _the_limiter(), object()
    await limiter.acquire_on_behalf_of(place)
    working = asyncio.ensure_future(to_thread.run_sync(work, limiter=CapacityLimiter(1)))
    working.add_done_callback(lambda _: limiter.release_on_behalf_of(place))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        working.add_done_callback(_log_unseen_error)
        raise


def _the_limiter() -> CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(MAX_EXPORTS_AT_ONCE)
        _limiter.set(limiter)
        return limiter


def _log_unseen_error(working: "asyncio.Future[T]") -> None:
    error = None if working.cancelled() else working.exception()
    if error is not None and not isinstance(error, HeliconeOtelError):
        log.error("an export request failed unexpectedly, its sender gone", exc_info=error)
