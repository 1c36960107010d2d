"""The reference on small cases: what the mapping page leaves to be decided, decided."""

from typing import Any

import pytest

from mapping.emitters import CLIENT, EMITTERS, INTERNAL, ModelCall, http_attempt
from oracle import LogRecord, Span, Understanding, numbers_of, understand
from oracle.usage import Tokens

TRACE, OTHER, THIRD = "a" * 32, "b" * 32, "c" * 32
SECOND = 10**9
NOON = 43_200 * SECOND
CALL = ModelCall(response_id="resp-1", input=100, output=20)
SILENT = ModelCall(response_id="resp-1", usage_is_told=False)
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
HTTP = "opentelemetry.instrumentation.httpx"


def span(
    number: int,
    parent: int | None = None,
    attributes: dict[str, Any] | None = None,
    *,
    trace_id: str = TRACE,
    at: tuple[float, float | None] | None = None,
    **members: Any,  # noqa: ANN401 - members of a span
) -> Span:
    """Return span *number*, which lasts a second from second *number* on unless told otherwise.

    Seconds are counted from noon; one without an end has not ended.
    """
    start, end = at or (number, number + 1)
    defaults: dict[str, Any] = {"name": f"span {number}", "scope": "app"}
    return Span(
        trace_id=trace_id,
        span_id=f"{number:016x}",
        parent_span_id=None if parent is None else f"{parent:016x}",
        start_ns=NOON + round(start * SECOND),
        end_ns=0 if end is None else NOON + round(end * SECOND),
        attributes=attributes or {},
        **{**defaults, **members},
    )


def told(
    emitter: str,
    number: int,
    parent: int | None = None,
    call: ModelCall = CALL,
    **members: Any,  # noqa: ANN401 - members of a span
) -> Span:
    """Return *call* as *emitter* writes it."""
    by = EMITTERS[emitter]
    added: dict[str, Any] = members.pop("added", {})
    attributes = {**by.attributes(call), **added}
    return span(number, parent, attributes, kind=by.kind, scope=by.scope, **members)


def post(number: int, parent: int | None, **members: Any) -> Span:  # noqa: ANN401 - see above
    return span(number, parent, http_attempt(200), kind=CLIENT, scope=HTTP, **members)


def roles(understanding: Understanding) -> dict[int, str]:
    return {int(s.span_id, 16): str(understanding.role(s)) for s in understanding.forest.all}


def session_of(*spans: Span) -> str | None:
    (request,) = understand(spans).requests
    return request.session_id


# section 4: links


def uuid(trace_id: str) -> str:
    t = trace_id
    return f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:]}"


def linking(number: int, trace_id: str, *linked: str) -> Span:
    return told("genai", number, trace_id=trace_id, linked_trace_ids=linked)


def test_a_trace_continues_the_implicit_session_of_the_one_it_links_to() -> None:
    assert session_of(linking(1, OTHER, TRACE)) == uuid(TRACE)


def test_links_are_followed_to_the_first_trace() -> None:
    spans = [linking(3, THIRD, OTHER), span(2, trace_id=OTHER, linked_trace_ids=(TRACE,))]
    assert session_of(*spans) == uuid(TRACE)


def test_traces_that_link_in_a_circle_are_one_session() -> None:
    spans = [linking(1, TRACE, OTHER), linking(2, OTHER, TRACE)]
    assert {r.session_id for r in understand(spans).requests} == {uuid(TRACE)}


def test_links_to_two_traces_continue_none() -> None:
    assert session_of(linking(1, TRACE, OTHER, THIRD)) == uuid(TRACE)


def test_a_named_session_is_not_continued_by_a_link() -> None:
    named = span(2, None, {"session.id": "s"}, trace_id=TRACE)
    assert session_of(named, linking(1, OTHER, TRACE)) == uuid(OTHER)


# section 6: agents


def test_an_agents_sum_is_a_request_if_no_call_is_known() -> None:
    usage = {"gen_ai.usage.input_tokens": 50, "gen_ai.usage.output_tokens": 5}
    outer = span(1, None, {**AGENT, **usage})
    inner = span(2, 1, {**AGENT, **usage})
    understanding = understand([outer, inner])
    assert roles(understanding) == {1: "other", 2: "aggregate"}
    assert [request.tokens for request in understanding.requests] == [Tokens(input=50, output=5)]


