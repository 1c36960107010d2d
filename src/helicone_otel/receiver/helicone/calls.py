"""What a logged request and response say, as attributes of OpenTelemetry's GenAI conventions."""

from collections.abc import Mapping
from typing import TypeAlias

import orjson

from ...mapping.messages import (
    Json,
    finish_reason_of,
    input_messages,
    object_of,
    output_messages,
    system_instructions,
    text_message,
    text_of,
)
from .manual_log import ManualLog
from .shapes import count_of, json_text
from .streams import response_of_stream

Attribute: TypeAlias = str | int | float | bool | list[str]
Attributes: TypeAlias = Mapping[str, Attribute]

_USAGE_KEYS = (
    ("gen_ai.usage.input_tokens", ("prompt_tokens", "input_tokens", "promptTokenCount")),
    ("gen_ai.usage.output_tokens", ("completion_tokens", "output_tokens", "candidatesTokenCount")),
    ("gen_ai.usage.cache_read.input_tokens", ("cached_tokens", "cachedContentTokenCount")),
    ("gen_ai.usage.reasoning.output_tokens", ("reasoning_tokens", "thoughtsTokenCount")),
)
_USAGE_DETAILS = (
    "prompt_tokens_details",
    "input_tokens_details",
    "completion_tokens_details",
    "output_tokens_details",
)


def call_attributes(
    log: ManualLog, *, model: str = "", omit_request: bool = False, omit_response: bool = False
) -> dict[str, Attribute]:
    """Return what a model call is; *model* overrides what the bodies name.

    Of a request or response that is omitted, everything but its content is kept.
    """
    request, (response, text) = log.request.body, response_of(log)
    attributes: dict[str, Attribute] = {
        "gen_ai.operation.name": _operation(request, response),
        "gen_ai.request.model": model or text_of(request.get("model")),
        "gen_ai.response.model": model or _named(response, "model", "modelVersion"),
        "gen_ai.response.id": _named(response, "id", "responseId"),
        "gen_ai.request.stream": request.get("stream") is True,
        **_finish_reasons(response),
        **_usage(response),
    }
    if not omit_request:
        attributes |= _request_content(request)
    if not omit_response:
        attributes |= _response_content(response, text)
    return {key: value for key, value in attributes.items() if value != ""}


def response_of(log: ManualLog) -> tuple[Json, str]:
    """Return the response as an object, empty if it is none, and as the text that was logged."""
    text = log.response.text
    if not text:
        body = log.response.body
        return object_of(body), "" if body is None else json_text(body)
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        parsed = None
    return object_of(parsed) or response_of_stream(text) or {}, text


def _operation(request: Json, response: Json) -> str:
    if "contents" in request:
        return "generate_content"
    if response.get("object") == "list" or "embedding" in response:
        return "embeddings"
    return "text_completion" if "prompt" in request and "messages" not in request else "chat"


def _named(response: Json, *names: str) -> str:
    return next((text for name in names if (text := text_of(response.get(name)))), "")


def _finish_reasons(response: Json) -> dict[str, Attribute]:
    reason = finish_reason_of(response)
    return {"gen_ai.response.finish_reasons": [reason]} if reason else {}


def _usage(response: Json) -> dict[str, int]:
    """Return the tokens in OpenTelemetry's sense: caches in the input, thoughts in the output."""
    usage = object_of(response.get("usage") or response.get("usageMetadata"))
    reported = dict(usage)
    for name in _USAGE_DETAILS:
        reported |= object_of(usage.get(name))
    found = {
        key: tokens
        for key, names in _USAGE_KEYS
        for name in names
        if (tokens := count_of(reported.get(name))) is not None
    }
    return _with_google_thoughts(_with_anthropic_cache(found, usage), usage)


def _with_anthropic_cache(found: dict[str, int], usage: Json) -> dict[str, int]:
    read = count_of(usage.get("cache_read_input_tokens"))
    written = count_of(usage.get("cache_creation_input_tokens"))
    if read is None and written is None:
        return found
    uncached = found.get("gen_ai.usage.input_tokens", 0)
    return found | {
        "gen_ai.usage.input_tokens": uncached + (read or 0) + (written or 0),
        "gen_ai.usage.cache_read.input_tokens": read or 0,
        "gen_ai.usage.cache_write.input_tokens": written or 0,
    }


def _with_google_thoughts(found: dict[str, int], usage: Json) -> dict[str, int]:
    thoughts = count_of(usage.get("thoughtsTokenCount"))
    if not thoughts:
        return found
    answer = found.get("gen_ai.usage.output_tokens", 0)
    return found | {"gen_ai.usage.output_tokens": answer + thoughts}


def _request_content(request: Json) -> dict[str, Attribute]:
    said = {
        "gen_ai.input.messages": input_messages(request),
        "gen_ai.system_instructions": system_instructions(request),
        "gen_ai.tool.definitions": request.get("tools"),
    }
    user = text_of(request.get("user"))
    return {
        "input.value": json_text(request),
        **{key: json_text(value) for key, value in said.items() if value},
        **({"user.id": user} if user else {}),
    }


def _response_content(response: Json, text: str) -> dict[str, Attribute]:
    messages = output_messages(response)
    if not messages and not response and text:
        messages = [text_message(text)]
    said = {"gen_ai.output.messages": json_text(messages)} if messages else {}
    return {"output.value": text, **said}
