"""Several spans of one call: counted once, with all that any of them knows."""

import pytest
from msgspec.structs import replace

from builders import NANO, TRACE, facts, span_id
from helicone_otel.mapping import explain, resolve
from helicone_otel.model import (
    Cost,
    Kind,
    LlmRequest,
    ModelCall,
    Role,
    SpanFacts,
    Strength,
    Usage,
)
from helicone_otel.session_reference import session_id_of_trace

USAGE = Usage(input_tokens=10, output_tokens=5)
MODEL = "gpt-4o"


def call(
    number: int,
    parent: int | None = 1,
    *,
    at: tuple[int, int] = (10, 20),
    scope: str = "sdk",
    usage: Usage | None = USAGE,
    response_id: str | None = None,
    model: str | None = MODEL,
    cost: Cost | None = None,
    session: str | None = None,
) -> SpanFacts:
    told = ModelCall(
        operation="chat", request_model=model, response_id=response_id, usage=usage, cost=cost
    )
    span = facts(
        number,
        parent,
        kind=Kind.LLM,
        start_ns=at[0] * NANO,
        end_ns=at[1] * NANO,
        call=told,
        session=session,
    )
    return replace(span, scope=scope)


def roles(*spans: SpanFacts) -> dict[int, Role]:
    return {int(s.facts.span_id, 16): s.role for s in resolve(spans).spans}


def one_request(*spans: SpanFacts) -> LlmRequest:
    (request,) = resolve(spans).requests
    return request


SAYS_NO_USAGE = ModelCall(operation="chat", request_model=MODEL, has_output=True)


def test_spans_side_by_side_with_one_response_id_are_one_call() -> None:
    outer = call(2, scope="framework", response_id="r", usage=None, at=(10, 19))
    inner = call(3, response_id="r", at=(11, 20))
    assert roles(facts(1), outer, inner) == {1: Role.OTHER, 2: Role.TWIN, 3: Role.COUNTED}
    assert roles(facts(1), outer, call(3, response_id="other", at=(11, 18)))[2] is Role.COUNTED
    assert roles(facts(1), outer, call(3, response_id="r", at=(30, 31)))[2] is Role.COUNTED


@pytest.mark.parametrize(
    ("inner", "is_twin"),
    [
        (call(3, at=(11, 19)), True),
        (call(3, at=(11, 19), model="openai/gpt-4o-2024-08-06"), True),
        (call(3, at=(11, 19), usage=Usage(input_tokens=10)), True),
        (call(3, at=(10, 20)), True),
        (replace(call(3, at=(11, 19)), call=SAYS_NO_USAGE), True),
        (call(3, at=(11, 19), model="gpt-4o-mini"), False),
        (call(3, at=(11, 19), usage=Usage(input_tokens=11, output_tokens=5)), False),
        (call(3, at=(11, 21)), False),
        (call(3, at=(11, 19), scope="framework"), False),
    ],
)
def test_without_response_ids_time_model_and_usage_make_twins(
    inner: SpanFacts, *, is_twin: bool
) -> None:
    outer = call(2, scope="framework")
    role = roles(facts(1), outer, inner)[2]
    assert role is (Role.TWIN if is_twin else Role.COUNTED)


def test_twins_are_in_the_session_of_the_stronger_reference() -> None:
    outer = call(2, None, scope="framework", session="s", response_id="r")
    inner = call(3, None, at=(11, 19), response_id="r")
    other = facts(9, session="t", strength=Strength.STRONG)
    assert one_request(outer, inner, other).session_id == "s"


def test_twins_need_to_touch_only() -> None:
    outer = call(2, scope="framework", response_id="r")
    assert roles(facts(1), outer, call(3, response_id="r", at=(20, 21)))[2] is Role.TWIN
    assert roles(facts(1), outer, call(3, response_id="r", at=(10, 10)))[2] is Role.TWIN


def test_a_call_says_its_own_word_where_its_stronger_twin_is() -> None:
    outer = replace(
        call(2, None, scope="framework", session="s", response_id="r"),
        session_name="outer",
        user_id="outer",
        properties={"a": "outer", "b": "outer"},
    )
    inner, other = call(3, None, at=(11, 19), response_id="r"), facts(9, session="t")
    request = one_request(outer, inner, other)
    assert (request.session_id, request.session_name, request.user_id) == ("s", "outer", "outer")
    assert request.properties == {"a": "outer", "b": "outer"}
    speaking = replace(inner, session_name="inner", user_id="inner", properties={"b": "inner"})
    request = one_request(outer, speaking, other)
    assert (request.session_id, request.session_name, request.user_id) == ("s", "inner", "inner")
    assert request.properties == {"a": "outer", "b": "inner"}
    sent = facts(4, 3, kind=Kind.TRANSPORT, user_id="sent", start_ns=12 * NANO)
    assert one_request(outer, inner, other, sent).user_id == "sent"


