"""The server keeps of every recording what is expected, in whatever order it arrives."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import recordings
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.ingest.logs import LogIngest
from helicone_otel.model import Encoding, LlmRequest, SessionSummary
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    opened = SpanStore.open(tmp_path / "sessions.db", derive_with(ImplicitSessions.LLM))
    yield opened
    opened.close()


@pytest.mark.parametrize("name", recordings.NAMES)
def test_the_store_keeps_the_expected_sessions(store: SpanStore, name: str) -> None:
    ingest, logs = Ingest(store, max_spans=10_000), LogIngest(store, max_records=10_000)
    for request in recordings.recording(name).traces:
        ingest.export(json.dumps(request).encode(), Encoding.JSON)
    for request in recordings.recording(name).logs:
        logs.export(json.dumps(request).encode(), Encoding.JSON)
    assert _kept(store) == _expected(name)


@pytest.mark.parametrize("name", recordings.NAMES)
def test_neither_order_nor_batches_change_what_is_kept(store: SpanStore, name: str) -> None:
    ingest, logs = Ingest(store, max_spans=10_000), LogIngest(store, max_records=10_000)
    found = recordings.recording(name)
    chance = random.Random(name)
    singles = [one for request in found.traces for one in _singles(request)]
    chance.shuffle(singles)
    again = [*singles, *singles[:5]]
    batches = [
        {
            "resourceSpans": [
                item for one in again[start : start + 7] for item in one["resourceSpans"]
            ]
        }
        for start in range(0, len(again), 7)
    ]
    arriving = [*batches, *found.logs, *found.logs]
    chance.shuffle(arriving)
    for request in arriving:
        wire = logs if "resourceLogs" in request else ingest
        wire.export(json.dumps(request).encode(), Encoding.JSON)
    assert _kept(store) == _expected(name)


def _expected(name: str) -> list[dict[str, Any]]:
    """Return the expectation less the marks, which the store does not show with a request."""
    sessions = recordings.expectation(name)["sessions"]
    for session in sessions:
        for request in session["requests"]:
            request.pop("marks", None)
    return list(sessions)


def _kept(store: SpanStore) -> list[dict[str, Any]]:
    with store.snapshot() as snapshot:
        summaries = snapshot.list_sessions(limit=100)
        kept = [(summary, snapshot.list_requests(summary.session_id)) for summary in summaries]
    with_requests = [(summary, requests) for summary, requests in kept if requests]
    with_requests.sort(key=lambda pair: (pair[1][0].start_ns, pair[1][0].span_id))
    ids = _written_ids([summary for summary, _ in with_requests])
    return [
        {
            "id": ids[summary.session_id],
            "name": summary.name,
            "requests": [_as_written(request) for request in requests],
        }
        for summary, requests in with_requests
    ]


def _written_ids(summaries: Sequence[SessionSummary]) -> dict[str, str]:
    written: dict[str, str] = {}
    for summary in summaries:
        is_implicit = summary.session_id.replace("-", "") in summary.trace_ids
        implicit = sum(name.startswith("implicit") for name in written.values())
        own = summary.session_id
        written[own] = f"implicit {implicit + 1}" if is_implicit else own
    return written


def _as_written(request: LlmRequest) -> dict[str, Any]:
    """Return a request in the words of an expectation, less its marks."""
    usage = request.usage
    written = {
        "path": request.path,
        "model": request.response_model or request.request_model,
        "user": request.user_id,
        "status": request.status,
        "input": usage.input_tokens if usage else None,
        "output": usage.output_tokens if usage else None,
        "cache_read": usage.cache_read_tokens or None if usage else None,
        "cache_write": usage.cache_write_tokens or None if usage else None,
        "reasoning": usage.reasoning_tokens or None if usage else None,
        "nano_usd": request.cost.nano_usd if request.cost else None,
    }
    return {key: value for key, value in written.items() if value is not None}


def _singles(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the request's spans as requests of one span each."""
    for of_resource in request["resourceSpans"]:
        for of_scope in of_resource["scopeSpans"]:
            for span in of_scope["spans"]:
                scope_spans = [{**of_scope, "spans": [span]}]
                yield {"resourceSpans": [{**of_resource, "scopeSpans": scope_spans}]}
