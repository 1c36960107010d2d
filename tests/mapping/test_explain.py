"""Why spans are where they are, and why they were counted or not."""

import json
from collections.abc import Iterable, Sequence

import pytest

import recordings
from builders import chat, facts, no_price, span_id
from helicone_otel import otlp
from helicone_otel.mapping import WANTED_ATTRIBUTES, ExplainedSpan, explain, facts_of, resolve
from helicone_otel.mapping.explain import Rule
from helicone_otel.model import Encoding, Kind, ModelCall, Role, SpanFacts, Strength, Usage
from helicone_otel.settings import ImplicitSessions
from mapping.strategies import as_export_request
from oracle import Span


def explained(*spans: SpanFacts) -> dict[int, ExplainedSpan]:
    return {int(span.span_id, 16): span for span in explain(spans)}


def traces(spans: Iterable[Span]) -> Iterable[Sequence[SpanFacts]]:
    body = json.dumps(as_export_request(list(spans))).encode()
    decoded = otlp.decode(body, Encoding.JSON, wanted=WANTED_ATTRIBUTES, max_spans=10_000)
    by_trace: dict[str, dict[str, SpanFacts]] = {}
    for span in decoded.spans:
        by_trace.setdefault(span.trace_id, {})[span.span_id] = facts_of(span, no_price)
    return [list(members.values()) for members in by_trace.values()]


def test_the_key_and_the_span_that_gave_a_session_are_named() -> None:
    why = explained(facts(1, session="s"), facts(2, 1), facts(3))
    assert [why[number].rule for number in (1, 2, 3)] == [Rule.OWN, Rule.ANCESTOR, Rule.ONLY_ID]
    for span in why.values():
        assert span.said is not None
        assert (span.said.span_id, span.said.claim.key) == (span_id(1), "test.session")
        assert span.said.claim.strength is Strength.STRONG


def test_a_captured_header_of_the_call_is_named() -> None:
    post = facts(2, 1, kind=Kind.TRANSPORT, session="sent")
    why = explained(facts(1, kind=Kind.LLM), post)
    assert (why[1].session_id, why[1].rule) == ("sent", Rule.TRANSPORT)
    assert why[1].said is not None
    assert (why[1].said.span_id, why[1].said.claim.session_id) == (span_id(2), "sent")


def test_an_implicit_session_has_no_key() -> None:
    why = explained(facts(1), facts(2, 1, kind=Kind.LLM))
    assert (why[1].rule, why[1].said) == (Rule.IMPLICIT, None)


@pytest.mark.parametrize("implicit", ImplicitSessions)
def test_implicit_sessions_are_explained_by_the_switch(implicit: ImplicitSessions) -> None:
    spans = [facts(1), facts(2, 1, kind=Kind.LLM)]
    (why, _), (resolved, _) = (
        explain(spans, implicit=implicit),
        resolve(spans, implicit=implicit).spans,
    )
    assert why.session_id == resolved.session_id
    assert (why.rule is Rule.IMPLICIT) == (resolved.session_id is not None)


def test_no_session_is_said_to_be_none() -> None:
    assert explained(facts(1))[1].rule is Rule.NONE


def test_a_claim_that_gave_way_is_a_conflict() -> None:
    run = facts(2, 1, session="run", strength=Strength.WEAK)
    why = explained(facts(1, session="root"), run)
    assert why[2].session_id == "root"
    assert [lost.claim.session_id for lost in why[2].conflicts] == ["run"]
    assert not why[1].conflicts


def test_what_is_not_counted_names_the_call_that_is() -> None:
    wrapper = facts(1, kind=Kind.LLM, call=chat(tokens=(9, 3)))
    call = facts(2, 1, kind=Kind.LLM)
    post = facts(3, 2, kind=Kind.TRANSPORT)
    why = explained(wrapper, call, post)
    assert [why[number].role for number in (1, 2, 3)] == [
        Role.WRAPPER,
        Role.COUNTED,
        Role.TRANSPORT,
    ]
    assert [why[number].calls for number in (1, 3)] == [[span_id(2)]] * 2
    assert why[2].marks == ("usage-from-wrapper",)


def test_a_sum_is_marked() -> None:
    told = ModelCall(operation="invoke_agent", usage=Usage(input_tokens=5))
    assert explained(facts(1, kind=Kind.AGENT, call=told))[1].marks == ("aggregate",)


def test_every_span_of_every_recording_is_explained_as_it_was_resolved() -> None:
    for name in recordings.NAMES:
        for spans in traces(recordings.recording(name).spans):
            found = [(why.span_id, why.session_id, why.role) for why in explain(spans)]
            resolved = [(s.facts.span_id, s.session_id, s.role) for s in resolve(spans).spans]
            assert found == resolved, name
