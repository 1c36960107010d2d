"""What one span says by itself of its call; what it says of its session is in a file beside."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from builders import no_price, record
from helicone_otel.mapping import FactsReader, facts_of
from helicone_otel.model import (
    AttributeValue,
    Cost,
    Kind,
    OtelSpanKind,
    SpanEvent,
    SpanFacts,
    SpanRecord,
    Usage,
)
from helicone_otel.store.facts_codec import encode_facts

GEN_AI_CALL: dict[str, AttributeValue] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.usage.input_tokens": 11,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.usage.cache_read.input_tokens": 4,
    "gen_ai.usage.reasoning.output_tokens": 3,
}
OPENINFERENCE_CALL: dict[str, AttributeValue] = {
    "openinference.span.kind": "LLM",
    "llm.system": "openai",
    "llm.model_name": "gpt-4o-mini-2024-07-18",
    "llm.token_count.prompt": 11,
    "llm.token_count.completion": 7,
    "llm.token_count.total": 18,
    "llm.token_count.prompt_details.cache_read": 4,
    "llm.token_count.completion_details.reasoning": 3,
}


LONGEST_URL = "https://api.openai.com/" + "a" * 2013 + "/completions"


def read(span: SpanRecord) -> SpanFacts:
    return facts_of(span, no_price)


@pytest.mark.parametrize(
    ("attributes", "otel_kind", "kind"),
    [
        ({"gen_ai.operation.name": "chat"}, OtelSpanKind.CLIENT, Kind.LLM),
        ({"gen_ai.operation.name": "embeddings"}, OtelSpanKind.CLIENT, Kind.LLM),
        ({"gen_ai.operation.name": "execute_tool"}, OtelSpanKind.INTERNAL, Kind.TOOL),
        ({"gen_ai.operation.name": "retrieval"}, OtelSpanKind.CLIENT, Kind.RETRIEVAL),
        ({"gen_ai.operation.name": "invoke_agent"}, OtelSpanKind.CLIENT, Kind.AGENT),
        ({"gen_ai.operation.name": "invoke_workflow"}, OtelSpanKind.INTERNAL, Kind.WORKFLOW),
        ({"openinference.span.kind": "LLM"}, OtelSpanKind.INTERNAL, Kind.LLM),
        ({"openinference.span.kind": "RERANKER"}, OtelSpanKind.INTERNAL, Kind.LLM),
        ({"openinference.span.kind": "TOOL"}, OtelSpanKind.INTERNAL, Kind.TOOL),
        ({"openinference.span.kind": "CHAIN"}, OtelSpanKind.INTERNAL, Kind.WORKFLOW),
        ({"llm.request.type": "completion"}, OtelSpanKind.CLIENT, Kind.LLM),
        ({"http.request.method": "POST"}, OtelSpanKind.CLIENT, Kind.TRANSPORT),
        ({"db.system.name": "sqlite"}, OtelSpanKind.CLIENT, Kind.TRANSPORT),
        ({"messaging.system": "kafka"}, OtelSpanKind.PRODUCER, Kind.TRANSPORT),
        ({"asgi.event.type": "http.response.body"}, OtelSpanKind.INTERNAL, Kind.TRANSPORT),
        ({"http.request.method": "POST"}, OtelSpanKind.SERVER, Kind.SERVER),
        ({}, OtelSpanKind.CONSUMER, Kind.SERVER),
        ({"http.request.method": "POST"}, OtelSpanKind.INTERNAL, Kind.STEP),
        ({}, OtelSpanKind.CLIENT, Kind.STEP),
        ({"helicone.session.id": "s"}, OtelSpanKind.INTERNAL, Kind.STEP),
        (
            {"http.request.method": "POST", "gen_ai.operation.name": "chat"},
            OtelSpanKind.CLIENT,
            Kind.LLM,
        ),
    ],
)
def test_the_kind_is_decided_by_the_first_convention_that_knows_the_span(
    attributes: Mapping[str, AttributeValue], otel_kind: OtelSpanKind, kind: Kind
) -> None:
    assert read(record(attributes=attributes, kind=otel_kind)).kind is kind


@pytest.mark.parametrize(
    ("attributes", "carries"),
    [
        ({"http.request.method": "POST", "url.full": "https://api.openai.com/v1/responses"}, True),
        ({"http.method": "POST", "http.url": "https://oai.helicone.ai/v1/embeddings"}, True),
        ({"http.method": "POST", "http.url": "https://api.anthropic.com/v1/messages"}, True),
        (
            {
                "http.method": "POST",
                "http.url": "https://us-central1-aiplatform.googleapis.com/v1/p/models/g:generateContent",
            },
            True,
        ),
        (
            {"http.method": "POST", "http.url": "https://api.openai.com/v1/threads/x/messages"},
            False,
        ),
        ({"http.request.method": "GET", "url.full": "https://api.openai.com/v1/responses"}, False),
        ({"http.request.method": "POST", "url.full": "https://api.weather.com/v1/chat"}, False),
        ({"http.request.method": "POST", "url.full": "https://notopenai.com/v1/chat"}, False),
        ({"http.request.method": "POST", "url.full": "http://["}, False),
        ({"http.request.method": "POST", "helicone.session.id": "s", "session.id": "s"}, False),
        ({"http.request.method": "POST", "helicone.request.id": "r"}, True),
        ({"db.system.name": "sqlite", "helicone.request.id": "r"}, False),
        ({"http.request.method": "POST", "url.full": LONGEST_URL}, True),
        ({"http.request.method": "POST", "url.full": LONGEST_URL.replace("/a", "/aa")}, False),
        (
            {
                "http.request.method": "POST",
                "http.request.header.helicone_session_id": ["s"],
            },
            True,
        ),
    ],
)
def test_an_http_span_is_an_llm_request_only_with_evidence(
    attributes: Mapping[str, AttributeValue], *, carries: bool
) -> None:
    span = read(record(attributes=attributes, kind=OtelSpanKind.CLIENT))
    assert span.carries_llm_request is carries


@pytest.mark.parametrize("attributes", [GEN_AI_CALL, OPENINFERENCE_CALL])
def test_conventions_agree_on_the_usage_of_the_same_call(
    attributes: Mapping[str, AttributeValue],
) -> None:
    call = read(record(attributes=attributes)).call
    assert call is not None
    assert call.usage == Usage(
        input_tokens=11, output_tokens=7, cache_read_tokens=4, reasoning_tokens=3
    )
    assert call.provider == "openai"
    assert call.response_model == "gpt-4o-mini-2024-07-18"


@pytest.mark.parametrize(
    ("reported", "usage", "mark"),
    [
        pytest.param(
            {"input": 9, "output": 7, "read": 2, "write": 3, "total": 21},
            (14, 7),
            "usage-added-cache_read",
            id="the total shows that cached tokens come on top",
        ),
        pytest.param(
            {"input": 9, "output": 7, "reasoning": 5, "total": 21},
            (9, 12),
            "usage-added-reasoning",
            id="the total shows that reasoning comes on top",
        ),
        pytest.param(
            {"input": 9, "output": 7, "total": 20},
            (9, 11),
            "usage-output-from-total",
            id="what no part explains is output",
        ),
        pytest.param(
            {"input": 1, "output": 7, "read": 5},
            (6, 7),
            "usage-added-cache",
            id="more cached than input",
        ),
        pytest.param(
            {"input": 1, "output": 7, "read": 5, "total": 8},
            (6, 7),
            "usage-added-cache",
            id="more cached than input beside a total that leaves the cache out",
        ),
        pytest.param(
            {"input": 1, "output": 7, "read": 5, "reasoning": 5, "total": 13},
            (6, 7),
            "usage-added-cache",
            id="more cached than input beside a total that two parts could explain",
        ),
        pytest.param(
            {"input": 9, "output": 7, "read": 2, "reasoning": 2, "total": 18},
            (9, 7),
            None,
            id="two parts could explain it, so neither is believed",
        ),
        pytest.param({"total": 12}, (12, None), "usage-total-only", id="a total alone is input"),
    ],
)
def test_usage_is_corrected_by_the_evidence_and_marked(
    reported: dict[str, int], usage: tuple[int, int | None], mark: str | None
) -> None:
    keys = {
        "input": "gen_ai.usage.input_tokens",
        "output": "gen_ai.usage.output_tokens",
        "read": "gen_ai.usage.cache_read.input_tokens",
        "write": "gen_ai.usage.cache_write.input_tokens",
        "reasoning": "gen_ai.usage.reasoning.output_tokens",
        "total": "gen_ai.usage.total_tokens",
    }
    attributes: dict[str, AttributeValue] = {keys[part]: n for part, n in reported.items()}
    span = read(record(attributes={"gen_ai.operation.name": "chat", **attributes}))
    assert span.call is not None
    assert span.call.usage is not None
    assert (span.call.usage.input_tokens, span.call.usage.output_tokens) == usage
    assert (mark in span.marks) if mark else not span.marks


@pytest.mark.parametrize(
    ("value", "tokens"),
    [("12", 12), (12.0, 12), (12.5, None), (-1, None), (True, None), ("x", None), (2**60, None)],
)
def test_counts_are_accepted_in_every_spelling_and_only_if_sensible(
    value: AttributeValue, tokens: int | None
) -> None:
    attributes: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": value,
    }
    call = read(record(attributes=attributes)).call
    assert call is not None
    assert (call.usage.input_tokens if call.usage else None) == tokens


@pytest.mark.parametrize("work", ["invoke_agent", "invoke_workflow"])
def test_the_usage_of_an_agent_or_workflow_is_kept_as_a_sum(work: str) -> None:
    told: dict[str, AttributeValue] = {"gen_ai.operation.name": work}
    call = read(record(attributes={**told, "gen_ai.usage.input_tokens": 7})).call
    assert call is not None
    assert call.usage == Usage(input_tokens=7)
    assert read(record(attributes=told)).call is None


def tells_a_call(changes: Mapping[str, AttributeValue]) -> bool:
    """Tell whether a span of no known kind, with model and usage, says enough for a call."""
    told: dict[str, AttributeValue] = {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 7,
    }
    return read(record(attributes={**told, **changes})).call is not None


def test_model_and_usage_make_a_call_of_what_no_convention_knows() -> None:
    assert tells_a_call({})
    assert not tells_a_call({"gen_ai.usage.input_tokens": "many"})
    assert not tells_a_call({"gen_ai.request.model": ""})


@pytest.mark.parametrize(
    ("key", "work"),
    [
        ("gen_ai.operation.name", "execute_tool"),
        ("gen_ai.operation.name", "retrieval"),
        ("gen_ai.operation.name", "create_memory"),
        ("openinference.span.kind", "GUARDRAIL"),
        ("traceloop.span.kind", "task"),
        ("span.type", "parser"),
    ],
)
def test_what_names_other_work_is_no_call(key: str, work: str) -> None:
    assert not tells_a_call({key: work})


def test_only_an_id_from_a_header_is_decoded() -> None:
    header = {"http.request.header.helicone-session-id": ["%C3%A9"]}
    claim = read(record(attributes=header)).claims[0]
    assert (claim.session_id, claim.key) == ("é", "http.request.header.helicone-session-id")
    assert read(record(attributes={"session.id": "%C3%A9"})).claims[0].session_id == "%C3%A9"


@pytest.mark.parametrize(
    "answer",
    ['{"id": "r", "llm_output": {"id": "s"}}', '{"llm_output": {"id": "r"}}'],
)
def test_the_id_of_an_answer_is_found_in_its_json(answer: str) -> None:
    call = read(record(attributes={"openinference.span.kind": "LLM", "output.value": answer})).call
    assert call is not None
    assert call.response_id == "r"


def test_texts_are_kept_up_to_a_kibibyte() -> None:
    long = "é" * 100_000
    attributes: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "chat",
        "openinference.span.kind": long,
        **dict.fromkeys(
            (
                "gen_ai.agent.name",
                "gen_ai.provider.name",
                "gen_ai.request.model",
                "gen_ai.response.model",
                "gen_ai.response.id",
                "gen_ai.response.finish_reasons",
                "helicone.request.id",
                "helicone.session.name",
            ),
            long,
        ),
    }
    told = record(name=long, attributes=attributes, scope=long, resource={"service.name": long})
    facts = read(replace(told, status_message=long))
    assert facts.name.startswith("é" * 500)
    assert len(encode_facts(facts)) < 16 * 1024


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "times", "mark"),
    [
        (5, 9, (5, 9), None),
        (5, 3, (5, 5), "clamped-end"),
        (5, 0, (5, 5), "no-end"),
        (0, 9, (9, 9), "no-start"),
    ],
)
def test_impossible_times_are_made_sensible_and_marked(
    start_ns: int, end_ns: int, times: tuple[int, int], mark: str | None
) -> None:
    span = read(record(start_ns=start_ns, end_ns=end_ns))
    assert (span.start_ns, span.end_ns) == times
    assert list(span.marks) == ([mark] if mark else [])


@pytest.mark.parametrize(
    ("name", "attributes", "otel_kind", "segment"),
    [
        ("Find sources!", {}, OtelSpanKind.INTERNAL, "Find-sources"),
        (
            "execute_tool web",
            {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "web"},
            OtelSpanKind.INTERNAL,
            "web",
        ),
        (
            "invoke_agent Bob",
            {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Bob"},
            OtelSpanKind.INTERNAL,
            "Bob",
        ),
        ("POST /plan", {"http.route": "/plan/{id}"}, OtelSpanKind.SERVER, "plan-id"),
        ("chat", {"gen_ai.operation.name": "chat"}, OtelSpanKind.CLIENT, None),
        ("fetch", {}, OtelSpanKind.CLIENT, None),
        (
            "LangGraph",
            {"openinference.span.kind": "CHAIN", "langfuse.trace.name": "the whole run"},
            OtelSpanKind.INTERNAL,
            "LangGraph",
        ),
        ("tools", {"openinference.span.kind": "TOOL"}, OtelSpanKind.SERVER, "tools"),
    ],
)
def test_a_segment_is_the_name_of_what_the_span_stands_for(
    name: str,
    attributes: Mapping[str, AttributeValue],
    otel_kind: OtelSpanKind,
    segment: str | None,
) -> None:
    assert read(record(name=name, attributes=attributes, kind=otel_kind)).segment == segment


@pytest.mark.parametrize(
    ("scope", "kind", "segment"),
    [
        ("opentelemetry.util.genai", OtelSpanKind.INTERNAL, None),
        ("opentelemetry.util.genai", OtelSpanKind.SERVER, None),
        ("opentelemetry.instrumentation.httpx", OtelSpanKind.INTERNAL, None),
        ("@opentelemetry/instrumentation-http", OtelSpanKind.SERVER, "work"),
    ],
)
def test_spans_of_frameworks_and_clients_without_a_known_kind_add_nothing(
    scope: str, kind: OtelSpanKind, segment: str | None
) -> None:
    assert read(record(scope=scope, kind=kind)).segment == segment


def test_a_call_says_how_it_ended_and_that_it_was_answered() -> None:
    ended: dict[str, AttributeValue] = {
        **GEN_AI_CALL,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.output.messages": "[]",
    }
    call, silent = read(record(attributes=ended)).call, read(record(attributes=GEN_AI_CALL)).call
    assert call is not None
    assert silent is not None
    assert (call.operation, call.finish_reason, call.has_output) == ("chat", "stop", True)
    assert (silent.finish_reason, silent.has_output) == (None, False)


def test_a_call_that_no_convention_knows_has_no_operation() -> None:
    told: dict[str, AttributeValue] = {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 7,
    }
    call = read(record(attributes=told)).call
    assert call is not None
    assert call.operation == ""


@pytest.mark.parametrize("cost_usd", [-1.0, 0.0, 2**63 / 1e9, 1e10, 1e300])
def test_a_cost_that_no_column_can_hold_is_not_believed(cost_usd: float) -> None:
    call = read(record(attributes={**GEN_AI_CALL, "helicone.cost.usd": cost_usd})).call
    assert call is not None
    assert call.cost is None


def test_a_reported_cost_wins_and_a_zero_beside_tokens_is_none() -> None:
    def listed(*, provider: str | None, model: str, start_ns: int, usage: Usage) -> Cost:
        assert (provider, model, start_ns) == ("openai", "gpt-4o-mini-2024-07-18", 10**9)
        return Cost(nano_usd=usage.total_tokens, source="list")

    costs = []
    for reported in (None, 0.0, 0.25):
        attributes: dict[str, AttributeValue] = {**GEN_AI_CALL, "gen_ai.usage.cost": reported}
        call = facts_of(record(attributes=attributes), listed).call
        assert call is not None
        costs.append(call.cost)
    listed_cost = Cost(nano_usd=18, source="list")
    assert costs == [listed_cost, listed_cost, Cost(nano_usd=250_000_000, source="span")]


@pytest.mark.parametrize(
    ("events", "told", "first_ns"),
    [
        pytest.param([("other", 5)], None, None, id="no event tells of it"),
        pytest.param(
            [("First Token Stream Event", 3 * 10**8)], None, 0, id="never before it began"
        ),
        pytest.param(
            [("First Token Stream Event", 2 * 10**9)],
            "1970-01-01T00:00:01.5Z",
            5 * 10**8,
            id="an attribute is heard first",
        ),
    ],
)
def test_the_first_token_is_where_the_best_place_says(
    events: list[tuple[str, int]], told: str | None, first_ns: int | None
) -> None:
    span = record(
        attributes={**GEN_AI_CALL, "langfuse.observation.completion_start_time": told},
        events=[SpanEvent(name=name, time_ns=time_ns) for name, time_ns in events],
    )
    call = read(span).call
    assert call is not None
    assert call.time_to_first_token_ns == first_ns


@pytest.mark.parametrize(
    ("attributes", "provider"),
    [
        ({"url.full": "https://api.openai.com/v1/chat/completions"}, "openai"),
        ({"server.address": "api.openai.com"}, "openai"),
        ({"server.address": "api.weather.com"}, None),
        ({"url.full": "https://api.openai.com/" + "a" * (2048 - 23)}, "openai"),
        ({"url.full": "https://api.openai.com/" + "a" * (2049 - 23)}, None),
    ],
)
def test_a_host_tells_the_provider(
    attributes: dict[str, AttributeValue], provider: str | None
) -> None:
    sent: dict[str, AttributeValue] = {
        "http.request.method": "POST",
        "helicone.request.id": "r",
    }
    span = record(attributes={**sent, **attributes}, kind=OtelSpanKind.CLIENT)
    assert read(span).provider == provider


def test_the_host_of_what_is_no_call_of_a_model_tells_nothing() -> None:
    attributes: dict[str, AttributeValue] = {
        "http.request.method": "GET",
        "server.address": "api.openai.com",
    }
    assert read(record(attributes=attributes, kind=OtelSpanKind.CLIENT)).provider is None


def test_a_span_keeps_the_traces_that_it_links_to() -> None:
    assert read(replace(record(), linked_trace_ids=("b" * 32,))).linked_trace_ids == ("b" * 32,)


def test_what_spans_of_one_request_repeat_is_not_taken_for_what_differs() -> None:
    reader = FactsReader(no_price)
    values: list[AttributeValue] = ["a", "b", 1, True, 1.0, ["a", "b"], "a"]
    found = [
        reader.read(record(attributes={"helicone.property.x": value})).properties["x"]
        for value in values
    ]
    assert found == ["a", "b", "1", "true", "1.0", '["a","b"]', "a"]


def test_a_span_keeps_all_its_marks_and_its_request_id() -> None:
    attributes: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.total_tokens": 7,
        "helicone.request.id": "r",
    }
    span = read(record(attributes=attributes, end_ns=0))
    assert list(span.marks) == ["no-end", "usage-total-only"]
    assert span.request_id == "r"


def test_the_first_token_is_found_in_attributes_or_events() -> None:
    told: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.time_to_first_chunk": 0.25,
    }
    seen: dict[str, AttributeValue] = {"openinference.span.kind": "LLM"}
    event = SpanEvent(name="First Token Stream Event", time_ns=10**9 + 400)
    calls = [
        read(record(attributes=told)).call,
        read(record(attributes=seen, events=[event])).call,
    ]
    assert [call and call.time_to_first_token_ns for call in calls] == [250_000_000, 400]


@pytest.mark.parametrize(
    ("seconds", "time_ns"),
    [
        ("0.5", 500_000_000),
        (1e300, None),
        (1e200, None),
        (2**63 - 1, None),
        (10**400, None),
        (float("inf"), None),
        (-1, None),
        (9_223_372_036, 9_223_372_036_000_000_000),
        (9_223_372_037, None),
    ],
)
def test_a_time_is_read_only_if_a_column_can_hold_it(
    seconds: AttributeValue, time_ns: int | None
) -> None:
    attributes: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.time_to_first_chunk": seconds,
    }
    facts = read(record(attributes=attributes))
    assert facts.call is not None
    assert facts.call.time_to_first_token_ns == time_ns
    assert encode_facts(facts)
