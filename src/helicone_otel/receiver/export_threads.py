"""The threads on which export requests are decoded and wait for their commit.

They are apart from those that answer questions, so that a busy store stops nobody from reading.
"""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

T = TypeVar("T")

MAX_EXPORTS_AT_ONCE = 32
_limiter: RunVar[CapacityLimiter] = RunVar("helicone_otel_export_limiter")
"""One for each event loop, shared by both transports."""


async def run_export(work: Callable[[], T]) -> T:
    """Run *work* on one of 32 threads, waiting for one if need be."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(MAX_EXPORTS_AT_ONCE)
        _limiter.set(limiter)
    return await to_thread.run_sync(work, limiter=limiter)
