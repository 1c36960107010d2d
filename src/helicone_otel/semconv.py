"""Names on the wire: Helicone's headers, and the attribute keys that client and server share."""

HEADER_SESSION_ID = "Helicone-Session-Id"
HEADER_SESSION_PATH = "Helicone-Session-Path"
HEADER_SESSION_NAME = "Helicone-Session-Name"
HEADER_USER_ID = "Helicone-User-Id"
HEADER_REQUEST_ID = "Helicone-Request-Id"
HEADER_HELICONE_ID = "Helicone-Id"
"""In responses: Helicone's own id of the request."""
HEADER_PROPERTY_PREFIX = "Helicone-Property-"

ATTR_SESSION_ID = "helicone.session.id"
ATTR_SESSION_PATH = "helicone.session.path"
ATTR_SESSION_NAME = "helicone.session.name"
ATTR_USER_ID = "helicone.user.id"
ATTR_SESSION_ORIGIN = "helicone.session.origin"
"""How a session came in that this process was told of from outside: nobody has checked it."""
ATTR_SPANS_LEFT_OUT = "helicone_otel.session.spans_left_out"
"""On the root of a session shown as one trace: how many of its spans are not in it."""
ATTR_REQUEST_ID = "helicone.request.id"
ATTR_PROPERTY_PREFIX = "helicone.property."

OTEL_SESSION_ID = "session.id"
"""OpenTelemetry semantic conventions, `session` registry (development)."""
OTEL_USER_ID = "user.id"
"""OpenTelemetry semantic conventions, `user` registry (development)."""

GEN_AI_OPERATION_NAME = "gen_ai.operation.name"
"""OpenTelemetry GenAI semantic conventions, inference spans."""
OPENINFERENCE_SPAN_KIND = "openinference.span.kind"
"""OpenInference specification, semantic conventions."""
LLM_REQUEST_TYPE = "llm.request.type"
"""Traceloop (OpenLLMetry) semantic conventions."""
TRACELOOP_SPAN_KIND = "traceloop.span.kind"
TRACELOOP_ENTITY_NAME = "traceloop.entity.name"
LANGFUSE_OBSERVATION_TYPE = "langfuse.observation.type"
"""Langfuse's SDKs."""
LANGSMITH_SPAN_KIND = "langsmith.span.kind"
"""LangSmith's OpenTelemetry exporter."""
VERCEL_OPERATION_ID = "ai.operationId"
"""Vercel's AI SDK."""

HTTP_ROUTE = "http.route"
"""OpenTelemetry semantic conventions, HTTP server spans."""

GEN_AI_SCOPE_PREFIXES = (
    "opentelemetry.instrumentation.genai",
    "opentelemetry.instrumentation.openai",
    "opentelemetry.instrumentation.anthropic",
    "opentelemetry.util.genai",
    "openinference.instrumentation",
    "com.anthropic.sdk",
    "openlit",
)
"""Instrumentation scopes whose spans stand for model calls or frameworks, never for user steps."""

HTTP_SCOPE_PREFIXES = (
    "opentelemetry.instrumentation.httpx",
    "opentelemetry.instrumentation.requests",
    "opentelemetry.instrumentation.urllib",
    "opentelemetry.instrumentation.aiohttp_client",
    "@opentelemetry/instrumentation-http",
    "@opentelemetry/instrumentation-undici",
    "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp",
)
"""Instrumentation scopes of HTTP clients: their spans carry a request, unless SERVER spans."""

FRAMEWORK_SCOPES = frozenset({"fastapi"})
"""Scopes of web frameworks that trace their own handling of a request, in spans inside it."""

ATTR_HELICONE_ID = "helicone.id"
"""Helicone's own id of a request, as its response says in `Helicone-Id`."""
GEN_AI_PROVIDER_NAME = "gen_ai.provider.name"
GEN_AI_REQUEST_MODEL = "gen_ai.request.model"
GEN_AI_REQUEST_STREAM = "gen_ai.request.stream"
GEN_AI_RESPONSE_ID = "gen_ai.response.id"
GEN_AI_RESPONSE_MODEL = "gen_ai.response.model"
GEN_AI_FINISH_REASONS = "gen_ai.response.finish_reasons"
GEN_AI_TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
"""Seconds."""
GEN_AI_INPUT_TOKENS = "gen_ai.usage.input_tokens"
GEN_AI_OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
GEN_AI_CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
GEN_AI_CACHE_WRITE_TOKENS = "gen_ai.usage.cache_write.input_tokens"
GEN_AI_REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
GEN_AI_INPUT_MESSAGES = "gen_ai.input.messages"
GEN_AI_OUTPUT_MESSAGES = "gen_ai.output.messages"
GEN_AI_SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"
ERROR_TYPE = "error.type"
HTTP_STATUS_CODE = "http.response.status_code"
URL_FULL = "url.full"
"""OpenTelemetry semantic conventions, HTTP client spans, as the last three; the old key is next."""
OLD_HTTP_URL = "http.url"
