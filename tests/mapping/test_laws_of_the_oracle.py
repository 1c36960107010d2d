"""The laws of the mapping page hold for its reference, so that they are laws and not wishes."""

import random
from collections import Counter
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mapping.emitters import EMITTERS, ModelCall, http_attempt
from mapping.strategies import as_export_request, damaged, traces, worlds
from oracle import Role, Span, Understanding, numbers_of, spans_of, understand
from oracle.saying import Said

few = settings(max_examples=15)
"""The reference is slow, and its own laws are only what the fast path's stand on."""


@few
@given(worlds())
def test_what_is_written_as_otlp_is_read_back(spans: list[Span]) -> None:
    assert spans_of(as_export_request(spans)) == spans


@few
@given(worlds(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_anything(
    spans: list[Span], order: random.Random
) -> None:  # L2
    again = [*spans, *order.sample(spans, k=len(spans) // 2)]
    order.shuffle(again)
    one, other = understand(spans), understand(again)
    assert one.requests == other.requests
    assert one.session_names == other.session_names


@few
@given(damaged(traces()))
def test_every_span_appears_once(spans: list[Span]) -> None:  # L4
    found = Counter(said.span_id for said in understand(spans).forest.all)
    assert found == Counter(span.span_id for span in spans)


@few
@given(worlds())
def test_every_counted_call_is_in_exactly_one_session(spans: list[Span]) -> None:
    understanding = understand(spans)
    assert all(request.session_id for request in understanding.requests)
    counted = [
        said
        for said in understanding.forest.all
        if understanding.role(said) in (Role.COUNTED, Role.AGGREGATE)
    ]
    assert len(counted) == len(understanding.requests)


@few
@given(traces(), st.data())
def test_a_wrapper_around_a_call_of_known_usage_changes_no_total(
    spans: list[Span], data: st.DataObject
) -> None:  # L6
    before = understand(spans)
    known = [r for r in before.requests if r.tokens and r.role is Role.COUNTED]
    llm = [r for r in known if before.calls.structure.kind(_said(before, r.span_id)) == "llm"]
    assume(llm)
    inner = _said(before, data.draw(st.sampled_from(llm)).span_id).span
    wrapped = _wrap(spans, inner, embeds=_said(before, inner.span_id).embeds)
    assert _totals(wrapped) == _totals(spans)


@few
@given(traces(), st.data())
def test_a_transport_span_below_a_call_changes_no_total(
    spans: list[Span], data: st.DataObject
) -> None:  # L6
    before = understand(spans)
    calls = [s for s in before.forest.all if before.calls.structure.kind(s) == "llm"]
    assume(calls)
    above = data.draw(st.sampled_from(calls)).span
    post = replace(
        above,
        span_id="f" * 16,
        parent_span_id=above.span_id,
        name="POST",
        kind=3,
        attributes=http_attempt(200),
        scope="opentelemetry.instrumentation.httpx",
    )
    assert _totals([*spans, post]) == _totals(spans)


@few
@given(worlds())
def test_the_totals_of_a_session_are_the_sums_of_its_requests(spans: list[Span]) -> None:  # L7
    understanding = understand(spans)
    for session_id in understanding.session_names:
        numbers = numbers_of(understanding, session_id)
        requests = understanding.of_session(session_id)
        assert numbers.requests == len(requests)
        assert numbers.input_tokens == sum((r.tokens.input or 0) for r in requests if r.tokens)
        assert numbers.active_ns <= numbers.elapsed_ns


def _said(understanding: Understanding, span_id: str) -> Said:
    return next(said for said in understanding.forest.all if said.span_id == span_id)


def _wrap(spans: list[Span], inner: Span, *, embeds: bool) -> list[Span]:
    """Return *spans* with one more of another emitter between *inner* and its parent."""
    told = ModelCall(response_id="another", operation="embeddings" if embeds else "chat")
    wrapper = replace(
        inner,
        span_id="e" * 16,
        name="a wrapper",
        attributes=EMITTERS["traceloop"].attributes(told),
        scope="a.wrapping.framework",
    )
    inside = replace(inner, parent_span_id=wrapper.span_id)
    return [wrapper, *(inside if span is inner else span for span in spans)]


def _totals(spans: list[Span]) -> tuple[int, int, int]:
    requests = understand(spans).requests
    usages = [request.tokens for request in requests if request.tokens]
    sums = [(tokens.input or 0, tokens.output or 0) for tokens in usages]
    return len(requests), sum(row[0] for row in sums), sum(row[1] for row in sums)
