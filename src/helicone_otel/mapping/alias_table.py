"""Which attribute keys mean what: the logical fields, and for each the keys that carry it.

Keys stand in priority order, the first that has a value wins; the second column says who emits it.
`outer:inner` is a member of the JSON object at `outer`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from .. import semconv
from ..model import AttributeValue, Strength, WantedAttributes
from ..span_kinds import NAME_KEYS
from .values import (
    as_count,
    as_identifier,
    as_label,
    as_milliseconds_ns,
    as_name,
    as_number,
    as_provider,
    as_said,
    as_seconds_ns,
    as_text,
    as_time_ns,
)

T = TypeVar("T")
TRACELOOP = "traceloop.association.properties."
VERCEL_METADATA = "ai.telemetry.metadata."
LANGFUSE_METADATA = ("langfuse.trace.metadata.", "langfuse.observation.metadata.")
"""Its SDK writes a text as JSON."""
HEADER_PREFIXES = ("http.request.header.helicone-", "http.request.header.helicone_")
"""JavaScript keeps a captured header's hyphens, Python writes underscores."""


@dataclass(frozen=True, slots=True, eq=False)
class Row(Generic[T]):
    """One logical field: how its value is read, and where it may stand."""

    read: Callable[[AttributeValue], T | None]
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SessionKey:
    """One key that names a session; a header's value is percent-decoded where it needs to be."""

    key: str
    strength: Strength
    emitter: str
    is_header: bool = False


def _header_keys(name: str, prefix: str = "http.request.header.") -> tuple[str, str]:
    lowered = name.lower()
    return prefix + lowered, prefix + lowered.replace("-", "_")


def _response_header_keys(name: str) -> tuple[str, str]:
    return _header_keys(name, "http.response.header.")


def _session_keys() -> Iterator[SessionKey]:
    strong, middle, weak = Strength.STRONG, Strength.MIDDLE, Strength.WEAK
    yield SessionKey(semconv.ATTR_SESSION_ID, strong, "helicone-otel")
    for key in _header_keys(semconv.HEADER_SESSION_ID):
        yield SessionKey(key, strong, "captured header", is_header=True)
    yield SessionKey(TRACELOOP + semconv.HEADER_SESSION_ID, strong, "Helicone async loggers")
    yield SessionKey(semconv.OTEL_SESSION_ID, middle, "OpenTelemetry, OpenInference, Langfuse")
    yield SessionKey("langfuse.session.id", middle, "Langfuse")
    yield SessionKey(TRACELOOP + "session_id", middle, "Traceloop")
    yield SessionKey(TRACELOOP + "sessionId", middle, "Traceloop in JavaScript")
    yield SessionKey(VERCEL_METADATA + "sessionId", middle, "Vercel AI SDK")
    yield SessionKey("langsmith.metadata.session_id", middle, "LangSmith")
    yield SessionKey("gen_ai.conversation.id", weak, "OpenTelemetry GenAI, Pydantic AI, ADK")
    yield SessionKey("gcp.vertex.agent.session_id", weak, "ADK")
    yield SessionKey(TRACELOOP + "thread_id", weak, "Traceloop")
    yield SessionKey("langsmith.metadata.thread_id", weak, "LangSmith")
    yield SessionKey("langsmith.metadata.conversation_id", weak, "LangSmith")
    yield SessionKey("langsmith.trace.session_id", weak, "LangSmith, whose session is a project")
    yield SessionKey("conversation.id", weak, "Codex")
    yield SessionKey("gen_ai.agent.session_id", weak, "others")
    yield SessionKey("gen_ai.session.id", weak, "others")
    yield SessionKey("mirascope.ops.session.id", weak, "Mirascope")


SESSION_KEYS = tuple(_session_keys())
RESOURCE_SESSION_KEY = SessionKey(semconv.OTEL_SESSION_ID, Strength.WEAK, "resource attribute")


