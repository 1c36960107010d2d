"""Spans of one trace in their places."""

import random

import pytest
from msgspec import structs

from builders import NANO, TRACE, chat, facts, span_id
from helicone_otel.mapping import resolve
from helicone_otel.model import Kind, ResolvedSpan, ResolvedTrace, Role, SpanFacts, Strength
from helicone_otel.session_reference import session_id_of_trace
from helicone_otel.settings import ImplicitSessions

IMPLICIT = session_id_of_trace(TRACE)


def spans_of(trace: ResolvedTrace) -> dict[int, ResolvedSpan]:
    return {int(span.facts.span_id, 16): span for span in trace.spans}


def sessions(*spans: SpanFacts) -> dict[int, str | None]:
    return {number: span.session_id for number, span in spans_of(resolve(spans)).items()}


def paths(*spans: SpanFacts) -> dict[int, str]:
    return {number: span.path for number, span in spans_of(resolve(spans)).items()}


def counted(*spans: SpanFacts) -> list[int]:
    return sorted(int(request.span_id, 16) for request in resolve(spans).requests)


# sessions


def test_a_session_reaches_everything_below_it() -> None:
    assert sessions(
        facts(1, session="s"), facts(2, 1), facts(3, 2, kind=Kind.LLM), facts(4, 3)
    ) == {1: "s", 2: "s", 3: "s", 4: "s"}


def test_of_equally_strong_ids_the_nearest_wins() -> None:
    assert sessions(facts(1, session="far"), facts(2, 1, session="near"), facts(3, 2))[3] == "near"


def test_a_stronger_id_above_beats_a_weaker_one_nearby() -> None:
    weak = facts(2, 1, session="conversation", strength=Strength.WEAK)
    assert sessions(facts(1, session="s"), weak, facts(3, 2)) == {1: "s", 2: "s", 3: "s"}


def test_headers_captured_below_an_llm_span_speak_for_it() -> None:
    post = facts(3, 2, kind=Kind.TRANSPORT, session="s", path="/a", session_name="N")
    trace = resolve([facts(1), facts(2, 1, kind=Kind.LLM), post])
    (request,) = trace.requests
    assert (request.session_id, request.path, request.session_name) == ("s", "/a", "N")


def test_the_only_id_of_a_trace_takes_in_its_other_spans() -> None:
    assert sessions(facts(1), facts(2, 1, session="s"), facts(3, 1)) == {1: "s", 2: "s", 3: "s"}


def test_with_two_ids_the_rest_is_implicit_if_it_calls_a_model() -> None:
    both = [facts(1), facts(2, 1, session="a"), facts(3, 1, session="b")]
    assert sessions(*both)[1] is None
    assert sessions(*both, facts(4, 1, kind=Kind.LLM)) == {1: IMPLICIT, 2: "a", 3: "b", 4: IMPLICIT}


@pytest.mark.parametrize(
    ("switch", "with_call", "without_call"),
    [
        (ImplicitSessions.LLM, IMPLICIT, None),
        (ImplicitSessions.ALL, IMPLICIT, IMPLICIT),
        (ImplicitSessions.NONE, None, None),
    ],
)
def test_a_trace_without_ids_is_a_session_by_the_switch(
    switch: ImplicitSessions, with_call: str | None, without_call: str | None
) -> None:
    call = facts(2, 1, kind=Kind.LLM)
    assert resolve([facts(1), call], implicit=switch).spans[0].session_id == with_call
    assert resolve([facts(1), facts(2, 1)], implicit=switch).spans[0].session_id == without_call


# paths


def test_a_path_is_the_steps_from_the_top_and_a_call_lies_in_its_folder() -> None:
    assert paths(
        facts(1, name="agent"),
        facts(2, 1, name="research"),
        facts(3, 2, kind=Kind.LLM),
        facts(4, 3, kind=Kind.TRANSPORT),
        facts(5, 2, kind=Kind.TOOL, name="search"),
    ) == {
        1: "/agent",
        2: "/agent/research",
        3: "/agent/research",
        4: "/agent/research",
        5: "/agent/research/search",
    }


