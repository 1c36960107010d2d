"""A store with an ingest before it, and maintenance beside it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import FileMaintenance, SpanStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    derive = derive_with(ImplicitSessions.LLM)
    with closing(SpanStore.open(tmp_path / "sessions.db", derive)) as opened:
        yield opened


@pytest.fixture
def ingest(store: SpanStore) -> Ingest:
    return Ingest(store, max_spans=10_000)


@pytest.fixture
def file(store: SpanStore) -> Iterator[FileMaintenance]:
    with closing(FileMaintenance.open(store.path, lambda: None)) as opened:
        yield opened
