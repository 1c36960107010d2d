"""What the store keeps of generated traces is the reference's, in whatever batches they come."""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

import recordings
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.model import Encoding, SessionSummary
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore
from mapping.strategies import as_export_request, damaged, traces
from oracle import Span, Understanding, numbers_of, understand


@settings(max_examples=25)
@given(traces() | damaged(traces()), st.randoms(use_true_random=False))
def test_sessions_have_the_numbers_of_the_reference(
    spans: list[Span], order: random.Random
) -> None:  # L2
    expected = understand(spans, price=recordings.price)
    kept = {summary.session_id: summary for summary in _kept(_batches(spans, order))}
    assert kept.keys() == _sessions(expected)
    for session_id, summary in kept.items():
        assert _numbers(summary) == _expected(expected, session_id)


def _batches(spans: Sequence[Span], order: random.Random) -> Iterator[Sequence[Span]]:
    """Yield *spans* in any order, some of them again, a few at a time."""
    coming = [*spans, *order.sample(spans, k=len(spans) // 3)]
    order.shuffle(coming)
    while coming:
        size = order.randint(1, 5)
        yield coming[:size]
        coming = coming[size:]


def _kept(batches: Iterator[Sequence[Span]]) -> list[SessionSummary]:
    derive = derive_with(ImplicitSessions.LLM)
    with (
        TemporaryDirectory() as folder,
        closing(SpanStore.open(Path(folder) / "sessions.db", derive)) as store,
    ):
        ingest = Ingest(store, max_spans=10_000)
        for batch in batches:
            ingest.export(json.dumps(as_export_request(batch)).encode(), Encoding.JSON)
        with store.snapshot() as snapshot:
            return snapshot.list_sessions(limit=1000)


def _sessions(expected: Understanding) -> set[str]:
    found = (expected.places.session(said) for said in expected.forest.all)
    return {session_id for session_id in found if session_id is not None}


def _numbers(summary: SessionSummary) -> dict[str, object]:
    totals = summary.totals
    return {
        "name": summary.name,
        "spans": summary.spans,
        "missing_parents": summary.missing_parents,
        "requests": totals.requests,
        "failed": totals.failed_requests,
        "unpriced": totals.unpriced_requests,
        "without_usage": totals.requests_without_usage,
        "cost": totals.cost_nano_usd,
        "tokens": (totals.input_tokens, totals.output_tokens),
        "latency": totals.latency_ns,
        "duration": totals.duration_ns,
        "elapsed": summary.elapsed_ns,
        "active": summary.active_ns,
    }


def _expected(expected: Understanding, session_id: str) -> dict[str, object]:
    numbers = numbers_of(expected, session_id)
    return {
        "name": numbers.name,
        "spans": numbers.spans,
        "missing_parents": numbers.missing_parents,
        "requests": numbers.requests,
        "failed": numbers.failed_requests,
        "unpriced": numbers.unpriced_requests,
        "without_usage": numbers.requests_without_usage,
        "cost": numbers.cost_nano_usd,
        "tokens": (numbers.input_tokens, numbers.output_tokens),
        "latency": numbers.latency_ns,
        "duration": numbers.duration_ns,
        "elapsed": numbers.elapsed_ns,
        "active": numbers.active_ns,
    }
