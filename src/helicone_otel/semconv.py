"""Names on the wire: Helicone's headers, and the attribute keys that client and server share."""

HEADER_SESSION_ID = "Helicone-Session-Id"
HEADER_SESSION_PATH = "Helicone-Session-Path"
HEADER_SESSION_NAME = "Helicone-Session-Name"
HEADER_USER_ID = "Helicone-User-Id"
HEADER_REQUEST_ID = "Helicone-Request-Id"
HEADER_PROPERTY_PREFIX = "Helicone-Property-"

ATTR_SESSION_ID = "helicone.session.id"
ATTR_SESSION_PATH = "helicone.session.path"
ATTR_SESSION_NAME = "helicone.session.name"
ATTR_USER_ID = "helicone.user.id"
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