def test_of_equal_references_the_one_with_a_path_says_where_the_call_is() -> None:
    outer = call(2, 1, scope="framework", response_id="r")
    inner = replace(call(3, None, at=(11, 19), response_id="r"), path="/inner")
    assert one_request(facts(1, name="outer"), outer, inner).path == "/inner"
    silent = replace(inner, path=None)
    sent = facts(4, 3, kind=Kind.TRANSPORT, path="/sent", start_ns=12 * NANO)
    assert one_request(facts(1, name="outer"), outer, silent, sent).path == "/sent"
    assert one_request(facts(1, name="outer"), outer, silent).path == "/outer"


def test_spans_above_each_other_are_no_twins() -> None:
    outer = call(2, scope="framework", response_id="r")
    tool = facts(3, 2, kind=Kind.TOOL)
    inner = call(4, 3, at=(11, 19), response_id="r")
    apart = {1: Role.OTHER, 2: Role.COUNTED, 3: Role.OTHER, 4: Role.COUNTED}
    assert roles(facts(1), outer, tool, inner) == apart
    late = replace(outer, start_ns=12 * NANO, end_ns=15 * NANO)
    assert roles(facts(1), late, tool, inner) == apart


def test_the_innermost_of_twins_that_start_together_is_counted() -> None:
    outer = call(3, scope="framework", response_id="r", at=(10, 20))
    inner = call(2, response_id="r", at=(10, 19))
    assert roles(facts(1), outer, inner) == {1: Role.OTHER, 3: Role.TWIN, 2: Role.COUNTED}


def test_a_twin_may_tell_its_usage_where_its_stream_ends() -> None:
    outer = call(2, scope="framework")
    stream, ending = call(3, at=(11, 18), usage=None), call(4, at=(19, 19))
    assert roles(facts(1), outer, stream, ending)[2] is Role.TWIN
    other = call(4, at=(19, 19), usage=Usage(input_tokens=99, output_tokens=9))
    assert roles(facts(1), outer, stream, other)[2] is Role.COUNTED


def test_a_span_without_any_answer_beside_a_call_is_none() -> None:
    silent = call(2, usage=None, at=(5, 6))
    assert roles(facts(1), silent, call(3))[2] is Role.HOLLOW
    assert roles(facts(1), silent)[2] is Role.COUNTED
    assert roles(facts(1), replace(silent, failed=True), call(3))[2] is Role.COUNTED


def test_a_silent_span_is_none_wherever_it_starts() -> None:
    late = call(4, usage=None, at=(30, 31))
    assert roles(facts(1), call(3), late)[4] is Role.HOLLOW
    assert roles(facts(1), call(3), replace(late, parent_span_id=None))[4] is Role.COUNTED


def test_a_silent_span_is_none_whatever_steps_are_in_it() -> None:
    silent, step = call(2, usage=None, at=(5, 7)), facts(3, 2)
    assert roles(facts(1), silent, step, call(4))[2] is Role.HOLLOW
    embedding = ModelCall(operation="embeddings", usage=USAGE)
    inner = facts(3, 2, kind=Kind.LLM, call=embedding, start_ns=6 * NANO)
    assert roles(facts(1), silent, inner, call(4))[2] is Role.COUNTED


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(call(3, at=(21, 22)), id="takes time itself"),
        pytest.param(call(3, at=(19, 19)), id="comes before the stream has ended"),
        pytest.param(call(3, at=(21, 21), scope="other"), id="is of another scope"),
        pytest.param(call(3, at=(21, 21), model="other"), id="is of another model"),
        pytest.param(call(3, at=(21, 21), model=None), id="names no model"),
        pytest.param(call(3, None, at=(21, 21)), id="has another parent"),
    ],
)
def test_a_span_completes_no_stream_if_it(other: SpanFacts) -> None:
    stream = replace(
        call(2), call=ModelCall(operation="chat", request_model=MODEL, has_output=True)
    )
    assert roles(facts(1), stream, other) == {1: Role.OTHER, 2: Role.COUNTED, 3: Role.COUNTED}


def test_a_stream_of_no_known_model_is_not_completed() -> None:
    stream = replace(call(2), call=ModelCall(operation="chat", has_output=True))
    assert roles(facts(1), stream, call(3, at=(21, 21), model=None))[3] is Role.COUNTED


def test_a_stream_may_be_completed_the_moment_it_ends() -> None:
    assert roles(facts(1), call(2, usage=None), call(3, at=(20, 20)))[3] is Role.COMPLETION


def test_a_span_of_no_length_completes_the_stream_before_it() -> None:
    stream, ending = call(2, usage=None), call(3, at=(21, 21))
    request = one_request(facts(1), stream, ending)
    assert roles(facts(1), stream, ending)[3] is Role.COMPLETION
    assert (request.span_id, request.usage) == (span_id(2), USAGE)
    assert request.end_ns == 21 * NANO


