"""What a span of the SDK stands for while it runs, told by its kind, scope and attributes."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from ..session_reference import MAX_NAME_BYTES, clean_text, segment
from ..span_kinds import (
    CONVENTION_KEYS,
    Kind,
    is_gen_ai_scope,
    is_http_scope,
    kind_by_convention,
    own_name,
    step_name,
)

_SENDING = (SpanKind.CLIENT, SpanKind.PRODUCER)
_SERVING = (SpanKind.SERVER, SpanKind.CONSUMER)
_HTTP_METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "HTTP", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)
"""`HTTP` is what OpenTelemetry's instrumentations call a span of an unknown method."""


def is_llm_span(span: ReadableSpan) -> bool:
    """Tell whether *span* stands for a call of a model.

    Its attributes decide; a CLIENT span of a GenAI scope without any is one.
    """
    attributes = span.attributes or {}
    if CONVENTION_KEYS.isdisjoint(attributes):
        return span.kind is SpanKind.CLIENT and is_gen_ai_scope(_scope_name(span))
    return kind_by_convention(attributes) is Kind.LLM


def is_http_client_span(span: ReadableSpan) -> bool:
    return span.kind is SpanKind.CLIENT and is_http_scope(_scope_name(span))


def segment_of(span: ReadableSpan) -> str | None:
    """Return what *span* adds to the path by what it says so far; `None` if it adds nothing."""
    name = step_name(
        _kind_of(span),
        span.name,
        span.attributes or {},
        scope=_scope_name(span),
        sends=span.kind in _SENDING,
    )
    return None if name is None else segment(name)


def counts_at_the_top_only(span: ReadableSpan) -> bool:
    """Tell whether *span* is a step only if nothing above it is: it only serves a request."""
    return _kind_of(span) is Kind.SERVER


def session_name_of(root: ReadableSpan) -> str | None:
    """Return the name that a local root gives a session that has none."""
    if segment_of(root) is None or root.name in _HTTP_METHODS:
        return None
    kind = _kind_of(root)
    named = own_name(kind, root.attributes or {}) if kind in {Kind.AGENT, Kind.WORKFLOW} else None
    return clean_text(named or root.name, max_bytes=MAX_NAME_BYTES) or None


def _kind_of(span: ReadableSpan) -> Kind:
    known = kind_by_convention(span.attributes or {})
    return known or (Kind.SERVER if span.kind in _SERVING else Kind.STEP)


def _scope_name(span: ReadableSpan) -> str:
    scope = span.instrumentation_scope
    return "" if scope is None else scope.name
