"""What a span of the SDK stands for while it runs, told by its kind, scope and attributes."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from .. import semconv
from ..session_reference import segment
from ..session_reference.reference import MAX_NAME_BYTES
from ..session_reference.text import clean_text

_HTTP_ROUTE = "http.route"
_HTTP_METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "HTTP", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)
"""`HTTP` is what OpenTelemetry's instrumentations call a span of an unknown method."""
_LLM_KEYS = (
    (semconv.GEN_AI_OPERATION_NAME, semconv.GEN_AI_LLM_OPERATIONS),
    (semconv.OPENINFERENCE_SPAN_KIND, semconv.OPENINFERENCE_LLM_KINDS),
    (semconv.LLM_REQUEST_TYPE, semconv.TRACELOOP_LLM_TYPES),
)


def is_llm_span(span: ReadableSpan) -> bool:
    """Tell whether *span* stands for a call of a model.

    Its attributes decide; a CLIENT span of a GenAI scope without any is one.
    """
    attributes = span.attributes or {}
    named = [attributes[key] in values for key, values in _LLM_KEYS if key in attributes]
    return any(named) or (not named and span.kind is SpanKind.CLIENT and _is_of_gen_ai(span))


def is_http_client_span(span: ReadableSpan) -> bool:
    return span.kind is SpanKind.CLIENT and _scope_name(span).startswith(
        semconv.HTTP_SCOPE_PREFIXES
    )


def segment_of(span: ReadableSpan) -> str | None:
    """Return what *span* adds to the path; `None` if its kind adds nothing."""
    if span.kind in {SpanKind.CLIENT, SpanKind.PRODUCER} or _is_foreign(span):
        return None
    route = (span.attributes or {}).get(_HTTP_ROUTE) if is_server_span(span) else None
    return segment(route if route and isinstance(route, str) else span.name)


def is_server_span(span: ReadableSpan) -> bool:
    """Tell whether *span* serves a request: it is a step only if nothing above it is."""
    return span.kind in {SpanKind.SERVER, SpanKind.CONSUMER}


def session_name_of(root: ReadableSpan) -> str | None:
    """Return the name that a local root gives a session that has none."""
    if segment_of(root) is None or root.name in _HTTP_METHODS:
        return None
    return clean_text(root.name, max_bytes=MAX_NAME_BYTES) or None


def _is_foreign(span: ReadableSpan) -> bool:
    scope = _scope_name(span)
    prefixes = semconv.GEN_AI_SCOPE_PREFIXES + semconv.HTTP_SCOPE_PREFIXES
    return scope.startswith(prefixes) or is_llm_span(span)


def _is_of_gen_ai(span: ReadableSpan) -> bool:
    return _scope_name(span).startswith(semconv.GEN_AI_SCOPE_PREFIXES)


def _scope_name(span: ReadableSpan) -> str:
    scope = span.instrumentation_scope
    return "" if scope is None else scope.name
