"""Which requests are LLM calls, told by URL path and body, and what they ask for."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

from ... import semconv
from ...llm_providers import provider_of
from ..injection import HttpRequest
from .documents import Json, fields_of, mapping_or_none, text_or_none

Value: TypeAlias = str | bool | int | float | Sequence[str]


class Endpoint(NamedTuple):
    """What a URL path says about the calls it takes."""

    operation: str
    """In the words of OpenTelemetry's GenAI conventions."""
    content_keys: tuple[bytes, ...]
    """The body of a call has one of these."""
    shape: str
    """The provider whose API it is, or looks like."""
    model: str | None = None
    """As the path names it; else the body does."""
    streams: bool = False


class LlmRequest(NamedTuple):
    """A call of a model, as it is asked for."""

    operation: str
    model: str
    body: Json
    attributes: dict[str, Value]
    """For the start of its span; model and operation included."""
    streams: bool


_ENDPOINTS: Mapping[str, Endpoint] = {
    "/chat/completions": Endpoint("chat", (b'"messages"',), "openai"),
    "/completions": Endpoint("text_completion", (b'"prompt"',), "openai"),
    "/responses": Endpoint("chat", (b'"input"', b'"prompt"', b'"conversation"'), "openai"),
    "/embeddings": Endpoint("embeddings", (b'"input"',), "openai"),
    "/v1/messages": Endpoint("chat", (b'"messages"',), "anthropic"),
    "/v1/chat": Endpoint("chat", (b'"message"',), "cohere"),
    "/v2/chat": Endpoint("chat", (b'"messages"',), "cohere"),
    "/v1/embed": Endpoint("embeddings", (b'"texts"', b'"images"'), "cohere"),
    "/v2/embed": Endpoint("embeddings", (b'"texts"', b'"images"', b'"inputs"'), "cohere"),
}
_BY_URL_PATH = re.compile("(?:" + "|".join(map(re.escape, _ENDPOINTS)) + ")$")
_BY_METHOD = re.compile(r"/models/(?P<model>[^/:]+):(?P<method>\w+)$")
_DEPLOYMENT = re.compile(rb"/deployments/(?P<name>[^/]+)/")
"""What Azure's URLs name in the place of a model."""
_METHODS: Mapping[str, Endpoint] = {
    "generateContent": Endpoint("generate_content", (b'"contents"',), "gcp.gemini"),
    "streamGenerateContent": Endpoint(
        "generate_content", (b'"contents"',), "gcp.gemini", streams=True
    ),
    "embedContent": Endpoint("embeddings", (b'"content"',), "gcp.gemini"),
    "batchEmbedContents": Endpoint("embeddings", (b'"requests"',), "gcp.gemini"),
    "rawPredict": Endpoint("chat", (b'"messages"',), "anthropic"),
    "streamRawPredict": Endpoint("chat", (b'"messages"',), "anthropic", streams=True),
}
"""Google's APIs name model and method in the path; Anthropic's models are asked so there too."""

_OPTIONS: Mapping[str, str] = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "topP": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "topK": "gen_ai.request.top_k",
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "maxOutputTokens": "gen_ai.request.max_tokens",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
    "dimensions": "gen_ai.embeddings.dimension.count",
}
"""Numbers in a request's body, or in Gemini's `generationConfig`, and what they are called."""
_READ_KEYS = ("model", "stream", *_OPTIONS)


def llm_request_of(request: HttpRequest) -> LlmRequest | None:
    """Return what *request* asks of a model; `None` if it is no LLM call that can be read.

    The path alone does not decide: an application may have `/responses` of its own.
    """
    url = request.url
    endpoint = _endpoint_at(url.raw_path)
    if endpoint is None:
        return None
    body = _body_of(request, endpoint)
    if body is None:
        return None
    model = endpoint.model or text_or_none(body.get("model")) or _deployment_in(url.raw_path)
    if model is None:
        return None
    streams = endpoint.streams or body.get("stream") is True
    host = url.raw_host.decode("ascii", errors="replace")
    attributes: dict[str, Value] = {
        semconv.GEN_AI_OPERATION_NAME: endpoint.operation,
        semconv.GEN_AI_PROVIDER_NAME: provider_of(host) or endpoint.shape,
        semconv.GEN_AI_REQUEST_MODEL: model,
        semconv.SERVER_ADDRESS: host,
        **_options_in(body),
    }
    if url.port is not None:
        attributes[semconv.SERVER_PORT] = url.port
    if streams:
        attributes[semconv.GEN_AI_REQUEST_STREAM] = True
    return LlmRequest(endpoint.operation, model, body, attributes, streams)


@lru_cache(maxsize=1024)
def _endpoint_at(raw_path: bytes) -> Endpoint | None:
    url_path = unquote(raw_path.partition(b"?")[0].decode(errors="replace")).rstrip("/")
    if named := _BY_URL_PATH.search(url_path):
        return _ENDPOINTS[named[0]]
    if (named := _BY_METHOD.search(url_path)) and (endpoint := _METHODS.get(named["method"])):
        return endpoint._replace(model=named["model"])
    return None


def _deployment_in(raw_path: bytes) -> str | None:
    named = _DEPLOYMENT.search(raw_path)
    return unquote(named["name"].decode(errors="replace")) if named else None


def _body_of(request: HttpRequest, endpoint: Endpoint) -> Json | None:
    try:
        content = request.content
    except Exception:  # noqa: BLE001 - a body that is streamed has not been read, and must not be
        return None
    if not any(key in content for key in endpoint.content_keys):
        return None
    return fields_of(content, _READ_KEYS)


def _options_in(body: Json) -> dict[str, Value]:
    options: dict[str, Value] = {}
    for source in (body, mapping_or_none(body.get("generationConfig"))):
        for key in _OPTIONS.keys() & source.keys():
            value = source[key]
            if isinstance(value, int | float) and not isinstance(value, bool):
                options[_OPTIONS[key]] = value
    return options
