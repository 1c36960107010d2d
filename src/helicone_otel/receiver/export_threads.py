"""The threads on which export requests are decoded and wait for their commit.

They are apart from those that answer questions, so that a busy store stops nobody from reading.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

T = TypeVar("T")

MAX_EXPORTS_AT_ONCE = 32
_limiter: RunVar[CapacityLimiter] = RunVar("helicone_otel_export_limiter")
"""One for each event loop, shared by both transports."""


async def run_export(work: Callable[[], T]) -> T:
    """Run *work* on one of 32 threads, waiting for one if need be.

    Whoever is cancelled meanwhile need not wait; the thread is taken until the work is done.
    """
    working = asyncio.ensure_future(_run(work))
    working.add_done_callback(_forget_outcome)
    return await asyncio.shield(working)


async def _run(work: Callable[[], T]) -> T:
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(MAX_EXPORTS_AT_ONCE)
        _limiter.set(limiter)
    return await to_thread.run_sync(work, limiter=limiter)


def _forget_outcome(working: "asyncio.Future[T]") -> None:
    """Look at an error that nobody may be there to see: else asyncio would log it."""
    if not working.cancelled():
        working.exception()