def test_an_explicit_path_is_the_base_of_what_is_below() -> None:
    assert paths(facts(1, path="/a/b"), facts(2, 1, name="c"), facts(3, 2, kind=Kind.LLM)) == {
        1: "/a/b",
        2: "/a/b/c",
        3: "/a/b/c",
    }


def test_a_repeated_segment_adds_nothing() -> None:
    assert paths(facts(1, name="plan"), facts(2, 1, name="plan"), facts(3, 2, name="do"))[3] == (
        "/plan/do"
    )


def test_a_server_span_adds_a_segment_only_at_the_top() -> None:
    assert paths(facts(1, kind=Kind.SERVER, name="chat"), facts(2, 1, kind=Kind.SERVER)) == {
        1: "/chat",
        2: "/chat",
    }


def test_a_server_span_adds_nothing_below_an_explicit_path() -> None:
    assert paths(facts(1, path="/a"), facts(2, 1, kind=Kind.SERVER, name="chat"))[2] == "/a"


def test_a_server_span_at_the_top_of_its_session_adds_its_segment() -> None:
    below = facts(2, 1, session="b", kind=Kind.SERVER, name="chat")
    assert paths(facts(1, session="a", name="x"), below)[2] == "/chat"


def test_a_path_starts_anew_in_another_session() -> None:
    assert paths(facts(1, session="a", name="x"), facts(2, 1, session="b", name="y"))[2] == "/y"


def test_a_path_stops_growing_at_64_segments() -> None:
    chain = [facts(n, n - 1 if n > 1 else None, name=f"s{n}") for n in range(1, 100)]
    longest = paths(*chain)[99]
    assert longest.count("/") == 64
    assert longest.endswith("/s64")


# names, users, properties


def test_user_name_and_properties_come_from_the_nearest_that_has_them() -> None:
    trace = resolve(
        [
            facts(1, session_name="N", user_id="u1", properties={"a": "1", "b": "1"}),
            facts(2, 1, user_id="u2", properties={"b": "2"}),
            facts(3, 2, kind=Kind.LLM),
        ]
    )
    (request,) = trace.requests
    assert (request.session_name, request.user_id) == ("N", "u2")
    assert request.properties == {"a": "1", "b": "2"}


def test_what_a_call_sent_is_heard_before_what_is_inherited_and_after_its_own_word() -> None:
    sent = facts(
        3,
        2,
        kind=Kind.TRANSPORT,
        path="/sent",
        session_name="sent",
        user_id="sent",
        properties={"a": "sent", "b": "sent"},
    )
    above = facts(1, session_name="far", user_id="far", properties={"b": "far", "c": "far"})
    silent = facts(2, 1, kind=Kind.LLM)
    (request,) = resolve([above, silent, sent]).requests
    assert (request.path, request.session_name, request.user_id) == ("/sent", "sent", "sent")
    assert request.properties == {"a": "sent", "b": "sent", "c": "far"}
    speaking = facts(
        2,
        1,
        kind=Kind.LLM,
        path="/own",
        session_name="own",
        user_id="own",
        properties={"a": "own"},
    )
    (request,) = resolve([above, speaking, sent]).requests
    assert (request.path, request.session_name, request.user_id) == ("/own", "own", "own")
    assert request.properties == {"a": "own", "b": "sent", "c": "far"}


# one call, counted once


def test_the_innermost_span_of_a_call_is_counted() -> None:
    nested = [facts(1, kind=Kind.LLM), facts(2, 1, kind=Kind.LLM), facts(3, 2, kind=Kind.TRANSPORT)]
    assert counted(*nested) == [2]
    assert spans_of(resolve(nested))[1].role is Role.WRAPPER


@pytest.mark.parametrize("between", [Kind.TOOL, Kind.RETRIEVAL, Kind.AGENT, Kind.WORKFLOW])
def test_a_call_behind_a_boundary_is_another_call(between: Kind) -> None:
    assert counted(
        facts(1, kind=Kind.LLM), facts(2, 1, kind=between), facts(3, 2, kind=Kind.LLM)
    ) == [1, 3]


def test_a_step_between_is_no_boundary() -> None:
    assert counted(facts(1, kind=Kind.LLM), facts(2, 1), facts(3, 2, kind=Kind.LLM)) == [3]


