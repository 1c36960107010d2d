"""The write path from bytes to sessions."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import otlp_json
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.model import Cost, Encoding, Usage
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    opened = SpanStore.open(tmp_path / "sessions.db", derive_with(ImplicitSessions.LLM))
    yield opened
    opened.close()


def price_that_breaks(
    *, provider: str | None, model: str, start_ns: int, usage: Usage
) -> Cost | None:
    del provider, start_ns, usage
    if model == "poison":
        raise ZeroDivisionError
    return None


def call(number: int, model: str) -> dict[str, object]:
    attributes: dict[str, str | int | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": 1,
    }
    return otlp_json.span(f"{number:032x}", f"{number:016x}", attributes=attributes)


def test_a_span_that_cannot_be_read_costs_no_other_span(
    store: SpanStore, caplog: pytest.LogCaptureFixture
) -> None:
    models = ["good", "poison", "good", "poison"]
    spans = [call(number, model) for number, model in enumerate(models, start=1)]
    body = json.dumps(otlp_json.request([otlp_json.span("bad", "bad"), *spans])).encode()
    ingest = Ingest(store, max_spans=100, price=price_that_breaks)
    with caplog.at_level(logging.ERROR, logger="helicone_otel.ingest"):
        outcome = ingest.export(body, Encoding.JSON)
    assert outcome.accepted == 2
    assert [rejection.index for rejection in outcome.rejections] == [0, 2, 4]
    assert outcome.rejections[1].reason == "the span could not be read (ZeroDivisionError)"
    assert len(caplog.records) == 1
    with store.snapshot() as snapshot:
        assert len(snapshot.list_sessions(limit=9)) == 2
