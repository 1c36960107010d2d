"""What a span stands for, decided by the first family of conventions that recognises it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from ..model import AttributeValue, Kind, OtelSpanKind, SpanRecord
from ..span_kinds import CONVENTION_KEYS, is_http_scope, kind_by_convention
from . import alias_table as table
from .fields import Fields, Shape
from .values import as_text

_LLM_HOSTS = re.compile(
    r"(.+\.)?(openai\.com|anthropic\.com|mistral\.ai|groq\.com|openrouter\.ai|helicone\.ai|"
    r"hconeai\.com|x\.ai|deepseek\.com|cohere\.com|cohere\.ai|together\.xyz|fireworks\.ai|"
    r"perplexity\.ai|generativelanguage\.googleapis\.com|([a-z0-9-]+-)?aiplatform\.googleapis\.com)"
)
_LLM_PATHS = re.compile(
    r".*/(completions|v1/messages|responses|embeddings|chat|rerank|embed"
    r"|models/[^/]+:(generateContent|streamGenerateContent|embedContent))/?"
)

_SESSION_HEADERS = frozenset(entry.key for entry in table.SESSION_KEYS if entry.is_header)
_MAX_URL = 2048
SPAN_TYPE, _LLM_REQUEST = "span.type", "llm_request"
_ADK_SCOPE, _ADK_CALL = "gcp.vertex.agent", "call_llm"
_KINDS_BY_NAME = {
    table.CLAUDE_CODE_CALL: Kind.LLM,
    "claude_code.tool": Kind.TOOL,
    _ADK_CALL: Kind.LLM,
}
"""Of emitters that say it by the span's name alone."""


def kind_of(span: SpanRecord, shape: Shape) -> Kind:
    if shape.by_convention and (kind := kind_by_convention(span.attributes)):
        return kind
    if kind := _KINDS_BY_NAME.get(span.name):
        if span.name != _ADK_CALL or span.origin.scope_name.startswith(_ADK_SCOPE):
            return kind
    elif span.attributes.get(SPAN_TYPE) == _LLM_REQUEST:
        return Kind.LLM
    match span.kind:
        case OtelSpanKind.CLIENT | OtelSpanKind.PRODUCER if shape.sends or is_http_scope(
            span.origin.scope_name
        ):
            return Kind.TRANSPORT
        case OtelSpanKind.SERVER | OtelSpanKind.CONSUMER:
            return Kind.SERVER
        case _:
            return Kind.TRANSPORT if table.ASGI_EVENT in span.attributes else Kind.STEP


def may_be_call(kind: Kind, attributes: Mapping[str, AttributeValue]) -> bool:
    """Tell whether a span of *kind* with usage may stand for a call that its kind does not tell.

    An agent's or a workflow's usage is the sum of its calls, and the only word of them where no
    LLM span lies below. What no convention knows may be a call if it names no other work.
    """
    match kind:
        case Kind.AGENT | Kind.WORKFLOW:
            return True
        case Kind.STEP | Kind.SERVER | Kind.TRANSPORT:
            return not any(
                as_text(attributes.get(key)) in table.OTHER_WORK
                for key in (*CONVENTION_KEYS, SPAN_TYPE)
            )
        case _:
            return False


def carries_llm_request(span: SpanRecord, fields: Fields) -> bool:
    """Tell whether an HTTP client span is an LLM request if no LLM span covers it.

    It carries Helicone's request id or session headers, or is a POST to a known LLM endpoint.
    Session attributes alone say nothing: any call inside a session has them.
    """
    if fields.get(table.HTTP_METHOD) is None:
        return False
    if fields.get(table.REQUEST_ID) is not None:
        return True
    if not _SESSION_HEADERS.isdisjoint(span.attributes):
        return True
    return _is_llm_endpoint(fields)


def _is_llm_endpoint(fields: Fields) -> bool:
    if fields.get(table.HTTP_METHOD) != "POST":
        return False
    url = fields.get(table.HTTP_URL)
    return url is not None and len(url) <= _MAX_URL and _is_llm_url(url)


@lru_cache(maxsize=1024)
def _is_llm_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        host = url.hostname or ""
    except ValueError:
        return False
    return bool(_LLM_HOSTS.fullmatch(host) and _LLM_PATHS.fullmatch(url.path))