def test_an_embedding_below_a_chat_is_another_call() -> None:
    embedding = facts(2, 1, kind=Kind.LLM, call=chat(operation="embeddings"))
    assert counted(facts(1, kind=Kind.LLM), embedding) == [1, 2]


def test_an_http_span_counts_only_where_no_llm_span_covers_it() -> None:
    post = facts(2, 1, kind=Kind.TRANSPORT, carries_llm_request=True)
    assert counted(facts(1), post) == [2]
    assert counted(facts(1, kind=Kind.LLM), post) == [1]


def test_a_client_and_the_gateway_behind_it_count_once() -> None:
    assert counted(
        facts(1, kind=Kind.TRANSPORT, carries_llm_request=True),
        facts(2, 1, kind=Kind.SERVER),
        facts(3, 2, kind=Kind.LLM),
        facts(4, 3, kind=Kind.TRANSPORT, carries_llm_request=True),
    ) == [3]


@pytest.mark.parametrize(
    ("http_status", "failed", "status"),
    [
        (None, False, 200),
        (201, False, 201),
        (400, False, 400),
        (429, True, 429),
        (None, True, 500),
        (200, True, 500),
    ],
)
def test_a_request_failed_by_http_status_or_by_span_status(
    http_status: int | None, *, failed: bool, status: int
) -> None:
    post = facts(2, 1, kind=Kind.TRANSPORT, http_status=http_status)
    (request,) = resolve([facts(1, kind=Kind.LLM, failed=failed), post]).requests
    assert (request.status, request.failed) == (status, status >= 400)


def test_of_several_attempts_the_last_to_end_gives_status_and_request_id() -> None:
    attempts = [
        facts(2, 1, kind=Kind.TRANSPORT, http_status=429, request_id="first"),
        facts(3, 1, kind=Kind.TRANSPORT, http_status=200, request_id="second"),
    ]
    (request,) = resolve([facts(1, kind=Kind.LLM), *attempts]).requests
    assert (request.status, request.request_id) == (200, "second")


def test_of_attempts_at_one_time_the_last_to_end_gives_status_and_request_id() -> None:
    attempts = [
        facts(2, 1, kind=Kind.TRANSPORT, http_status=200, request_id="slow", end_ns=9 * NANO),
        facts(3, 1, kind=Kind.TRANSPORT, http_status=429, request_id="quick", end_ns=4 * NANO),
    ]
    slow, quick = attempts
    attempts = [structs.replace(slow, user_id="slow"), structs.replace(quick, user_id="quick")]
    (request,) = resolve([facts(1, kind=Kind.LLM), *attempts]).requests
    assert (request.status, request.request_id, request.user_id) == (200, "slow", "slow")


def test_status_and_request_id_come_from_those_that_have_them() -> None:
    sent = [
        facts(2, 1, kind=Kind.TRANSPORT, http_status=429),
        facts(3, 1, kind=Kind.TRANSPORT, request_id="sent"),
        facts(4, 1, kind=Kind.TRANSPORT, failed=True, name="INSERT cache"),
    ]
    (request,) = resolve([facts(1, kind=Kind.LLM), *sent]).requests
    assert (request.status, request.request_id) == (429, "sent")


def test_a_request_that_no_llm_span_covers_has_its_own_status() -> None:
    post = facts(1, kind=Kind.TRANSPORT, carries_llm_request=True, http_status=503)
    (request,) = resolve([post]).requests
    assert (request.status, request.failed) == (503, True)


def test_a_request_says_what_its_span_says_of_the_call() -> None:
    told = structs.replace(chat(), response_id="r", time_to_first_token_ns=7)
    (request,) = resolve([facts(1, kind=Kind.LLM, call=told)]).requests
    assert (request.operation, request.provider, request.response_id) == ("chat", "openai", "r")
    assert (request.scope_name, request.time_to_first_token_ns) == ("test", 7)
    assert not request.is_event


def test_a_provider_that_no_span_names_is_that_of_the_host_that_answered() -> None:
    silent = facts(1, kind=Kind.LLM, call=structs.replace(chat(), provider=None))
    sent = facts(2, 1, kind=Kind.TRANSPORT, http_status=200)
    (request,) = resolve([silent, structs.replace(sent, provider="azure")]).requests
    assert request.provider == "azure"


