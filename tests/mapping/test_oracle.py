"""The fast path must equal the plain reference on any trace, in any order."""

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from builders import facts
from helicone_otel.mapping import resolve
from helicone_otel.model import Kind, ModelCall, Role, SpanFacts, Strength
from oracle import Meaning, Oracle

ANYTHING = [*(kind for kind in Kind if kind is not Kind.EVENT), Kind.LLM, Kind.STEP]
CALLS = [Kind.LLM, Kind.LLM, Kind.TRANSPORT, Kind.TRANSPORT, Kind.TOOL]


@st.composite
def traces(draw: st.DrawFn, kinds: Sequence[Kind] = ANYTHING) -> list[SpanFacts]:
    """Return spans with any parents: missing, later, themselves, in circles."""
    size = draw(st.integers(1, 12))
    return [draw(_span(number, size, kinds)) for number in range(1, size + 1)]


@st.composite
def _span(draw: st.DrawFn, number: int, size: int, kinds: Sequence[Kind]) -> SpanFacts:
    kind = draw(st.sampled_from(kinds))
    above = st.just(number - 1 or None)  # makes chains, which is where calls meet
    sends = kind is Kind.TRANSPORT
    operation = draw(st.sampled_from(["chat", "embeddings"]))
    return facts(
        number,
        draw(above | above | st.none() | st.integers(1, size + 1)),
        kind=kind,
        name=draw(st.sampled_from(["plan", "search", "write"])),
        start_ns=draw(st.integers(0, 4)),
        end_ns=draw(st.integers(9, 12) if sends else st.integers(5, 8)),  # not within a call
        session=draw(st.sampled_from([None, None, None, "s1", "s2"])),
        strength=draw(st.sampled_from(Strength)),
        path=draw(st.sampled_from([None, None, None, "/", "/a/b"])),
        session_name=draw(st.sampled_from([None, None, "A", "B"])),
        user_id=draw(st.sampled_from([None, None, "u"])),
        properties=draw(
            st.dictionaries(st.sampled_from(["x", "a-b", "a_b"]), st.sampled_from("12"), max_size=2)
        ),
        call=ModelCall(operation=operation, has_output=True) if kind is Kind.LLM else None,
        carries_llm_request=sends and draw(st.booleans()),
        http_status=draw(st.sampled_from([None, 200, 429])) if sends else None,
        request_id=draw(st.sampled_from([None, "r1", "r2"])) if sends else None,
        failed=draw(st.booleans()),
    )


@given(traces() | traces(CALLS), st.randoms(use_true_random=False))
def test_resolving_equals_the_reference(spans: list[SpanFacts], order: random.Random) -> None:
    oracle = Oracle(spans)
    shuffled = list(spans)
    order.shuffle(shuffled)
    trace = resolve(shuffled)
    requests = {request.span_id: request for request in trace.requests}
    found = {
        span.facts.span_id: Meaning(
            session_id=span.session_id,
            path=span.path,
            counted=span.role is Role.COUNTED,
            name=span.session_name,
            user_id=span.user_id,
            properties=dict(span.properties),
            status=request.status if request else None,
            request_id=request.request_id if request else None,
        )
        for span in trace.spans
        for request in [requests.get(span.facts.span_id)]
    }
    assert found == {span.span_id: oracle.meaning(span) for span in spans}


@given(traces())
def test_every_span_appears_once_behind_its_parent(spans: list[SpanFacts]) -> None:
    order = [span.facts.span_id for span in resolve(spans).spans]
    assert sorted(order) == sorted(span.span_id for span in spans)
    oracle = Oracle(spans)
    for span in spans:
        parent = oracle.parent(span)
        if parent is not None:
            assert order.index(parent.span_id) < order.index(span.span_id)


@given(traces(), st.data())
def test_a_transport_span_around_a_call_changes_no_total(
    spans: list[SpanFacts], data: st.DataObject
) -> None:
    calls = [span for span in spans if span.kind is Kind.LLM]
    before = {request.span_id for request in resolve(spans).requests}
    if calls:
        below = int(data.draw(st.sampled_from(calls)).span_id, 16)
        post = facts(99, below, kind=Kind.TRANSPORT, carries_llm_request=True)
        spans = [*spans, post]
    assert {request.span_id for request in resolve(spans).requests} == before
