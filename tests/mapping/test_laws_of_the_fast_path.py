"""The fast path agrees with the reference on traces as applications make them, whole or damaged."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import recordings
from helicone_otel import otlp
from helicone_otel.mapping import WANTED_ATTRIBUTES, facts_of, resolve, resolve_together
from helicone_otel.model import Encoding, LlmRequest, ResolvedTrace, SpanFacts, TraceFacts
from helicone_otel.pricing import price
from helicone_otel.session_tree import slices_of
from mapping.strategies import as_export_request, damaged, traces, worlds
from oracle import Request, Span, numbers_of, understand


def fast(spans: Sequence[Span]) -> ResolvedTrace:
    """Send *spans* of one trace through the real decoder and the real mapping."""
    body = json.dumps(as_export_request(spans)).encode()
    decoded = otlp.decode(body, Encoding.JSON, wanted=WANTED_ATTRIBUTES, max_spans=10_000)
    return resolve([facts_of(span, price) for span in decoded.spans], price=price)


def fast_together(spans: Sequence[Span]) -> list[ResolvedTrace]:
    """Send *spans* of several traces the same way."""
    body = json.dumps(as_export_request(spans)).encode()
    decoded = otlp.decode(body, Encoding.JSON, wanted=WANTED_ATTRIBUTES, max_spans=10_000)
    of_traces: dict[str, list[SpanFacts]] = {}
    for span in decoded.spans:
        of_traces.setdefault(span.trace_id, []).append(facts_of(span, price))
    known = [TraceFacts(trace_id=trace_id, spans=found) for trace_id, found in of_traces.items()]
    return resolve_together(known, price=price)


@given(traces() | damaged(traces()))
def test_requests_are_those_of_the_reference(spans: list[Span]) -> None:
    expected = understand(spans, price=recordings.price).requests
    found = sorted(fast(spans).requests, key=lambda request: (request.start_ns, request.span_id))
    assert [_found(request) for request in found] == [_expected(request) for request in expected]


@given(traces() | damaged(traces()))
def test_every_span_is_where_the_reference_says(spans: list[Span]) -> None:
    expected = understand(spans)
    found = {span.facts.span_id: span for span in fast(spans).spans}
    for said in expected.forest.all:
        span = found[said.span_id]
        place = (expected.places.session(said), expected.places.path(said))
        assert (span.session_id, span.path) == place


@given(traces() | damaged(traces()))
def test_the_numbers_of_a_session_are_those_of_the_reference(spans: list[Span]) -> None:
    expected = understand(spans, price=recordings.price)
    for part in slices_of(fast(spans)):
        numbers, totals = numbers_of(expected, part.session_id), part.totals
        assert part.spans == numbers.spans
        assert part.missing_parents == numbers.missing_parents
        assert (part.explicit_name or part.fallback_name) == numbers.name
        assert totals.requests == numbers.requests
        assert totals.failed_requests == numbers.failed_requests
        assert totals.unpriced_requests == numbers.unpriced_requests
        assert totals.requests_without_usage == numbers.requests_without_usage
        assert totals.cost_nano_usd == numbers.cost_nano_usd
        assert totals.input_tokens == numbers.input_tokens
        assert totals.output_tokens == numbers.output_tokens
        assert totals.latency_ns == numbers.latency_ns
        assert totals.duration_ns == numbers.duration_ns
        assert sum(end - start for start, end in part.active) == numbers.active_ns


@given(worlds())
def test_traces_that_tell_of_the_same_calls_are_those_of_the_reference(spans: list[Span]) -> None:
    apart = [replace(span, linked_trace_ids=()) for span in spans]
    expected = understand(apart, price=recordings.price).requests
    found = [request for trace in fast_together(apart) for request in trace.requests]
    found.sort(key=lambda request: (request.start_ns, request.span_id, request.trace_id))
    assert [_found(request) for request in found] == [_expected(request) for request in expected]


@given(traces() | damaged(traces()), st.randoms(use_true_random=False))
def test_the_order_of_spans_changes_nothing(spans: list[Span], order: random.Random) -> None:
    shuffled = list(spans)  # L2
    order.shuffle(shuffled)
    assert fast(shuffled).requests == fast(spans).requests


@given(traces(), st.data())
def test_a_late_parent_heals(spans: list[Span], data: st.DataObject) -> None:
    late = data.draw(st.sampled_from(spans))  # L3
    others = [span for span in spans if span is not late]
    if others:
        fast(others)
    assert fast([*others, late]).requests == fast(spans).requests


def _found(request: LlmRequest) -> dict[str, Any]:
    usage = request.usage
    return {
        "span_id": request.span_id,
        "session_id": request.session_id,
        "session_name": request.session_name,
        "path": request.path,
        "user_id": request.user_id,
        "properties": dict(request.properties),
        "times": (request.start_ns, request.end_ns),
        "provider": request.provider,
        "models": (request.request_model, request.response_model),
        "tokens": usage and (usage.input_tokens, usage.output_tokens),
        "cost": request.cost.nano_usd if request.cost else None,
        "status": request.status,
        "first_token_ns": request.time_to_first_token_ns,
    }


def _expected(request: Request) -> dict[str, Any]:
    tokens = request.tokens
    return {
        "span_id": request.span_id,
        "session_id": request.session_id,
        "session_name": request.session_name,
        "path": request.path,
        "user_id": request.user_id,
        "properties": request.properties,
        "times": (request.start_ns, request.end_ns),
        "provider": request.provider,
        "models": (request.request_model, request.response_model),
        "tokens": tokens and (tokens.input, tokens.output),
        "cost": request.cost_nano_usd,
        "status": request.status,
        "first_token_ns": request.first_token_ns,
    }