def test_an_http_span_beside_its_call_is_no_call() -> None:
    post = facts(
        3,
        1,
        kind=Kind.TRANSPORT,
        start_ns=11 * NANO,
        end_ns=12 * NANO,
        carries_llm_request=True,
        http_status=429,
    )
    assert roles(facts(1), call(2), post)[3] is Role.TRANSPORT
    assert one_request(facts(1), call(2), post).status == 429
    whole = replace(post, start_ns=10 * NANO, end_ns=20 * NANO)
    assert roles(facts(1), call(2), whole)[3] is Role.TRANSPORT
    at_its_end = replace(post, start_ns=20 * NANO, end_ns=20 * NANO)
    assert roles(facts(1), call(2), at_its_end)[3] is Role.TRANSPORT
    later = replace(post, end_ns=30 * NANO)
    assert roles(facts(1), call(2), later)[3] is Role.COUNTED


def test_what_a_wrapper_has_more_goes_to_the_latest_call_that_lacks_it() -> None:
    whole = Usage(input_tokens=30, output_tokens=4)
    wrapper = call(1, None, usage=whole, at=(1, 50))
    first, third = call(2), call(4, usage=None, response_id="third")
    second = call(3, usage=None, response_id="second", at=(21, 22))
    usages = {r.span_id: r.usage for r in resolve([wrapper, first, second, third]).requests}
    assert usages == {
        span_id(2): USAGE,
        span_id(3): Usage(input_tokens=20, output_tokens=0),
        span_id(4): None,
    }


def test_what_an_inner_call_does_not_tell_is_left_to_the_others() -> None:
    wrapper = call(1, None, usage=Usage(input_tokens=30, output_tokens=4), at=(1, 50))
    first = call(2, usage=Usage(input_tokens=10))
    second = call(3, usage=None, response_id="second", at=(21, 22))
    usages = {r.span_id: r.usage for r in resolve([wrapper, first, second]).requests}
    assert usages[span_id(3)] == Usage(input_tokens=20, output_tokens=4)


def test_a_wrapper_that_knows_no_more_than_its_calls_gives_nothing() -> None:
    wrapper = call(1, None, usage=USAGE, at=(1, 50))
    silent = call(3, usage=None, response_id="second", at=(21, 22))
    first, second = resolve([wrapper, call(2), silent]).requests
    assert (first.usage, second.usage) == (USAGE, None)


def test_the_cost_of_a_wrapper_is_that_of_its_only_call() -> None:
    wrapper = call(1, None, cost=Cost(nano_usd=7, source="span"), at=(1, 50))
    assert one_request(wrapper, call(2)).cost == Cost(nano_usd=7, source="span")
    costs = {request.cost for request in resolve([wrapper, call(2), call(3)]).requests}
    assert costs == {None}


def test_a_usage_filled_in_is_priced() -> None:
    def price(*, provider: str | None, model: str, start_ns: int, usage: Usage) -> Cost:
        del provider, start_ns
        return Cost(nano_usd=usage.total_tokens, source=model)

    wrapper, inner = call(1, None, at=(1, 50)), call(2, usage=None, model=None)
    (request,) = resolve([wrapper, inner], price=price).requests
    assert request.cost == Cost(nano_usd=15, source=MODEL)


def test_an_answer_from_the_cache_costs_nothing() -> None:
    priced = call(1, None, cost=Cost(nano_usd=7, source="span"))
    post = replace(facts(2, 1, kind=Kind.TRANSPORT), is_cache_hit=True)
    assert one_request(priced, post).cost == Cost(nano_usd=0, source="cache")


def test_an_agents_sum_counts_where_no_call_is_known_below_it() -> None:
    told = ModelCall(operation="invoke_agent", usage=USAGE)
    agent = facts(1, kind=Kind.AGENT, call=told)
    post = facts(2, 1, kind=Kind.TRANSPORT, carries_llm_request=True)
    assert roles(agent, post) == {1: Role.COUNTED, 2: Role.TRANSPORT}
    assert roles(agent, call(2, usage=None))[1] is Role.OTHER
    inner = replace(agent, span_id=span_id(3), parent_span_id=span_id(1))
    assert roles(agent, inner) == {1: Role.OTHER, 3: Role.COUNTED}


def test_a_sum_stands_for_the_http_spans_below_it_alone() -> None:
    agent = facts(1, kind=Kind.AGENT, call=ModelCall(operation="invoke_agent", usage=USAGE))
    post = facts(3, 2, kind=Kind.TRANSPORT, carries_llm_request=True)
    assert roles(agent, facts(2, 1), post)[3] is Role.TRANSPORT
    assert roles(agent, facts(2, 1, kind=Kind.TOOL), post)[3] is Role.COUNTED
    assert roles(agent, facts(2), post)[3] is Role.COUNTED


