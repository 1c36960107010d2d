"""Marks of spans that a wrong clock has timed, by the clock of whoever looks at them."""

import time
from collections.abc import Sequence

from ..model import SpanFacts

IN_FUTURE = "in-the-future"
_AHEAD_NS = 86_400 * 10**9


def clock_marks(facts: SpanFacts) -> Sequence[str]:
    """Return `IN_FUTURE` for a span that starts more than a day from now."""
    return (IN_FUTURE,) if facts.start_ns > time.time_ns() + _AHEAD_NS else ()
