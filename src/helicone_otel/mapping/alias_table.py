"""Which attribute keys mean what: the logical fields, and for each the keys that carry it.

Keys stand in priority order, the first present one wins. The second column says who emits it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from .. import semconv
from ..model import AttributeValue, Strength, WantedAttributes
from .values import (
    as_count,
    as_identifier,
    as_label,
    as_name,
    as_number,
    as_said,
    as_seconds_ns,
    as_text,
)

T = TypeVar("T")
TRACELOOP = "traceloop.association.properties."
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


def _header_keys(name: str) -> tuple[str, str]:
    lowered = name.lower()
    prefix = "http.request.header."
    return prefix + lowered, prefix + lowered.replace("-", "_")


def _session_keys() -> Iterator[SessionKey]:
    strong, middle, weak = Strength.STRONG, Strength.MIDDLE, Strength.WEAK
    yield SessionKey(semconv.ATTR_SESSION_ID, strong, "helicone-otel")
    for key in _header_keys(semconv.HEADER_SESSION_ID):
        yield SessionKey(key, strong, "captured header", is_header=True)
    yield SessionKey(TRACELOOP + semconv.HEADER_SESSION_ID, strong, "Helicone async loggers")
    yield SessionKey(semconv.OTEL_SESSION_ID, middle, "OpenTelemetry, OpenInference, Langfuse")
    yield SessionKey("langfuse.session.id", middle, "Langfuse")
    yield SessionKey(TRACELOOP + "session_id", middle, "Traceloop")
    yield SessionKey("gen_ai.conversation.id", weak, "OpenTelemetry GenAI, Pydantic AI, ADK")


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
    ),
)
FALLBACK_NAME = Row(
    as_name,
    (
        ("langfuse.trace.name", "Langfuse"),
        ("traceloop.workflow.name", "Traceloop"),
        ("gen_ai.workflow.name", "OpenTelemetry GenAI"),
        ("gen_ai.agent.name", "OpenTelemetry GenAI"),
        ("agent.name", "OpenInference"),
    ),
)
PROPERTY_PREFIXES = (
    semconv.ATTR_PROPERTY_PREFIX,
    "http.request.header.helicone-property-",
    "http.request.header.helicone_property_",
    TRACELOOP + semconv.HEADER_PROPERTY_PREFIX,
)
"""Keys that begin so carry a property; its name is the rest. Strongest first."""

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
        (semconv.OPENINFERENCE_SPAN_KIND, "OpenInference"),
        (semconv.LLM_REQUEST_TYPE, "Traceloop"),
    ),
)
TOOL_NAME = Row(
    as_label, (("gen_ai.tool.name", "OpenTelemetry GenAI"), ("tool.name", "OpenInference"))
)
PROVIDER = Row(
    as_label,
    (
        ("gen_ai.provider.name", "OpenTelemetry GenAI >= 1.37"),
        ("gen_ai.system", "OpenTelemetry GenAI < 1.37"),
        ("llm.provider", "OpenInference"),
        ("llm.system", "OpenInference"),
    ),
)
REQUEST_MODEL = Row(
    as_label,
    (
        ("gen_ai.request.model", "OpenTelemetry GenAI"),
        ("llm.request.model_name", "OpenInference"),
        ("llm.model_name", "OpenInference"),
        ("embedding.model_name", "OpenInference"),
    ),
)
RESPONSE_MODEL = Row(
    as_label,
    (
        ("gen_ai.response.model", "OpenTelemetry GenAI"),
        ("llm.response.model_name", "OpenInference"),
        ("llm.model_name", "OpenInference"),
    ),
)
RESPONSE_ID = Row(as_label, (("gen_ai.response.id", "OpenTelemetry GenAI"),))
FINISH_REASON = Row(
    as_label,
    (
        ("gen_ai.response.finish_reasons", "OpenTelemetry GenAI"),
        ("llm.finish_reason", "OpenInference"),
    ),
)
INPUT_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.input_tokens", "OpenTelemetry GenAI"),
        ("gen_ai.usage.prompt_tokens", "OpenTelemetry GenAI < 1.27"),
        ("llm.token_count.prompt", "OpenInference"),
    ),
)
OUTPUT_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.output_tokens", "OpenTelemetry GenAI"),
        ("gen_ai.usage.completion_tokens", "OpenTelemetry GenAI < 1.27"),
        ("llm.token_count.completion", "OpenInference"),
    ),
)
TOTAL_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.total_tokens", "Traceloop, OpenLIT"),
        ("llm.token_count.total", "OpenInference"),
    ),
)
CACHE_READ_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.cache_read.input_tokens", "OpenTelemetry GenAI"),
        ("llm.token_count.prompt_details.cache_read", "OpenInference"),
    ),
)
CACHE_WRITE_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.cache_write.input_tokens", "OpenTelemetry GenAI, from 2026-10"),
        ("gen_ai.usage.cache_creation.input_tokens", "OpenTelemetry GenAI 1.40"),
        ("llm.token_count.prompt_details.cache_write", "OpenInference"),
    ),
)
REASONING_TOKENS = Row(
    as_count,
    (
        ("gen_ai.usage.reasoning.output_tokens", "OpenTelemetry GenAI"),
        ("llm.token_count.completion_details.reasoning", "OpenInference"),
    ),
)
COST_USD = Row(
    as_number,
    (
        ("helicone.cost.usd", "helicone-otel"),
        ("gen_ai.usage.cost", "OpenLIT"),
        ("llm.cost.total", "OpenInference"),
    ),
)
TIME_TO_FIRST_TOKEN_NS = Row(
    as_seconds_ns, (("gen_ai.response.time_to_first_chunk", "OpenTelemetry GenAI"),)
)
OUTPUT_CONTENT = Row(
    as_text, (("gen_ai.output.messages", "OpenTelemetry GenAI"), ("output.value", "OpenInference"))
)
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

ROWS: tuple[Row[str] | Row[int] | Row[float], ...] = (
    SESSION_NAME, SESSION_PATH, USER_ID, FALLBACK_NAME, REQUEST_ID, OPERATION, TOOL_NAME,
    PROVIDER, REQUEST_MODEL, RESPONSE_MODEL, RESPONSE_ID, FINISH_REASON, INPUT_TOKENS,
    OUTPUT_TOKENS, TOTAL_TOKENS, CACHE_READ_TOKENS, CACHE_WRITE_TOKENS, REASONING_TOKENS, COST_USD,
    TIME_TO_FIRST_TOKEN_NS, OUTPUT_CONTENT, HTTP_STATUS, HTTP_METHOD, HTTP_URL, HTTP_ROUTE,
    SERVICE_NAME,
)  # fmt: skip

WANTED_ATTRIBUTES = WantedAttributes(
    keys=frozenset(key for row in ROWS for key, _ in row.keys)
    | {entry.key for entry in SESSION_KEYS}
    | TRANSPORT_KEYS
    | {ASGI_EVENT},
    prefixes=PROPERTY_PREFIXES,
)