def test_an_agents_sum_covers_the_http_requests_below_it() -> None:
    agent = span(1, None, {**AGENT, "gen_ai.usage.input_tokens": 50})
    assert roles(understand([agent, post(2, 1)])) == {1: "aggregate", 2: "transport"}


def test_the_catch_all_takes_no_span_above_a_call() -> None:
    root = span(1, None, {"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 100})
    assert roles(understand([root, told("genai", 2, 1)])) == {1: "other", 2: "counted"}


# section 6: twins


def test_three_spans_side_by_side_are_one_call() -> None:
    spans = [
        told("traceloop", 1, at=(0, 9)),
        told("openinference", 2, at=(1, 8)),
        told("genai", 3, at=(2, 7)),
    ]
    assert roles(understand(spans)) == {1: "twin", 2: "twin", 3: "counted"}


def test_equal_response_ids_join_spans_of_two_traces_in_the_named_session() -> None:
    framework = told("openinference", 1, added={"session.id": "s"}, at=(0, 9))
    sdk = told("genai", 2, trace_id=OTHER, at=(1, 8))
    assert session_of(framework, sdk) == "s"


def test_calls_of_other_response_ids_are_others_however_alike() -> None:
    another = ModelCall(response_id="resp-2", input=100, output=20)
    spans = [told("traceloop", 1, at=(0, 9)), told("genai", 2, call=another, at=(1, 8))]
    assert len(understand(spans).requests) == 2


def test_of_two_contradicting_usages_that_with_the_response_id_wins() -> None:
    liar = ModelCall(response_id="x", input=100, output=21, output_is_told=False)
    spans = [told("genai", 1, at=(0, 9)), told("openinference", 2, 1, call=liar, at=(1, 8))]
    beside = [spans[0], told("openinference", 2, call=liar, at=(1, 8))]
    assert len(understand(beside).requests) == 2
    assert [r.tokens for r in understand(spans).requests] == [
        Tokens(input=100, output=21, cache_read=0, reasoning=0)
    ]


def test_a_missing_count_contradicts_nothing() -> None:
    stream = ModelCall(response_id="x", input=0, output=20, output_is_told=False)
    spans = [told("openinference", 1, call=stream, at=(0, 9)), told("genai", 2, at=(1, 8))]
    (request,) = understand(spans).requests
    assert request.tokens == Tokens(input=100, output=20)
    assert request.marks == ("usage-contradicted",)


def test_a_twin_is_where_its_framework_is() -> None:
    spans = [
        span(1, None, {"session.id": "s"}, at=(0, 20)),
        span(2, 1, {"openinference.span.kind": "CHAIN"}, name="chain", at=(1, 19)),
        told("openinference", 3, 2, at=(2, 18)),
        told("genai", 4, 1, at=(3, 17)),
    ]
    (request,) = understand(spans).requests
    assert (request.span_id, request.path) == (f"{4:016x}", "/span-1/chain")


# section 6: HTTP


def test_a_post_beside_its_call_is_no_call_of_its_own() -> None:
    spans = [span(1, at=(0, 9)), told("traceloop", 2, 1, at=(1, 8)), post(3, 1, at=(2, 7))]
    assert roles(understand(spans)) == {1: "other", 2: "counted", 3: "transport"}


def test_a_post_beside_a_call_that_has_its_own_is_another_call() -> None:
    call = told("genai", 2, 1, at=(1, 8))
    spans = [span(1, at=(0, 9)), call, post(3, 2, at=(2, 7)), post(4, 1, at=(3, 6))]
    assert roles(understand(spans))[4] == "counted"


# section 6: filling


def test_what_a_wrapper_has_left_goes_to_the_latest_call_that_lacks_it() -> None:
    whole = told("vercel", 1, call=ModelCall(response_id="x", input=150, output=30), at=(0, 9))
    inner = [told("genai", 2, 1), told("genai", 3, 1, SILENT), told("genai", 4, 1, SILENT)]
    requests = understand([whole, *inner]).requests
    known = [
        request.tokens and (request.tokens.input, request.tokens.output) for request in requests
    ]
    assert known == [(100, 20), None, (50, 10)]
    assert requests[2].marks == ("usage-from-wrapper",)


def test_a_streams_end_beside_a_wrapper_tells_the_wrappers_usage() -> None:
    outer = told("genai", 1, call=SILENT, at=(0, 1))
    inner = told("openinference", 2, 1, SILENT, at=(0.5, 1))
    end = told("genai", 3, at=(2, 2))
    understanding = understand([outer, inner, end])
    assert roles(understanding) == {1: "wrapper", 2: "counted", 3: "completion"}
    (request,) = understanding.requests
    assert request.tokens == Tokens(input=100, output=20)


def test_a_stream_ends_with_its_completion() -> None:
    spans = [told("genai", 1, call=SILENT, at=(0, 1)), told("genai", 2, at=(5, 5))]
    (request,) = understand(spans).requests
    assert request.end_ns == NOON + 5 * SECOND


def test_a_wrappers_price_is_that_of_its_only_call() -> None:
    wrapper = told("traceloop", 1, added={"gen_ai.usage.cost": 0.5}, at=(0, 9))
    one, two = told("genai", 2, 1), told("genai", 3, 1)
    assert [r.cost_nano_usd for r in understand([wrapper, one]).requests] == [500_000_000]
    assert [r.cost_nano_usd for r in understand([wrapper, one, two]).requests] == [None, None]


def test_a_cache_hit_costs_nothing() -> None:
    header = {"http.response.header.helicone-cache": ["HIT"]}
    sent = span(2, 1, {**http_attempt(200), **header}, kind=CLIENT, scope=HTTP)
    requests = understand([told("genai", 1), sent], price=lambda *_: 7).requests
    assert [request.cost_nano_usd for request in requests] == [0]


# section 6: preparation and log records


def test_a_span_that_says_nothing_beside_a_call_is_hollow() -> None:
    prepared = ModelCall(response_id="", failed=True)
    spans = [span(1, at=(0, 9)), told("genai", 2, 1, prepared), told("genai", 3, 1)]
    assert roles(understand(spans)) == {1: "other", 2: "hollow", 3: "counted"}


def test_two_spans_that_say_nothing_are_two_calls() -> None:
    silent = ModelCall(response_id="", failed=True)
    spans = [span(1, at=(0, 9)), told("genai", 2, 1, silent), told("genai", 3, 1, silent)]
    assert len(understand(spans).requests) == 2


@pytest.mark.parametrize(
    ("log", "requests"),
    [
        pytest.param({"gen_ai.response.id": "resp-1"}, 1, id="the same response"),
        pytest.param({"gen_ai.response.id": "resp-2"}, 2, id="another response"),
    ],
)
def test_an_event_is_a_request_unless_a_span_covers_it(log: dict[str, Any], requests: int) -> None:
    event = LogRecord(
        time_ns=SECOND, attributes={**log, "gen_ai.usage.input_tokens": 1, "session.id": "s"}
    )
    spans = [told("genai", 1, added={"session.id": "s"})]
    assert len(understand(spans, [event]).requests) == requests


# section 8


def test_active_time_is_that_of_requests_and_leaf_steps() -> None:
    spans = [
        span(1, None, {"session.id": "s"}, at=(0, 100)),
        span(2, 1, at=(10, 20), kind=INTERNAL),
        told("genai", 3, 1, at=(15, 30)),
        post(4, 3, at=(16, 29)),
        span(5, 1, at=(40, 50), kind=INTERNAL),
        span(6, 5, {"http.request.method": "GET"}, at=(41, 49), kind=CLIENT),
    ]
    numbers = numbers_of(understand(spans), "s")
    assert numbers.active_ns == 30 * SECOND
    assert numbers.elapsed_ns == 100 * SECOND
    assert numbers.duration_ns == 15 * SECOND


def test_a_session_runs_while_a_span_has_no_end() -> None:
    started = span(1, None, {"session.id": "s"}, at=(5, None))
    assert numbers_of(understand([started]), "s").is_running


def test_the_fuller_copy_of_a_span_wins() -> None:
    started = span(1, None, {"session.id": "early", "more": 1, "and": 2}, at=(5, None))
    ended = span(1, None, {"session.id": "late"}, at=(5, 6))
    (said,) = understand([ended, started]).forest.all
    assert said.span is ended
