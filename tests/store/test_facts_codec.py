"""Facts survive the store."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import chat, facts
from helicone_otel.model import Kind, ModelCall, SpanFacts, Usage
from helicone_otel.store.facts_codec import decode_facts, encode_facts

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
counts = st.none() | st.integers(0, 2**53)


@st.composite
def any_facts(draw: st.DrawFn) -> SpanFacts:
    usage = st.builds(Usage, input_tokens=counts, output_tokens=counts, reasoning_tokens=counts)
    call = st.builds(ModelCall, operation=texts, usage=st.none() | usage, has_output=st.booleans())
    return replace(
        facts(
            1,
            draw(st.none() | st.just(2)),
            kind=draw(st.sampled_from(Kind)),
            name=draw(texts),
            start_ns=draw(st.integers(0, 2**63 - 1)),
            end_ns=draw(st.integers(0, 2**63 - 1)),
            session=draw(st.none() | texts.filter(bool)),
            properties=draw(st.dictionaries(texts, texts, max_size=3)),
            failed=draw(st.booleans()),
            http_status=draw(counts),
        ),
        call=draw(st.none() | call),
        marks=tuple(draw(st.lists(texts, max_size=2))),
    )


def read_back(facts: SpanFacts) -> SpanFacts:
    return decode_facts(facts.trace_id, encode_facts(facts))


@given(any_facts())
def test_facts_read_back_are_those_written(written: SpanFacts) -> None:
    assert read_back(written) == written


def test_a_zero_is_kept_apart_from_nothing() -> None:
    free = replace(facts(1, kind=Kind.LLM), call=chat(tokens=(0, 0), nano_usd=0), start_ns=0)
    assert read_back(free) == free
