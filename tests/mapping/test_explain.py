"""Why spans are where they are, and why they were counted or not."""

import json
from collections.abc import Iterable, Sequence

import pytest
from msgspec import structs

import recordings
from builders import TRACE, chat, facts, no_price, span_id
from helicone_otel import otlp
from helicone_otel.mapping import (
    WANTED_ATTRIBUTES,
    ExplainedSpan,
    explain,
    explain_together,
    facts_of,
    resolve,
)
from helicone_otel.mapping.explain import Rule
from helicone_otel.model import (
    Encoding,
    Kind,
    ModelCall,
    Role,
    SpanFacts,
    Strength,
    TraceFacts,
    Usage,
)
from helicone_otel.settings import ImplicitSessions
from mapping.strategies import as_export_request
from oracle import Span


def explained(*spans: SpanFacts) -> dict[int, ExplainedSpan]:
    return {int(span.facts.span_id, 16): span for span in explain(spans)}


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
    why, _ = explain(spans, implicit=implicit)
    resolved, _ = resolve(spans, implicit=implicit).spans
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
    assert [why[number].calls for number in (1, 3)] == [[(TRACE, span_id(2))]] * 2
    assert why[2].marks == ("usage-from-wrapper",)


def test_every_span_says_in_words_why_it_is_counted_or_not() -> None:
    agent = facts(1, kind=Kind.AGENT, call=ModelCall(operation="", usage=Usage(input_tokens=5)))
    assert explained(agent)[1].reason == (
        "counted: its usage is the only word of the calls below it"
    )
    sent = facts(1, kind=Kind.TRANSPORT, carries_llm_request=True)
    assert explained(sent)[1].reason == "counted: a request to a model that no LLM span covers"
    wrapper, call, post = (
        facts(1, kind=Kind.LLM),
        facts(2, 1, kind=Kind.LLM),
        facts(3, 2, kind=Kind.TRANSPORT),
    )
    why = explained(wrapper, call, post, facts(4))
    assert [why[number].reason for number in (1, 2, 3, 4)] == [
        "not counted: stands around a counted span of the same call",
        "counted: the innermost LLM span of its call",
        "not counted: carries a request",
        "not counted: no call of a model",
    ]


def test_spans_beside_a_call_say_in_words_why_they_are_not_counted() -> None:
    told = chat(tokens=(9, 3))
    silent = structs.replace(told, usage=None)
    outer = facts(2, 1, kind=Kind.LLM, call=told, start_ns=20, end_ns=40)
    inner = facts(3, 1, kind=Kind.LLM, call=told, start_ns=21, end_ns=39)
    twin = explained(facts(1, start_ns=1), structs.replace(outer, scope="framework"), inner)[2]
    assert twin.reason == "not counted: a span beside it tells of the same call"
    hollow = explained(facts(1), facts(2, 1, kind=Kind.LLM, call=silent), inner)[2]
    assert hollow.reason == (
        "not counted: shows no trace of a call, and a call lies under the same parent"
    )
    ending = facts(3, 1, kind=Kind.LLM, call=told, start_ns=60, end_ns=60)
    stream = facts(2, 1, kind=Kind.LLM, call=silent, start_ns=20, end_ns=40)
    completion = explained(facts(1, start_ns=1), stream, ending)[3]
    assert completion.reason == "not counted: tells how the stream of another span ended"
    assert completion.calls == [(TRACE, span_id(2))]


def test_what_is_in_force_below_a_call_is_not_what_was_sent_for_it() -> None:
    call, post = facts(1, kind=Kind.LLM), facts(2, 1, kind=Kind.TRANSPORT, session="sent")
    why = explained(call, post, facts(3, 1), facts(4, session="other"))
    assert (why[1].rule, why[3].session_id) == (Rule.TRANSPORT, None)
    assert why[3].said is None


def test_an_id_is_inherited_from_however_far() -> None:
    why = explained(facts(1, session="s"), facts(2, 1), facts(3, 2))
    assert why[3].rule is Rule.ANCESTOR
    assert why[3].said is not None
    assert why[3].said.span_id == span_id(1)


def test_what_a_request_without_an_llm_span_sends_does_not_speak_for_it() -> None:
    post = facts(1, kind=Kind.TRANSPORT, carries_llm_request=True)
    why = explained(post, facts(2, 1, kind=Kind.TRANSPORT, session="sent"))
    assert (why[1].rule, why[1].session_id) == (Rule.ONLY_ID, "sent")


def test_a_log_record_names_the_call_that_it_tells_of() -> None:
    wrapper, call = facts(1, kind=Kind.LLM), facts(2, 1, kind=Kind.LLM)
    events = [facts(n, n - 2, kind=Kind.EVENT) for n in (3, 4, 5)]
    trace = TraceFacts(trace_id=TRACE, spans=[wrapper, call], events=events)
    why = {int(span.facts.span_id, 16): span for span in explain_together([trace])}
    assert [why[number].calls for number in (3, 4, 5)] == [[(TRACE, span_id(2))]] * 2 + [[]]
    assert why[3].reason == "not counted: a log record of a call that a span tells of"
    assert why[5].reason == "counted: a log record of a call that no span tells of"


def test_traces_that_tell_of_one_call_are_explained_one_by_one() -> None:
    told = structs.replace(chat(), response_id="r")
    other = "b" * 32
    outer = facts(1, kind=Kind.LLM, call=told, start_ns=1, end_ns=9)
    inner = facts(2, kind=Kind.LLM, call=told, start_ns=2, end_ns=8, trace_id=other)
    traces = [
        TraceFacts(trace_id=TRACE, spans=[structs.replace(outer, scope="framework")]),
        TraceFacts(trace_id=other, spans=[inner]),
    ]
    first, second = explain_together(traces)
    assert first.reason == "not counted: a span of another trace tells of the same call"
    assert (first.calls, first.key) == ([(other, span_id(2))], (TRACE, span_id(1)))
    assert second.reason == "counted: the innermost LLM span of its call"


def test_two_ids_of_one_strength_give_nothing_to_the_rest() -> None:
    why = explained(facts(1), facts(2, session="a"), facts(3, session="b"))
    assert (why[1].rule, why[1].said) == (Rule.NONE, None)
    implicit = explained(facts(1, kind=Kind.LLM), facts(2, session="a"), facts(3, session="b"))
    assert (implicit[1].rule, implicit[1].said) == (Rule.IMPLICIT, None)


def test_a_transport_span_around_nothing_belongs_to_no_call() -> None:
    why = explained(facts(1, kind=Kind.LLM), facts(2, kind=Kind.TRANSPORT), facts(3, 1))
    assert [list(why[number].calls) for number in (1, 2, 3)] == [[], [], []]


def test_a_sum_is_marked() -> None:
    told = ModelCall(operation="invoke_agent", usage=Usage(input_tokens=5))
    assert explained(facts(1, kind=Kind.AGENT, call=told))[1].marks == ("aggregate",)


def test_every_span_of_every_recording_is_explained_as_it_was_resolved() -> None:
    for name in recordings.NAMES:
        for spans in traces(recordings.recording(name).spans):
            found = [(why.facts.span_id, why.session_id, why.role) for why in explain(spans)]
            resolved = [(s.facts.span_id, s.session_id, s.role) for s in resolve(spans).spans]
            assert found == resolved, name
