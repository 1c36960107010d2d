"""Every key that the emitters of this world use, and which of several for one field is heard."""

import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from builders import NANO, TRACE, no_price, record
from helicone_otel.mapping import facts_of
from helicone_otel.model import AttributeValue, Kind, ModelCall, OtelSpanKind, SpanFacts, Usage

Attributes = dict[str, AttributeValue]
TRACELOOP = "traceloop.association.properties."
SESSION_IDS = [
    "helicone.session.id",
    "http.request.header.helicone-session-id",
    "http.request.header.helicone_session_id",
    TRACELOOP + "Helicone-Session-Id",
    "session.id",
    "langfuse.session.id",
    TRACELOOP + "session_id",
    TRACELOOP + "sessionId",
    "ai.telemetry.metadata.sessionId",
    "langsmith.metadata.session_id",
    "gen_ai.conversation.id",
    "gcp.vertex.agent.session_id",
    TRACELOOP + "thread_id",
    "langsmith.metadata.thread_id",
    "langsmith.metadata.conversation_id",
    "langsmith.trace.session_id",
    "conversation.id",
    "gen_ai.agent.session_id",
    "gen_ai.session.id",
    "mirascope.ops.session.id",
]


def read(attributes: Attributes, *, name: str = "call", scope: str = "") -> SpanFacts:
    return facts_of(record(name=name, scope=scope, attributes=attributes), no_price)


def call_of(attributes: Attributes) -> ModelCall:
    call = read({"gen_ai.operation.name": "chat", **attributes}).call
    assert call is not None
    return call


def usage_of(attributes: Attributes) -> Usage:
    usage = call_of(attributes).usage
    assert usage is not None
    return usage


def written(keys: Sequence[str], values: Sequence[AttributeValue]) -> Attributes:
    """Return attributes with all *keys*; `outer:inner` is a member of an object in JSON."""
    attributes: Attributes = {}
    for key, value in zip(keys, values, strict=True):
        outer, _, inner = key.partition(":")
        attributes[outer] = json.dumps({inner: value}) if inner else value
    return attributes


def test_every_session_id_is_heard_strongest_first() -> None:
    ids = [f"id {number}" for number in range(len(SESSION_IDS))]
    claims = read(written(SESSION_IDS, ids)).claims
    assert [claim.session_id for claim in claims] == ids
    assert [claim.strength for claim in claims] == sorted(
        (claim.strength for claim in claims), reverse=True
    )


TEXTS: dict[str, tuple[Callable[[Attributes], str | None], list[str]]] = {
    "session name": (
        lambda attributes: read(attributes).session_name,
        [
            "helicone.session.name",
            "http.request.header.helicone-session-name",
            "http.request.header.helicone_session_name",
            TRACELOOP + "Helicone-Session-Name",
        ],
    ),
    "fallback name": (
        lambda attributes: read(attributes).fallback_name,
        [
            "langfuse.trace.name",
            "traceloop.workflow.name",
            "gen_ai.workflow.name",
            "langsmith.trace.session_name",
            "ai.telemetry.functionId",
            "gen_ai.agent.name",
            "agent.name",
        ],
    ),
    "session path": (
        lambda attributes: (read(attributes).path or "").removeprefix("/"),
        [
            "helicone.session.path",
            "http.request.header.helicone-session-path",
            "http.request.header.helicone_session_path",
            TRACELOOP + "Helicone-Session-Path",
        ],
    ),
    "user": (
        lambda attributes: read(attributes).user_id,
        [
            "helicone.user.id",
            "http.request.header.helicone-user-id",
            "http.request.header.helicone_user_id",
            TRACELOOP + "Helicone-User-Id",
            "user.id",
            "langfuse.user.id",
            "enduser.id",
            "gen_ai.user",
            "llm.user",
            "gen_ai.request.user",
            TRACELOOP + "user_id",
            "ai.telemetry.metadata.userId",
            "langsmith.metadata.user_id",
            "user.account_id",
        ],
    ),
    "provider": (
        lambda attributes: call_of(attributes).provider,
        [
            "gen_ai.provider.name",
            "gen_ai.system",
            "llm.provider",
            "llm.system",
            "ai.model.provider",
        ],
    ),
    "request model": (
        lambda attributes: call_of(attributes).request_model,
        [
            "gen_ai.request.model",
            "llm.request.model_name",
            "ai.model.id",
            "llm.model_name",
            "langfuse.observation.model.name",
            "embedding.model_name",
        ],
    ),
    "response model": (
        lambda attributes: call_of(attributes).response_model,
        [
            "gen_ai.response.model",
            "llm.response.model_name",
            "ai.response.model",
            "llm.model_name",
        ],
    ),
    "response id": (
        lambda attributes: call_of(attributes).response_id,
        [
            "gen_ai.response.id",
            "ai.response.id",
            "output.value:id",
        ],
    ),
}