def _reference_row(attribute: str, header: str) -> tuple[tuple[str, str], ...]:
    own, traceloop = (attribute, "helicone-otel"), (TRACELOOP + header, "Helicone async loggers")
    return (own, *((key, "captured header") for key in _header_keys(header)), traceloop)


SESSION_NAME = Row(as_said, _reference_row(semconv.ATTR_SESSION_NAME, semconv.HEADER_SESSION_NAME))
SESSION_PATH = Row(as_said, _reference_row(semconv.ATTR_SESSION_PATH, semconv.HEADER_SESSION_PATH))
USER_ID = Row(
    as_identifier,
    (
        *_reference_row(semconv.ATTR_USER_ID, semconv.HEADER_USER_ID),
        (semconv.OTEL_USER_ID, "OpenTelemetry, OpenInference"),
        ("langfuse.user.id", "Langfuse"),
        ("enduser.id", "OpenTelemetry, older"),
        ("gen_ai.user", "Traceloop"),
        ("llm.user", "Traceloop, older"),
        ("gen_ai.request.user", "OpenLIT"),
        (TRACELOOP + "user_id", "Traceloop"),
        (VERCEL_METADATA + "userId", "Vercel AI SDK"),
        ("langsmith.metadata.user_id", "LangSmith"),
        ("user.account_id", "Codex"),
    ),
)
FALLBACK_NAME = Row(
    as_name,
    (
        ("langfuse.trace.name", "Langfuse"),
        ("traceloop.workflow.name", "Traceloop"),
        ("gen_ai.workflow.name", "OpenTelemetry GenAI"),
        ("langsmith.trace.session_name", "LangSmith, whose session is a project"),
        ("ai.telemetry.functionId", "Vercel AI SDK"),
        ("gen_ai.agent.name", "OpenTelemetry GenAI"),
        ("agent.name", "OpenInference"),
    ),
)
PROPERTY_PREFIXES = (
    semconv.ATTR_PROPERTY_PREFIX,
    "http.request.header.helicone-property-",
    "http.request.header.helicone_property_",
    TRACELOOP + semconv.HEADER_PROPERTY_PREFIX,
    TRACELOOP,
    VERCEL_METADATA,
    *LANGFUSE_METADATA,
    "langsmith.metadata.",
)
"""Keys that begin so carry a property, unless another row has them; its name is the rest."""

METADATA = "metadata"
"""OpenInference: properties as a JSON object. Weaker than the prefixes up to Traceloop's."""
TAGS = ("tag.tags", "langfuse.trace.tags", "langsmith.span.tags")
"""OpenInference, Langfuse, LangSmith: the weakest property, called `tags`."""

