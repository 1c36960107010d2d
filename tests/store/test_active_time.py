"""How long a session was at work, over all its traces."""

import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from builders import NANO, chat, facts, stored
from helicone_otel.ingest import derive_with
from helicone_otel.model import Kind
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore, StoredSpan


def call(number: int, start: float, end: float, *, trace: str) -> StoredSpan:
    return stored(
        facts(
            number,
            session="s",
            kind=Kind.LLM,
            call=chat(),
            trace_id=trace * 32,
            start_ns=round(start * NANO),
            end_ns=round(end * NANO),
        )
    )


CALLS = (
    call(1, 0, 4, trace="a"),
    call(2, 3, 5, trace="b"),  # overlaps one of another trace
    call(3, 10, 11, trace="b"),
    call(4, 10.5, 12, trace="c"),
    call(5, 12, 13, trace="c"),  # touches
    call(6, 30, 30, trace="d"),  # takes no time
)
COVERED_NS = round((5 + 3) * NANO)


def active_ns(path: Path, batches: Sequence[Sequence[StoredSpan]]) -> int:
    with closing(SpanStore.open(path, derive_with(ImplicitSessions.LLM))) as store:
        for batch in batches:
            store.write(batch)
        with store.snapshot() as snapshot:
            return snapshot.get_session("s").active_ns


@pytest.mark.parametrize("seed", range(5))
def test_time_that_traces_share_counts_once_in_any_order(tmp_path: Path, seed: int) -> None:
    order = [*CALLS, CALLS[seed]]
    random.Random(seed).shuffle(order)
    batches = [order[start : start + 2] for start in range(0, len(order), 2)]
    assert active_ns(tmp_path / "sessions.db", batches) == COVERED_NS


def test_a_session_of_one_trace_is_the_sum_of_what_does_not_touch(tmp_path: Path) -> None:
    batch = [call(1, 0, 2, trace="a"), call(2, 1, 3, trace="a"), call(3, 8, 9, trace="a")]
    assert active_ns(tmp_path / "sessions.db", [batch]) == 4 * NANO
