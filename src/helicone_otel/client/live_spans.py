"""What a span of the SDK stands for while it runs, told by its kind, scope and attributes."""

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from .. import semconv
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
from .activation import LLM_CALLS_SCOPE, TRACER_NAME
from .frame import open_children, trail_of

_LANGFUSE_TYPE = "langfuse.observation.type"
_LLM_SIGNS = CONVENTION_KEYS | {semconv.GEN_AI_REQUEST_MODEL, _LANGFUSE_TYPE}
_TELLING_LATE = (*semconv.GEN_AI_SCOPE_PREFIXES, "langfuse")
"""Scopes of spans that get the attributes that matter after their start."""
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
    scope = _scope_name(span)
    if scope == TRACER_NAME:  # a block's: known without a look at its attributes
        return False
    attributes = span.attributes or {}
    if CONVENTION_KEYS.isdisjoint(attributes):
        return span.kind is SpanKind.CLIENT and is_gen_ai_scope(scope)
    return kind_by_convention(attributes) is Kind.LLM


def is_within_llm_call(context: Context) -> bool:
    """Tell whether a span stands for the call of a model that is made in *context*.

    It is in force there, or was started just there and is open: some are never made current. A
    tool, an agent or a server in between makes other calls than the one above it.
    """
    span = trace.get_current_span(context)
    if any(isinstance(c, ReadableSpan) and stands_for_llm_call(c) for c in open_children(span)):
        return True
    while isinstance(span, ReadableSpan) and span.is_recording():
        if _scope_name(span) != TRACER_NAME:
            if stands_for_llm_call(span):
                return True
            if _kind_of(span) is not Kind.STEP:
                return False
        trail = trail_of(span)
        above = None if trail is None or trail.parent is None else trail.parent()
        if above is None:
            return False
        span = above
    return False


def may_come_to_stand_for_llm_call(span: ReadableSpan) -> bool:
    """Tell whether a span that starts is, or may yet say that it is, one for a call of a model."""
    if _scope_name(span).startswith(_TELLING_LATE):
        return True
    return not _LLM_SIGNS.isdisjoint(span.attributes or {}) and stands_for_llm_call(span)


def stands_for_llm_call(span: ReadableSpan) -> bool:
    """Tell whether *span* is an LLM span, or one of those that say so in words of their own."""
    attributes = span.attributes or {}
    if _LLM_SIGNS.isdisjoint(attributes):
        return is_llm_span(span)
    if attributes.get(_LANGFUSE_TYPE) in {"generation", "embedding"}:
        return True
    names_model = semconv.GEN_AI_REQUEST_MODEL in attributes  # before it says what it is
    return is_llm_span(span) or (names_model and _kind_of(span) is Kind.STEP)


def is_own_llm_span(span: ReadableSpan) -> bool:
    """Tell whether this package started *span* for an LLM call."""
    return _scope_name(span) == LLM_CALLS_SCOPE


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