REQUEST_ID = Row(
    as_name,
    (
        (semconv.ATTR_REQUEST_ID, "helicone-otel"),
        *((key, "captured header") for key in _header_keys(semconv.HEADER_REQUEST_ID)),
    ),
)
OPERATION = Row(
    as_label,
    (
        (semconv.GEN_AI_OPERATION_NAME, "OpenTelemetry GenAI"),
        (semconv.LLM_REQUEST_TYPE, "Traceloop"),
        (semconv.VERCEL_OPERATION_ID, "Vercel AI SDK"),
        (semconv.OPENINFERENCE_SPAN_KIND, "OpenInference"),
        (semconv.LANGFUSE_OBSERVATION_TYPE, "Langfuse"),
        (semconv.LANGSMITH_SPAN_KIND, "LangSmith"),
        ("span.type", "Claude Code"),
    ),
)
PROVIDER = Row(
    as_provider,
    (
        ("gen_ai.provider.name", "OpenTelemetry GenAI >= 1.37"),
        ("gen_ai.system", "OpenTelemetry GenAI < 1.37"),
        ("llm.provider", "OpenInference"),
        ("llm.system", "OpenInference"),
        ("ai.model.provider", "Vercel AI SDK"),
    ),
)
REQUEST_MODEL = Row(
    as_label,
    (
        ("gen_ai.request.model", "OpenTelemetry GenAI"),
        ("llm.request.model_name", "OpenInference"),
        ("ai.model.id", "Vercel AI SDK"),
        ("llm.model_name", "OpenInference"),
        ("langfuse.observation.model.name", "Langfuse"),
        ("embedding.model_name", "OpenInference"),
    ),
)
RESPONSE_MODEL = Row(
    as_label,
    (
        ("gen_ai.response.model", "OpenTelemetry GenAI"),
        ("llm.response.model_name", "OpenInference"),
        ("ai.response.model", "Vercel AI SDK"),
        ("llm.model_name", "OpenInference"),
    ),
)
RESPONSE_ID = Row(
    as_label,
    (("gen_ai.response.id", "OpenTelemetry GenAI"), ("ai.response.id", "Vercel AI SDK")),
)
FINISH_REASON = Row(
    as_label,
    (
        ("gen_ai.response.finish_reasons", "OpenTelemetry GenAI"),
        ("llm.finish_reason", "OpenInference"),
        ("ai.response.finishReason", "Vercel AI SDK"),
    ),
)
LANGFUSE_USAGE = "langfuse.observation.usage_details"
INPUT_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.input_tokens", "OpenTelemetry GenAI"),
        ("gen_ai.usage.prompt_tokens", "OpenTelemetry GenAI < 1.27"),
        ("llm.token_count.prompt", "OpenInference"),
        ("llm.usage.prompt_tokens", "Traceloop, older"),
        ("ai.usage.inputTokens", "Vercel AI SDK"),
        ("ai.usage.promptTokens", "Vercel AI SDK < 5"),
        ("ai.usage.tokens", "Vercel AI SDK, embeddings"),
        (LANGFUSE_USAGE + ":input", "Langfuse"),
    ),
)
OUTPUT_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.output_tokens", "OpenTelemetry GenAI"),
        ("gen_ai.usage.completion_tokens", "OpenTelemetry GenAI < 1.27"),
        ("llm.token_count.completion", "OpenInference"),
        ("llm.usage.completion_tokens", "Traceloop, older"),
        ("ai.usage.outputTokens", "Vercel AI SDK"),
        ("ai.usage.completionTokens", "Vercel AI SDK < 5"),
        (LANGFUSE_USAGE + ":output", "Langfuse"),
    ),
)
TOTAL_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.total_tokens", "Traceloop, OpenLIT"),
        ("llm.usage.total_tokens", "Traceloop, older"),
        ("llm.token_count.total", "OpenInference"),
        ("ai.usage.totalTokens", "Vercel AI SDK"),
        ("gen_ai.client.token.usage", "OpenLIT"),
        (LANGFUSE_USAGE + ":total", "Langfuse"),
    ),
)
CACHE_READ_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.cache_read.input_tokens", "OpenTelemetry GenAI"),
        ("gen_ai.usage.cache_read_input_tokens", "Traceloop, older"),
        ("llm.token_count.prompt_details.cache_read", "OpenInference"),
        ("llm.token_count.prompt_details.cache_input", "OpenInference"),
        ("ai.usage.cachedInputTokens", "Vercel AI SDK"),
        ("ai.usage.inputTokenDetails.cacheReadTokens", "Vercel AI SDK 6"),
        ("gen_ai.usage.details.cache_read_input_tokens", "Pydantic AI"),
        ("gen_ai.usage.prompt_tokens_details.cached_tokens", "OpenLIT"),
    ),
)
CACHE_WRITE_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.cache_write.input_tokens", "OpenTelemetry GenAI, from 2026-10"),
        ("gen_ai.usage.cache_creation.input_tokens", "OpenTelemetry GenAI 1.40"),
        ("gen_ai.usage.cache_creation_input_tokens", "Traceloop, older"),
        ("llm.token_count.prompt_details.cache_write", "OpenInference"),
        ("gen_ai.usage.details.cache_creation_input_tokens", "Pydantic AI"),
        ("gen_ai.usage.cache_write_tokens", "others"),
        ("ai.usage.inputTokenDetails.cacheWriteTokens", "Vercel AI SDK 6"),
    ),
)
REASONING_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.reasoning.output_tokens", "OpenTelemetry GenAI"),
        ("gen_ai.usage.reasoning_tokens", "Traceloop, OpenLIT"),
        ("llm.token_count.completion_details.reasoning", "OpenInference"),
        ("llm.usage.reasoning_tokens", "Traceloop, older"),
        ("ai.usage.reasoningTokens", "Vercel AI SDK"),
        ("ai.usage.outputTokenDetails.reasoningTokens", "Vercel AI SDK 6"),
        ("gen_ai.usage.completion_tokens_details.reasoning_tokens", "OpenLIT"),
        ("gen_ai.usage.details.reasoning_tokens", "Pydantic AI"),
    ),
)
COST_USD = Row(
    as_number,
    (
        ("helicone.cost.usd", "helicone-otel"),
        ("gen_ai.usage.cost", "OpenLIT"),
        ("llm.cost.total", "OpenInference"),
        ("gen_ai.cost.total_cost", "LiteLLM's callback"),
        ("operation.cost", "Pydantic AI"),
        ("langfuse.observation.cost_details:total", "Langfuse"),
    ),
)
CACHE_HIT = Row(
    as_text, tuple((key, "captured header") for key in _response_header_keys("helicone-cache"))
)
"""`HIT` where Helicone answered from its cache, at no cost."""
TIME_TO_FIRST_TOKEN_NS = Row(
    as_seconds_ns,
    (
        ("gen_ai.response.time_to_first_chunk", "OpenTelemetry GenAI"),
        ("gen_ai.server.time_to_first_token", "OpenLIT"),
    ),
)
FIRST_TOKEN_MS = Row(
    as_milliseconds_ns,
    (
        ("ai.response.msToFirstChunk", "Vercel AI SDK"),
        ("ai.stream.msToFirstChunk", "Vercel AI SDK, older"),
    ),
)
FIRST_TOKEN_AT_NS = Row(as_time_ns, (("langfuse.observation.completion_start_time", "Langfuse"),))
OUTPUT_CONTENT = Row(
    as_text,
    (
        ("gen_ai.output.messages", "OpenTelemetry GenAI"),
        ("output.value", "OpenInference"),
        ("gen_ai.completion", "older"),
        ("ai.response.text", "Vercel AI SDK"),
        ("ai.response.object", "Vercel AI SDK"),
        ("ai.response.toolCalls", "Vercel AI SDK"),
        ("langfuse.observation.output", "Langfuse"),
        ("traceloop.entity.output", "Traceloop"),
        ("gcp.vertex.agent.llm_response", "ADK"),
        ("llm.output_messages.0.message.role", "OpenInference"),
        ("gen_ai.completion.0.role", "Traceloop, older"),
        ("gen_ai.completion.0.content", "Traceloop, older"),
    ),
)
ANSWER_JSON = Row(
    as_text,
    (
        ("output.value", "OpenInference"),
        ("gen_ai.completion", "older"),
        ("langfuse.observation.output", "Langfuse"),
    ),
)
"""The provider's answer, which has its id."""
HTTP_STATUS = Row(
    as_count,
    (
        ("http.response.status_code", "OpenTelemetry HTTP >= 1.21"),
        ("http.status_code", "OpenTelemetry HTTP"),
    ),
)
HTTP_METHOD = Row(
    as_text,
    (
        ("http.request.method", "OpenTelemetry HTTP >= 1.21"),
        ("http.method", "OpenTelemetry HTTP"),
    ),
)
HTTP_URL = Row(
    as_text, (("url.full", "OpenTelemetry HTTP >= 1.21"), ("http.url", "OpenTelemetry HTTP"))
)
SERVER_ADDRESS = Row(
    as_text,
    (("server.address", "OpenTelemetry >= 1.21"), ("net.peer.name", "OpenTelemetry < 1.21")),
)
"""Tells the provider where no key does, and no URL."""
HTTP_ROUTE = Row(as_text, (("http.route", "OpenTelemetry HTTP"),))
SERVICE_NAME = Row(as_label, (("service.name", "resource"),))

