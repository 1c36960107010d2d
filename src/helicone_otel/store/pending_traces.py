"""Traces whose derivation is put off: it would take longer than a commit may.

These are large ones, and small ones of which very many get spans at the same time.
"""

import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping

from .recent_traces import KnownTrace

LARGE_SPANS = 2_000
MANY_TRACES = 200
"""A smaller trace in a commit of fewer ones is derived with that commit."""
MIN_INTERVAL_S = 0.25
_REST = 3
"""How many times as long as the last derivations took the next ones wait."""


def rest_after(derivations_s: float) -> float:
    """Return how long traces wait after derivations that took *derivations_s* all together."""
    return max(MIN_INTERVAL_S, _REST * derivations_s)


class PendingTraces:
    """The `pending_trace` table and when its traces are due; only the writer may use it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._due: dict[str, float] | None = None
        self._rests_until = 0.0
        """Until when none is due, so that those that wait take a fixed part of the time at most."""

    def clear(self) -> None:
        """Forget what is not in the file, after a transaction that was rolled back."""
        self._due = None

    def put_off(
        self, arrived: Mapping[str, int], known: Mapping[str, KnownTrace]
    ) -> Collection[str]:
        """Return those traces of a commit that wait until they are due, noted in the file.

        They may be due already. *arrived* is how many spans came for each. A trace is never put
        off the first time.
        """
        many = len(arrived) > MANY_TRACES
        due = {
            trace_id: max(trace.derived_at + trace.rest_s, self._rests_until)
            for trace_id, trace in known.items()
            if trace.derived_at and (many or trace.spans_to_derive() > LARGE_SPANS)
        }
        self._connection.executemany(
            "INSERT INTO pending_trace VALUES (?, ?)"
            " ON CONFLICT (trace_id) DO UPDATE SET spans = spans + excluded.spans",
            [(trace_id, arrived[trace_id]) for trace_id in due],
        )
        self._known_due().update(due)
        return due.keys()

    def settle(self, trace_id: str) -> None:
        """Note that a trace was derived."""
        if self._known_due().pop(trace_id, None) is not None:
            self._connection.execute("DELETE FROM pending_trace WHERE trace_id = ?", (trace_id,))

    def due(self) -> list[str]:
        """Return the traces that have waited long enough."""
        now = time.monotonic()
        if now < self._rests_until:
            return []
        return [trace_id for trace_id, due in self._known_due().items() if now >= due]

    def rest(self, derivations_s: float) -> None:
        """Let nothing be due for a while, after derivations that were put off took so long."""
        self._rests_until = time.monotonic() + _REST * derivations_s

    def seconds_to_due(self) -> float | None:
        """Return how long until a trace is due, at least the interval; `None` if none waits."""
        earliest = min(self._known_due().values(), default=None)
        if earliest is None:
            return None
        return max(MIN_INTERVAL_S, max(earliest, self._rests_until) - time.monotonic())

    def among(self, trace_ids: Iterable[str]) -> list[str]:
        return [trace_id for trace_id in trace_ids if trace_id in self._known_due()]

    def read_again(self) -> None:
        """Take in what another connection has written; what waits goes on waiting as it did."""
        self._due = self._read(self._due or {})

    def _known_due(self) -> dict[str, float]:
        if self._due is None:
            self._due = self._read({})
        return self._due

    def _read(self, known: Mapping[str, float]) -> dict[str, float]:
        """Return what waits in the file and until when; what is not *known* need not wait."""
        rows = self._connection.execute("SELECT trace_id FROM pending_trace")
        return {trace_id: known.get(trace_id, 0.0) for (trace_id,) in rows}
