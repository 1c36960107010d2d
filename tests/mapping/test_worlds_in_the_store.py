"""Traces that link to each other or tell of the same calls are kept as the reference has them."""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import recordings
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.model import Encoding
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore
from mapping.strategies import as_export_request, worlds
from oracle import Span, numbers_of, understand

Kept = tuple[list[tuple[Any, ...]], dict[str, tuple[Any, ...]]]


@contextmanager
def opened() -> Iterator[SpanStore]:
    with TemporaryDirectory() as folder:
        store = SpanStore.open(Path(folder) / "sessions.db", derive_with(ImplicitSessions.LLM))
        try:
            yield store
        finally:
            store.close()


def kept(batches: Sequence[Sequence[Span]]) -> Kept:
    """Return the requests and the sessions that the store has of *batches*."""
    with opened() as store:
        ingest = Ingest(store, max_spans=10_000)
        for batch in batches:
            ingest.export(json.dumps(as_export_request(batch)).encode(), Encoding.JSON)
        with store.snapshot() as snapshot:
            summaries = snapshot.list_sessions(limit=100)
            requests = [
                (r.trace_id, r.span_id, r.session_id, r.path, r.cost and r.cost.nano_usd, r.status)
                for summary in summaries
                for r in snapshot.list_requests(summary.session_id)
            ]
            sessions = {
                s.session_id: (
                    s.name, s.spans, s.missing_parents, s.totals.requests, s.totals.cost_nano_usd,
                    s.totals.input_tokens, s.totals.output_tokens, s.totals.duration_ns,
                )
                for s in summaries
            }  # fmt: skip
    return sorted(requests, key=repr), sessions


def expected(spans: Sequence[Span]) -> Kept:
    understanding = understand(spans, price=recordings.price)
    known = [request for request in understanding.requests if request.session_id is not None]
    requests = [
        (r.trace_id, r.span_id, r.session_id, r.path, r.cost_nano_usd, r.status) for r in known
    ]
    sessions = {}
    for session_id in understanding.session_names:
        n = numbers_of(understanding, session_id)
        sessions[session_id] = (
            n.name, n.spans, n.missing_parents, n.requests, n.cost_nano_usd,
            n.input_tokens, n.output_tokens, n.duration_ns,
        )  # fmt: skip
    return sorted(requests, key=repr), sessions


@settings(max_examples=60)
@given(worlds(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_store_has_what_the_reference_says_however_spans_arrive(
    spans: list[Span], order: random.Random, size: int
) -> None:
    arriving = list(spans)
    order.shuffle(arriving)
    batches = [arriving[start : start + size] for start in range(0, len(arriving), size)]
    assert kept(batches) == expected(spans)