TRANSPORT_KEYS = frozenset(
    {
        "http.request.method",
        "http.method",
        "url.full",
        "http.url",
        "rpc.system",
        "rpc.system.name",
        "db.system",
        "db.system.name",
        "messaging.system",
    }
)
"""Any of these on a CLIENT or PRODUCER span says that it carries a request."""

ASGI_EVENT = "asgi.event.type"
"""On the INTERNAL send and receive spans of OpenTelemetry's ASGI instrumentation."""

CLAUDE_CODE_CALL = "claude_code.llm_request"
CLAUDE_CODE_KEYS = {
    "model": "gen_ai.request.model",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_creation_tokens": "gen_ai.usage.cache_write.input_tokens",
    "cost_usd": "helicone.cost.usd",
    "request_id": "gen_ai.response.id",
    "ttft_ms": "ai.response.msToFirstChunk",
}
"""What Claude Code's own spans call the fields; from anybody else the words mean nothing."""

OTHER_WORK = frozenset(
    {
        *("plan", "execute_task", "GUARDRAIL", "EVALUATOR", "PROMPT"),
        *("create_memory", "search_memory", "update_memory", "upsert_memory", "delete_memory"),
        *("create_memory_store", "delete_memory_store"),
        *("task", "span", "event", "evaluator", "guardrail", "prompt", "parser"),
    }
)
"""Operations that are no call of a model, whatever sums their spans carry."""

