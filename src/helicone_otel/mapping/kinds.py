"""What a span stands for, decided by the first family of conventions that recognises it."""

import re
from urllib.parse import urlsplit

from ..model import Kind, OtelSpanKind, SpanRecord
from ..span_kinds import is_http_scope, kind_by_convention
from . import alias_table as table
from .fields import Fields

_LLM_HOSTS = re.compile(
    r"(.+\.)?(openai\.com|anthropic\.com|mistral\.ai|groq\.com|openrouter\.ai|helicone\.ai|"
    r"hconeai\.com|x\.ai|deepseek\.com|cohere\.com|cohere\.ai|together\.xyz|fireworks\.ai|"
    r"perplexity\.ai|generativelanguage\.googleapis\.com|([a-z0-9-]+-)?aiplatform\.googleapis\.com)"
)
_LLM_PATHS = re.compile(
    r".*/(completions|v1/messages|responses|embeddings|chat|rerank|embed"
    r"|models/[^/]+:(generateContent|streamGenerateContent|embedContent))/?"
)


def kind_of(span: SpanRecord) -> Kind:
    if kind := kind_by_convention(span.attributes):
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
        return not table.TRANSPORT_KEYS.isdisjoint(span.attributes) or is_http_scope(
            span.origin.scope_name
        )
    return table.ASGI_EVENT in span.attributes


def _is_llm_endpoint(fields: Fields) -> bool:
    if fields.get(table.HTTP_METHOD) != "POST":
        return False
    try:
        url = urlsplit(fields.get(table.HTTP_URL) or "")
        host = url.hostname or ""
    except ValueError:
        return False
    return bool(_LLM_HOSTS.fullmatch(host) and _LLM_PATHS.fullmatch(url.path))
