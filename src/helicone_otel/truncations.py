"""Counts what is cut to its limit, for whoever wants to know it of a piece of work."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_counter: ContextVar[Counter[str] | None] = ContextVar("helicone_otel_truncations", default=None)


@contextmanager
def counted_truncations() -> Iterator[Counter[str]]:
    """Lend a count by kind of what is cut inside the block, in this thread or task."""
    counter: Counter[str] = Counter()
    token = _counter.set(counter)
    try:
        yield counter
    finally:
        _counter.reset(token)


def count_truncation(kind: str, times: int = 1) -> None:
    """Say that values were cut; nothing happens where nobody counts."""
    counter = _counter.get()
    if counter is not None:
        counter[kind] += times
