"""Several traces at once: each means what it means alone, but for the calls they share."""

from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import chat, facts
from helicone_otel.mapping import explain_together, resolve, resolve_together
from helicone_otel.mapping.explain import AGGREGATE
from helicone_otel.model import Kind, ModelCall, ResolvedTrace, Role, SpanFacts, TraceFacts, Usage

A, B = "a" * 32, "b" * 32


def together(*traces: Sequence[SpanFacts]) -> list[ResolvedTrace]:
    return resolve_together([TraceFacts(trace_id=t[0].trace_id, spans=t) for t in traces])


def told_by(scope: str, number: int, *, start_ns: int, end_ns: int, trace_id: str = A) -> SpanFacts:
    """Return the LLM span that an emitter makes of a call."""
    span = facts(
        number, kind=Kind.LLM, call=chat(), start_ns=start_ns, end_ns=end_ns, trace_id=trace_id
    )
    return replace(span, scope=scope)


def odd_trace(trace_id: str) -> list[SpanFacts]:
    """Return what looks aside: a stream told twice, HTTP beside its call, an agent's sum."""
    told = ModelCall(operation="invoke_agent", usage=Usage(input_tokens=9))
    stream, ending = replace(chat(), usage=None), chat(tokens=(5, 2))
    answered = chat(tokens=(1, 1))
    return [
        facts(1, start_ns=1, end_ns=99, trace_id=trace_id),
        facts(2, 1, kind=Kind.LLM, call=stream, start_ns=2, end_ns=9, trace_id=trace_id),
        facts(3, 1, kind=Kind.LLM, call=ending, start_ns=10, end_ns=10, trace_id=trace_id),
        facts(4, 1, kind=Kind.LLM, call=answered, start_ns=20, end_ns=29, trace_id=trace_id),
        facts(
            5, 1, kind=Kind.TRANSPORT, carries_llm_request=True, http_status=503,
            start_ns=21, end_ns=28, trace_id=trace_id,
        ),
        facts(6, 1, kind=Kind.AGENT, call=told, start_ns=40, end_ns=50, trace_id=trace_id),
    ]  # fmt: skip


def test_traces_that_share_no_call_mean_what_each_means_alone() -> None:
    first, second, third = odd_trace(A), odd_trace(B), odd_trace("c" * 32)
    assert together(first, second, third) == [resolve(first), resolve(second), resolve(third)]
    roles = {span.facts.span_id[-1]: span.role for span in together(first, second)[1].spans}
    assert [roles[number] for number in "356"] == [Role.COMPLETION, Role.TRANSPORT, Role.COUNTED]
    assert {request.status for request in together(first, second)[1].requests} == {200, 503}


@given(st.integers(0, 3), st.integers(0, 3), st.sampled_from([None, "s"]))
def test_what_lies_within_another_call_of_one_named_session_is_that_call(
    early: int, late: int, named: str | None
) -> None:
    assume(early + late < 5)
    outer = told_by("framework", 1, trace_id=A, start_ns=10, end_ns=20)
    inner = told_by("sdk", 2, trace_id=B, start_ns=10 + early, end_ns=20 - late)
    # Roots that name the session for all of their traces: nothing on or above the calls does.
    naming = [facts(9, session=named, trace_id=trace_id, start_ns=1) for trace_id in (A, B)]
    found = together([naming[0], outer], [naming[1], inner])
    assert sum(len(trace.requests) for trace in found) == (2 if named is None else 1)


def test_a_call_is_in_the_session_that_one_of_its_traces_names_elsewhere() -> None:
    told = replace(chat(), response_id="answer")
    outer = replace(told_by("framework", 1, trace_id=B, start_ns=10, end_ns=20), call=told)
    inner = replace(told_by("sdk", 2, trace_id="c" * 32, start_ns=11, end_ns=19), call=told)
    naming = facts(9, session="named", trace_id="c" * 32, start_ns=1)
    found = together([facts(1, trace_id=A)], [outer], [naming, inner])
    assert [r.session_id for trace in found for r in trace.requests] == ["named"]


def test_a_sum_is_marked_in_whichever_trace_it_is() -> None:
    traces = [TraceFacts(trace_id=at, spans=odd_trace(at)) for at in (A, B, "c" * 32)]
    marked = {why.key for why in explain_together(traces) if AGGREGATE in why.marks}
    assert marked == {(trace.trace_id, trace.spans[-1].span_id) for trace in traces}


def test_what_was_sent_for_a_twin_was_sent_for_the_call() -> None:
    outer = told_by("framework", 1, start_ns=1, end_ns=9)
    post = facts(
        2, 1, kind=Kind.TRANSPORT, http_status=429, request_id="sent", start_ns=2, end_ns=8,
        trace_id=A,
    )  # fmt: skip
    inner = told_by("sdk", 3, start_ns=3, end_ns=7)
    (request,) = resolve([outer, post, inner]).requests
    assert (request.status, request.request_id) == (429, "sent")


def test_a_request_that_carries_another_is_its_wrapper() -> None:
    outer = facts(1, kind=Kind.TRANSPORT, carries_llm_request=True)
    inner = facts(2, 1, kind=Kind.TRANSPORT, carries_llm_request=True)
    assert [span.role for span in resolve([outer, inner]).spans] == [Role.WRAPPER, Role.COUNTED]


def test_a_sum_counts_only_where_nothing_below_does_whatever_came_first() -> None:
    told = ModelCall(operation="invoke_agent", usage=Usage(input_tokens=9))
    agent = facts(1, kind=Kind.AGENT, call=told)
    idle = facts(2, 1, start_ns=2)
    call = facts(3, 1, kind=Kind.LLM, call=chat(), start_ns=3)
    assert [r.span_id for r in resolve([agent, idle, call]).requests] == [call.span_id]
    inner = facts(4, 1, kind=Kind.AGENT, call=told, start_ns=4)
    assert [r.span_id for r in resolve([agent, idle, inner]).requests] == [inner.span_id]
