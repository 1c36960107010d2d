"""How the emitters of this world write one model call, as the recordings show it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Attributes: TypeAlias = dict[str, Any]
INTERNAL, CLIENT = 1, 3


@dataclass(frozen=True, kw_only=True)
class ModelCall:
    """What really happened between application and provider."""

    response_id: str
    model: str = "gpt-4o-mini"
    operation: str = "chat"
    input: int = 100
    output: int = 20
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0
    failed: bool = False
    usage_is_told: bool = True
    output_is_told: bool = True

    @property
    def answering_model(self) -> str:
        return f"{self.model}-2024-07-18"

    @property
    def has_answer(self) -> bool:
        return not self.failed


@dataclass(frozen=True, kw_only=True)
class Emitter:
    scope: str
    kind: int
    name: Callable[[ModelCall], str]
    attributes: Callable[[ModelCall], Attributes]


def _gen_ai(call: ModelCall) -> Attributes:
    written: Attributes = {
        "gen_ai.operation.name": call.operation,
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": call.model,
    }
    if call.has_answer:
        written["gen_ai.response.id"] = call.response_id
        written["gen_ai.response.model"] = call.answering_model
        written["gen_ai.response.finish_reasons"] = ["stop"]
    if call.has_answer and call.usage_is_told:
        written |= _gen_ai_usage(call)
    return written


def _gen_ai_usage(call: ModelCall) -> Attributes:
    return _present(
        {
            "gen_ai.usage.input_tokens": call.input,
            "gen_ai.usage.output_tokens": call.output,
            "gen_ai.usage.cache_read.input_tokens": call.cache_read or None,
            "gen_ai.usage.cache_creation.input_tokens": call.cache_write or None,
            "gen_ai.usage.reasoning.output_tokens": call.reasoning or None,
        }
    )


def _traceloop(call: ModelCall) -> Attributes:
    written = {**_gen_ai(call), "gen_ai.is_streaming": False}
    if "gen_ai.usage.input_tokens" in written:
        written["gen_ai.usage.total_tokens"] = call.input + call.output
    return written


def _openinference(call: ModelCall) -> Attributes:
    kind = "EMBEDDING" if call.operation == "embeddings" else "LLM"
    written: Attributes = {"openinference.span.kind": kind, "llm.system": "openai"}
    if not call.has_answer:
        return written
    written["llm.model_name"] = call.answering_model
    if call.output_is_told:
        written["output.value"] = json.dumps({"id": call.response_id, "choices": []})
    if call.usage_is_told:
        written |= {
            "llm.token_count.prompt": call.input,
            "llm.token_count.completion": call.output,
            "llm.token_count.total": call.input + call.output,
            "llm.token_count.prompt_details.cache_read": call.cache_read,
            "llm.token_count.completion_details.reasoning": call.reasoning,
        }
    return written


def _vercel(call: ModelCall) -> Attributes:
    embeds = call.operation == "embeddings"
    written: Attributes = {
        "ai.operationId": "ai.embed.doEmbed" if embeds else "ai.generateText.doGenerate",
        "ai.model.provider": "openai.chat",
        "ai.model.id": call.model,
        "gen_ai.request.model": call.model,
    }
    if call.has_answer:
        written["gen_ai.response.id"] = call.response_id
        written["ai.response.model"] = call.answering_model
    if call.has_answer and call.usage_is_told:
        written["ai.usage.inputTokens"] = call.input
        written["ai.usage.outputTokens"] = call.output
        written["ai.usage.cachedInputTokens"] = call.cache_read
        written["ai.usage.totalTokens"] = call.input + call.output
    return written


def _older(call: ModelCall) -> Attributes:
    """Return what releases of 2024 wrote: no operation, the old names of tokens, parts apart."""
    written: Attributes = {"gen_ai.system": "openai", "gen_ai.request.model": call.model}
    if call.has_answer and call.usage_is_told:
        written["gen_ai.usage.prompt_tokens"] = call.input
        written["gen_ai.usage.completion_tokens"] = call.output
    return written


EMITTERS: Mapping[str, Emitter] = {
    "genai": Emitter(
        scope="opentelemetry.instrumentation.genai.openai",
        kind=CLIENT,
        name=lambda call: f"{call.operation} {call.model}",
        attributes=_gen_ai,
    ),
    "traceloop": Emitter(
        scope="opentelemetry.instrumentation.openai.v1",
        kind=CLIENT,
        name=lambda _: "openai.chat",
        attributes=_traceloop,
    ),
    "openinference": Emitter(
        scope="openinference.instrumentation.openai",
        kind=INTERNAL,
        name=lambda _: "ChatCompletion",
        attributes=_openinference,
    ),
    "vercel": Emitter(
        scope="ai", kind=INTERNAL, name=lambda _: "ai.generateText.doGenerate", attributes=_vercel
    ),
    "older": Emitter(
        scope="an.older.package", kind=CLIENT, name=lambda _: "llm call", attributes=_older
    ),
}


def http_attempt(status: int, *, session_id: str | None = None) -> Attributes:
    """Return what an HTTP client span says of a POST, with a captured header if there is one."""
    header = {"http.request.header.helicone_session_id": [session_id]} if session_id else {}
    return {
        "http.request.method": "POST",
        "url.full": "https://api.openai.com/v1/chat/completions",
        "http.response.status_code": status,
        **header,
    }


def _present(attributes: Attributes) -> Attributes:
    return {key: value for key, value in attributes.items() if value is not None}
