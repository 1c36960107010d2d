"""What a counted span lacks, and the other spans of its call know."""

from msgspec.structs import replace

from builders import NANO, facts, span_id
from helicone_otel.mapping import explain, resolve
from helicone_otel.model import Cost, Kind, LlmRequest, ModelCall, Role, SpanFacts, Usage

USAGE = Usage(input_tokens=10, output_tokens=5)
FULL = ModelCall(
    operation="chat",
    provider="openai",
    request_model="gpt-4o",
    response_model="gpt-4o-2024-08-06",
    response_id="r",
    usage=USAGE,
    time_to_first_token_ns=5,
)


def call(
    number: int, parent: int | None, told: ModelCall, *, at: tuple[int, int] = (10, 20)
) -> SpanFacts:
    start_ns, end_ns = (second * NANO for second in at)
    return facts(number, parent, kind=Kind.LLM, start_ns=start_ns, end_ns=end_ns, call=told)


def one_request(*spans: SpanFacts) -> LlmRequest:
    (request,) = resolve(spans).requests
    return request


def price(*, provider: str | None, model: str, start_ns: int, usage: Usage) -> Cost:
    del start_ns
    return Cost(nano_usd=usage.total_tokens, source=f"{provider} {model}")


WRAPPER = replace(call(1, None, FULL, at=(1, 50)), http_status=201, request_id="sent")
SILENT = call(2, 1, ModelCall(operation="chat"))


def test_a_wrapper_tells_all_that_its_call_does_not() -> None:
    request = one_request(WRAPPER, SILENT)
    assert (request.provider, request.usage, request.response_id) == ("openai", USAGE, "r")
    assert (request.request_model, request.response_model) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert (request.status, request.request_id) == (201, "sent")
    assert request.time_to_first_token_ns == 5


def test_a_call_that_speaks_is_heard_before_its_wrapper() -> None:
    own = ModelCall(
        operation="chat",
        provider="azure",
        request_model="a",
        response_model="b",
        response_id="s",
        usage=Usage(input_tokens=1, output_tokens=1),
        time_to_first_token_ns=7,
    )
    request = one_request(WRAPPER, replace(call(2, 1, own), http_status=202, request_id="own"))
    assert (request.provider, request.usage, request.response_id) == ("azure", own.usage, "s")
    assert (request.request_model, request.response_model) == ("a", "b")
    assert (request.status, request.request_id) == (202, "own")
    assert request.time_to_first_token_ns == 7


def test_a_wrapper_may_tell_that_the_answer_came_from_the_cache() -> None:
    cost = one_request(replace(WRAPPER, is_cache_hit=True), SILENT).cost
    assert cost == Cost(nano_usd=0, source="cache")


def test_a_call_filled_in_is_priced_by_provider_and_model() -> None:
    (request,) = resolve([WRAPPER, SILENT], price=price).requests
    assert request.cost == Cost(nano_usd=15, source="openai gpt-4o-2024-08-06")


def test_a_cost_stays_where_nothing_that_it_depends_on_is_filled_in() -> None:
    cost = Cost(nano_usd=3, source="list")
    own = ModelCall(operation="chat", provider="openai", response_model="m", usage=USAGE, cost=cost)
    wrapper = call(1, None, ModelCall(operation="chat", request_model="n"), at=(1, 50))
    assert one_request(wrapper, call(2, 1, own)).cost == cost


def test_a_cost_goes_where_the_usage_is_anothers_and_no_price_is_known() -> None:
    own = ModelCall(operation="chat", cost=Cost(nano_usd=3, source="list"))
    assert one_request(WRAPPER, call(2, 1, own)).cost is None


def test_marks_of_the_times_stay_and_those_of_the_usage_are_its_own() -> None:
    own = replace(call(2, 1, FULL), marks=("clamped-end", "usage-total-only"))
    (counted,) = (why for why in explain([WRAPPER, own]) if why.role is Role.COUNTED)
    assert list(counted.marks) == ["clamped-end", "usage-total-only"]


def test_the_wrappers_of_a_twin_are_heard_too() -> None:
    plain = ModelCall(operation="chat", request_model="m", response_id="r", usage=USAGE)
    one = call(1, None, ModelCall(operation="chat", response_model="m-1"), at=(1, 50))
    other = replace(call(2, None, ModelCall(operation="chat"), at=(2, 49)), http_status=201)
    twin = replace(call(4, 2, plain, at=(11, 19)), scope="framework")
    inner = call(3, 1, plain, at=(12, 18))
    request = one_request(one, other, twin, inner)
    assert (request.span_id, request.response_model) == (span_id(3), "m-1")
    assert request.status == 201


def test_the_inner_wrapper_gives_its_usage_before_the_outer_one() -> None:
    def telling(usage: Usage | None, name: str = "") -> ModelCall:
        return ModelCall(operation="chat", response_id=name or None, usage=usage)

    outer = call(1, None, telling(Usage(input_tokens=30, output_tokens=12)), at=(1, 50))
    wrapper = call(2, 1, telling(USAGE), at=(2, 20))
    first = call(3, 2, telling(None, "first"), at=(3, 19))
    second = call(4, 1, telling(None, "second"), at=(30, 40))
    usages = {r.span_id: r.usage for r in resolve([outer, wrapper, first, second]).requests}
    rest = Usage(input_tokens=20, output_tokens=7)
    assert usages == {span_id(3): USAGE, span_id(4): rest}
    silent = replace(wrapper, call=telling(None))
    assert one_request(outer, silent, first).usage == Usage(input_tokens=30, output_tokens=12)


def test_a_silent_call_that_others_tell_of_is_no_preparing_step() -> None:
    silent = call(2, 1, ModelCall(operation="chat", request_model="m"))
    speaking = call(5, 1, FULL, at=(30, 40))
    ending = call(3, 1, ModelCall(operation="chat", request_model="m", usage=USAGE), at=(21, 21))
    sent = facts(4, 1, kind=Kind.TRANSPORT, carries_llm_request=True)
    beside = replace(sent, start_ns=11 * NANO, end_ns=12 * NANO)
    below = replace(beside, parent_span_id=span_id(2))
    for other in (ending, beside, below):
        requests = resolve([facts(1, start_ns=0), silent, other, speaking]).requests
        assert [request.span_id for request in requests] == [span_id(2), span_id(5)]