@pytest.mark.parametrize("field", TEXTS)
def test_of_several_texts_the_first_key_is_heard(field: str) -> None:
    ask, keys = TEXTS[field]
    values = [f"text-{number}" for number in range(len(keys))]
    for number, value in enumerate(values):
        assert ask(written(keys[number:], values[number:])) == value, keys[number]


COUNTS: dict[str, tuple[Callable[[Attributes], float | None], list[str]]] = {
    "input": (
        lambda attributes: usage_of(attributes).input_tokens,
        [
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "llm.token_count.prompt",
            "llm.usage.prompt_tokens",
            "ai.usage.inputTokens",
            "ai.usage.promptTokens",
            "ai.usage.tokens",
            "langfuse.observation.usage_details:input",
        ],
    ),
    "output": (
        lambda attributes: usage_of(attributes).output_tokens,
        [
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "llm.token_count.completion",
            "llm.usage.completion_tokens",
            "ai.usage.outputTokens",
            "ai.usage.completionTokens",
            "langfuse.observation.usage_details:output",
        ],
    ),
    "total": (
        lambda attributes: usage_of(attributes).total_tokens,
        [
            "gen_ai.usage.total_tokens",
            "llm.usage.total_tokens",
            "llm.token_count.total",
            "ai.usage.totalTokens",
            "gen_ai.client.token.usage",
            "langfuse.observation.usage_details:total",
        ],
    ),
    "cache read": (
        lambda attributes: usage_of(attributes).cache_read_tokens,
        [
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
            "ai.usage.cachedInputTokens",
            "ai.usage.inputTokenDetails.cacheReadTokens",
            "gen_ai.usage.details.cache_read_input_tokens",
            "gen_ai.usage.prompt_tokens_details.cached_tokens",
        ],
    ),
    "cache write": (
        lambda attributes: usage_of(attributes).cache_write_tokens,
        [
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "llm.token_count.prompt_details.cache_write",
            "gen_ai.usage.details.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_tokens",
            "ai.usage.inputTokenDetails.cacheWriteTokens",
        ],
    ),
    "reasoning": (
        lambda attributes: usage_of(attributes).reasoning_tokens,
        [
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "llm.token_count.completion_details.reasoning",
            "llm.usage.reasoning_tokens",
            "ai.usage.reasoningTokens",
            "ai.usage.outputTokenDetails.reasoningTokens",
            "gen_ai.usage.completion_tokens_details.reasoning_tokens",
            "gen_ai.usage.details.reasoning_tokens",
        ],
    ),
    "cost": (
        lambda attributes: cost.nano_usd / NANO if (cost := call_of(attributes).cost) else None,
        [
            "helicone.cost.usd",
            "gen_ai.usage.cost",
            "llm.cost.total",
            "gen_ai.cost.total_cost",
            "operation.cost",
            "langfuse.observation.cost_details:total",
        ],
    ),
    "first token in seconds": (
        lambda attributes: (call_of(attributes).time_to_first_token_ns or 0) / NANO,
        ["gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token"],
    ),
    "first token in milliseconds": (
        lambda attributes: (call_of(attributes).time_to_first_token_ns or 0) / (NANO / 1000),
        ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"],
    ),
}


@pytest.mark.parametrize("field", COUNTS)
def test_of_several_numbers_the_first_key_is_heard(field: str) -> None:
    ask, keys = COUNTS[field]
    values = [number + 1 for number in range(len(keys))]
    for number, value in enumerate(values):
        assert ask(written(keys[number:], values[number:])) == value, keys[number]


def test_the_moment_of_the_first_token_counts_from_the_start_of_the_span() -> None:
    attributes: Attributes = {
        "langfuse.observation.completion_start_time": '"1970-01-01T00:00:01.250Z"'
    }
    assert call_of(attributes).time_to_first_token_ns == NANO // 4