def test_calls_in_no_session_are_no_requests() -> None:
    calls = [facts(1, kind=Kind.LLM), facts(2, kind=Kind.LLM, session="a"), facts(3, session="b")]
    requests = resolve(calls, implicit=ImplicitSessions.NONE).requests
    assert [request.span_id for request in requests] == [span_id(2)]


def test_a_failed_span_below_an_http_request_does_not_fail_it() -> None:
    post = facts(1, kind=Kind.TRANSPORT, carries_llm_request=True, http_status=200)
    (request,) = resolve([post, facts(2, 1, kind=Kind.TRANSPORT, failed=True)]).requests
    assert (request.status, request.failed) == (200, False)


@pytest.mark.parametrize(("outer", "inner"), [("chat", "embeddings"), ("rerank", "chat")])
def test_what_is_sent_for_an_embedding_says_nothing_of_the_chat_above(
    outer: str, inner: str
) -> None:
    post = facts(
        4, 3, kind=Kind.TRANSPORT, http_status=500, request_id="r", path="/sent", session="s"
    )
    trace = resolve(
        [
            facts(1, kind=Kind.LLM, call=chat(operation=outer)),
            facts(2, 1, path="/own"),
            facts(3, 2, kind=Kind.LLM, call=chat(operation=inner)),
            post,
            facts(5, session="other"),
        ]
    )
    above, below = trace.requests
    assert (below.status, below.request_id, below.path, below.session_id) == (
        500,
        "r",
        "/sent",
        "s",
    )
    assert (above.status, above.path, above.session_id) == (200, "/", IMPLICIT)
    assert above.request_id != "r"


def test_the_nearest_spelling_of_a_property_wins() -> None:
    trace = resolve(
        [
            facts(1, properties={"user-tier": "far", "x": "1"}),
            facts(2, 1, kind=Kind.LLM, properties={"user_tier": "near"}),
        ]
    )
    assert trace.requests[0].properties == {"user_tier": "near", "x": "1"}


def test_spellings_that_differ_in_both_ways_are_one_property() -> None:
    near = facts(2, 1, kind=Kind.LLM, properties={"a-b_c": "near"})
    (request,) = resolve([facts(1, properties={"a_b-c": "far"}), near]).requests
    assert request.properties == {"a-b_c": "near"}


def test_a_request_without_an_id_gets_the_same_one_every_time() -> None:
    ids = {resolve([facts(1, kind=Kind.LLM)]).requests[0].request_id for _ in range(2)}
    assert len(ids) == 1


# shapes of traces


def test_a_missing_parent_makes_a_root_and_is_counted() -> None:
    trace = resolve([facts(2, 1), facts(3, 2, kind=Kind.LLM)])
    assert trace.missing_parents == 1
    assert [span.path for span in trace.spans] == ["/span-2", "/span-2"]


def test_spans_of_one_moment_are_in_the_order_of_their_ids() -> None:
    moment = [facts(number, start_ns=NANO) for number in (3, 1, 2)]
    found = [int(span.facts.span_id, 16) for span in resolve(moment).spans]
    assert found == [1, 2, 3]


def test_a_cycle_is_cut_at_its_earliest_span() -> None:
    trace = resolve([facts(1, 3), facts(2, 1), facts(3, 2), facts(4, 3), facts(5, 5)])
    assert [int(span.facts.span_id, 16) for span in trace.spans] == [1, 5, 2, 3, 4]


def test_ten_thousand_levels_and_a_hundred_thousand_siblings_are_resolved() -> None:
    chain = [facts(n, n - 1) for n in range(2, 10_001)]
    siblings = [facts(n, 1, start_ns=n) for n in range(10_001, 110_001)]
    everything = [facts(1, session="s"), *chain, *siblings]
    random.Random(7).shuffle(everything)
    trace = resolve(everything)
    assert {span.facts.span_id for span in trace.spans} == {span_id(n) for n in range(1, 110_001)}
    assert {span.session_id for span in trace.spans} == {"s"}