REFERENCE_ROWS = (SESSION_NAME, SESSION_PATH, USER_ID)
"""Parts of the session reference; ids and properties have tables of their own."""

ROWS: tuple[Row[str] | Row[int] | Row[float], ...] = (
    FALLBACK_NAME, REQUEST_ID, OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_MODEL, RESPONSE_ID,
    FINISH_REASON, INPUT_TOKENS, OUTPUT_TOKENS, TOTAL_TOKENS, CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS, REASONING_TOKENS, COST_USD, CACHE_HIT, TIME_TO_FIRST_TOKEN_NS,
    FIRST_TOKEN_MS, FIRST_TOKEN_AT_NS, OUTPUT_CONTENT, ANSWER_JSON, HTTP_STATUS, HTTP_METHOD,
    HTTP_URL, SERVER_ADDRESS, HTTP_ROUTE, SERVICE_NAME,
)  # fmt: skip
USAGE_ROWS = (
    INPUT_TOKENS, OUTPUT_TOKENS, TOTAL_TOKENS, CACHE_READ_TOKENS, CACHE_WRITE_TOKENS,
    REASONING_TOKENS,
)  # fmt: skip


def attribute_of(key: str) -> str:
    """Return the attribute that holds *key*: itself, or the object that it is a member of."""
    return key.partition(":")[0]


WANTED_ATTRIBUTES = WantedAttributes(
    keys=frozenset(attribute_of(key) for row in (*REFERENCE_ROWS, *ROWS) for key, _ in row.keys)
    | {entry.key for entry in SESSION_KEYS}
    | {key for keys in NAME_KEYS.values() for key in keys}
    | {METADATA, *TAGS}
    | {semconv.TRACELOOP_SPAN_KIND, semconv.TRACELOOP_ENTITY_NAME}
    | CLAUDE_CODE_KEYS.keys()
    | TRANSPORT_KEYS
    | {ASGI_EVENT},
    prefixes=PROPERTY_PREFIXES,
)