@pytest.mark.parametrize(
    ("attributes", "properties"),
    [
        ({"helicone.property.plan": "gold"}, {"plan": "gold"}),
        ({"http.request.header.helicone-property-plan": ["g"]}, {"plan": "g"}),
        ({"http.request.header.helicone_property_plan": ["g"]}, {"plan": "g"}),
        ({TRACELOOP + "Helicone-Property-Plan": "gold"}, {"plan": "gold"}),
        ({TRACELOOP + "plan": "gold"}, {"plan": "gold"}),
        ({TRACELOOP + "session_id": "s", TRACELOOP + "user_id": "u"}, {}),
        ({"metadata": '{"plan": "gold", "n": {"x": [1]}}'}, {"plan": "gold", "n": '{"x":[1]}'}),
        ({"metadata": "no JSON"}, {}),
        ({"ai.telemetry.metadata.plan": "gold"}, {"plan": "gold"}),
        ({"langfuse.trace.metadata.plan": '"gold"'}, {"plan": "gold"}),
        ({"langfuse.observation.metadata.plan": '{"a":1}'}, {"plan": '{"a":1}'}),
        ({"langsmith.metadata.plan": "gold"}, {"plan": "gold"}),
        ({"langsmith.metadata.thread_id": "t"}, {}),
        ({"tag.tags": ["a", "b"]}, {"tags": '["a","b"]'}),
        ({"langfuse.trace.tags": ["a"]}, {"tags": "a"}),
        ({"langsmith.span.tags": "a, b"}, {"tags": "a, b"}),
        ({"helicone.property.plan": "own", TRACELOOP + "plan": "theirs"}, {"plan": "own"}),
        ({TRACELOOP + "plan": "near", "metadata": '{"plan": "far"}'}, {"plan": "near"}),
    ],
)
def test_properties_are_heard_in_every_spelling(
    attributes: Attributes, properties: Mapping[str, str]
) -> None:
    assert read(attributes).properties == properties


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"langfuse.observation.type": "generation"}, Kind.LLM),
        ({"langfuse.observation.type": "embedding"}, Kind.LLM),
        ({"langfuse.observation.type": "span"}, Kind.STEP),
        ({"langsmith.span.kind": "llm"}, Kind.LLM),
        ({"langsmith.span.kind": "chain"}, Kind.WORKFLOW),
        ({"ai.operationId": "ai.generateText"}, Kind.WORKFLOW),
        ({"ai.operationId": "ai.generateText.doGenerate"}, Kind.LLM),
        ({"ai.operationId": "ai.streamText.doStream"}, Kind.LLM),
        ({"ai.operationId": "ai.embedMany.doEmbed"}, Kind.LLM),
        ({"ai.operationId": "ai.toolCall"}, Kind.TOOL),
        ({"traceloop.span.kind": "agent"}, Kind.AGENT),
        ({"span.type": "llm_request"}, Kind.LLM),
    ],
)
def test_every_convention_tells_the_kind(attributes: Attributes, kind: Kind) -> None:
    assert read(attributes).kind is kind


@pytest.mark.parametrize(
    ("name", "scope", "kind"),
    [
        ("call_llm", "gcp.vertex.agent", Kind.LLM),
        ("call_llm", "app", Kind.STEP),
        ("claude_code.llm_request", "", Kind.LLM),
        ("claude_code.tool", "", Kind.TOOL),
    ],
)
def test_a_name_tells_the_kind_where_nothing_else_does(name: str, scope: str, kind: Kind) -> None:
    assert read({}, name=name, scope=scope).kind is kind


def test_the_bare_words_of_claude_code_mean_something_from_it_alone() -> None:
    attributes: Attributes = {
        "model": "claude-sonnet-4-5",
        "input_tokens": "10",
        "output_tokens": "5",
        "cache_read_tokens": "100",
        "cache_creation_tokens": "20",
        "cost_usd": 0.25,
        "ttft_ms": 50,
    }
    call = read(attributes, name="claude_code.llm_request").call
    assert call is not None
    assert call.request_model == "claude-sonnet-4-5"
    assert call.usage == Usage(
        input_tokens=130, output_tokens=5, cache_read_tokens=100, cache_write_tokens=20
    )
    assert call.cost is not None
    assert call.cost.nano_usd == NANO // 4
    assert call.time_to_first_token_ns == NANO // 20
    assert read({"openinference.span.kind": "LLM", **attributes}).call == ModelCall(operation="LLM")


@pytest.mark.parametrize("status", ["HIT", "hit", "MISS"])
def test_a_cache_hit_is_known_by_the_captured_header(status: str) -> None:
    attributes: Attributes = {
        "http.request.method": "POST",
        "http.response.header.helicone-cache": [status],
    }
    span = record(attributes=attributes, kind=OtelSpanKind.CLIENT)
    assert facts_of(span, no_price).is_cache_hit is (status != "MISS")
    assert facts_of(span, no_price).trace_id == TRACE