@pytest.mark.parametrize(
    ("usage", "marks"),
    [
        (Usage(input_tokens=11, output_tokens=5), ["usage-contradicted"]),
        (Usage(input_tokens=10, output_tokens=6), ["usage-contradicted"]),
        (Usage(input_tokens=10), ["usage-contradicted"]),
        (Usage(output_tokens=5), ["usage-contradicted"]),
        (USAGE, []),
        (None, []),
    ],
)
def test_a_twin_that_tells_another_usage_contradicts(usage: Usage | None, marks: list[str]) -> None:
    outer = call(2, scope="framework", response_id="r", usage=usage)
    inner = call(3, at=(11, 19), response_id="r")
    assert one_request(facts(1), outer, inner).usage == USAGE
    (counted,) = (why for why in explain([facts(1), outer, inner]) if why.role is Role.COUNTED)
    assert list(counted.marks) == marks


@pytest.mark.parametrize("usage", [Usage(input_tokens=1), Usage(output_tokens=1)])
def test_a_twin_that_tells_one_token_more_contradicts(usage: Usage) -> None:
    whole = Usage(input_tokens=1, output_tokens=1)
    outer = call(2, scope="framework", response_id="r", usage=whole)
    inner = call(3, at=(11, 19), response_id="r", usage=usage)
    (counted,) = (why for why in explain([facts(1), outer, inner]) if why.role is Role.COUNTED)
    assert list(counted.marks) == ["usage-contradicted"]


@pytest.mark.parametrize("usage", [Usage(input_tokens=10), Usage(output_tokens=5)])
def test_a_twin_that_tells_less_where_there_is_nothing_does_not_contradict(usage: Usage) -> None:
    nothing = Usage(input_tokens=usage.input_tokens or 0, output_tokens=usage.output_tokens or 0)
    outer = call(2, scope="framework", response_id="r", usage=nothing)
    inner = call(3, at=(11, 19), response_id="r", usage=usage)
    (counted,) = (why for why in explain([facts(1), outer, inner]) if why.role is Role.COUNTED)
    assert list(counted.marks) == []


@pytest.mark.parametrize(
    ("knows", "believed"),
    [
        pytest.param("outer", USAGE, id="the twin with the response id is believed"),
        pytest.param("inner", Usage(input_tokens=10), id="the counted span with it"),
        pytest.param("neither", Usage(input_tokens=10), id="else the counted span"),
    ],
)
def test_of_two_usages_that_differ_one_is_believed(knows: str, believed: Usage) -> None:
    outer = call(2, scope="framework", response_id="r" if knows == "outer" else None)
    inner = call(
        3,
        at=(11, 19),
        usage=Usage(input_tokens=10),
        response_id="r" if knows == "inner" else None,
    )
    assert one_request(facts(1), outer, inner).usage == believed
    (counted,) = (why for why in explain([facts(1), outer, inner]) if why.role is Role.COUNTED)
    assert counted.marks == ("usage-contradicted",)


def test_a_span_that_no_convention_knows_is_a_call_unless_one_lies_below() -> None:
    unknown = facts(1, call=ModelCall(operation="", request_model=MODEL, usage=USAGE))
    (span,) = resolve([unknown]).spans
    assert (span.facts.kind, span.role, span.path) == (Kind.LLM, Role.COUNTED, "/")
    assert roles(unknown, call(2))[1] is Role.OTHER


def test_a_trace_whose_root_links_to_one_other_continues_its_session() -> None:
    other = "b" * 32
    linked = replace(call(1, None), linked_trace_ids=(other,))
    assert one_request(linked).session_id == session_id_of_trace(other)
    both = replace(linked, linked_trace_ids=(other, "c" * 32))
    assert one_request(both).session_id == session_id_of_trace(TRACE)
    named = replace(call(1, None, session="s"), linked_trace_ids=(other,))
    assert one_request(named).session_id == "s"


def test_calls_out_of_the_latest_are_known_by_their_response_id() -> None:
    outer = [call(n, None, scope="a", response_id=f"r{n}") for n in range(1, 101)]
    inner = [call(100 + n, None, response_id=f"r{n}", at=(11, 20)) for n in range(1, 101)]
    assert len(resolve([*outer, *inner]).requests) == 100


def test_many_parallel_calls_told_twice_are_told_apart() -> None:
    outer = [call(n, None, scope="a", response_id=f"r{n}") for n in range(1, 4_001)]
    inner = [call(4_000 + n, None, response_id=f"r{n}") for n in range(1, 4_001)]
    assert len(resolve([*outer, *inner]).requests) == 4_000
