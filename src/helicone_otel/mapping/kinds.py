"""What a span stands for, decided by the first family of conventions that recognises it."""

import re
from urllib.parse import urlsplit

from .. import semconv
from ..model import Kind, OtelSpanKind, SpanRecord
from . import alias_table as table
from .fields import Fields

_GEN_AI_KINDS = {
    **dict.fromkeys(semconv.GEN_AI_LLM_OPERATIONS, Kind.LLM),
    "execute_tool": Kind.TOOL,
    "retrieval": Kind.RETRIEVAL,
    "create_agent": Kind.AGENT,
    "invoke_agent": Kind.AGENT,
    "invoke_workflow": Kind.WORKFLOW,
}
_OPENINFERENCE_KINDS = {
    **dict.fromkeys(semconv.OPENINFERENCE_LLM_KINDS, Kind.LLM),
    "TOOL": Kind.TOOL,
    "RETRIEVER": Kind.RETRIEVAL,
    "AGENT": Kind.AGENT,
    "CHAIN": Kind.WORKFLOW,
}
_TRACELOOP_KINDS = dict.fromkeys(semconv.TRACELOOP_LLM_TYPES, Kind.LLM)
_FAMILIES = (
    (semconv.GEN_AI_OPERATION_NAME, _GEN_AI_KINDS),
    (semconv.OPENINFERENCE_SPAN_KIND, _OPENINFERENCE_KINDS),
    (semconv.LLM_REQUEST_TYPE, _TRACELOOP_KINDS),
)

_LLM_HOSTS = re.compile(
    r"(.+\.)?(openai\.com|anthropic\.com|mistral\.ai|groq\.com|openrouter\.ai|helicone\.ai|"
    r"hconeai\.com|x\.ai|deepseek\.com|cohere\.com|cohere\.ai|together\.xyz|fireworks\.ai|"
    r"generativelanguage\.googleapis\.com|aiplatform\.googleapis\.com)"
)
_LLM_PATHS = re.compile(
    r".*/(completions|messages|responses|embeddings|chat|rerank|embed"
    r"|models/[^/]+:(generateContent|streamGenerateContent|embedContent))/?"
)


def kind_of(span: SpanRecord) -> Kind:
    for key, kinds in _FAMILIES:
        value = span.attributes.get(key)
        if isinstance(value, str) and (kind := kinds.get(value)):
            return kind
    if _is_transport(span):
        return Kind.TRANSPORT
    if span.kind in (OtelSpanKind.SERVER, OtelSpanKind.CONSUMER):
        return Kind.SERVER
    return Kind.STEP


def carries_llm_request(span: SpanRecord, fields: Fields) -> bool:
    """Tell whether an HTTP client span is an LLM request if no LLM span covers it.

    It carries Helicone's request id or session headers, or is a POST to a known LLM endpoint.
    Session attributes alone say nothing: any call inside a session has them.
    """
    if fields.get(table.HTTP_METHOD) is None:
        return False
    if fields.get(table.REQUEST_ID) is not None:
        return True
    if any(entry.is_header and entry.key in span.attributes for entry in table.SESSION_KEYS):
        return True
    return _is_llm_endpoint(fields)


def _is_transport(span: SpanRecord) -> bool:
    if span.kind in (OtelSpanKind.CLIENT, OtelSpanKind.PRODUCER):
        return not table.TRANSPORT_KEYS.isdisjoint(span.attributes) or _is_http_scope(span)
    return table.ASGI_EVENT in span.attributes


def _is_http_scope(span: SpanRecord) -> bool:
    return span.origin.scope_name.startswith(semconv.HTTP_SCOPE_PREFIXES)


def _is_llm_endpoint(fields: Fields) -> bool:
    if fields.get(table.HTTP_METHOD) != "POST":
        return False
    try:
        url = urlsplit(fields.get(table.HTTP_URL) or "")
        host = url.hostname or ""
    except ValueError:
        return False
    return bool(_LLM_HOSTS.fullmatch(host) and _LLM_PATHS.fullmatch(url.path))
