"""What a model answered: read from one document, or from the events of a stream one by one."""

from collections.abc import Mapping
from typing import TypeGuard

from ... import semconv
from .documents import Json, listed, mapping_or_none, text_or_none
from .request import Value

_MODEL_KEYS = ("model", "modelVersion")
_ID_KEYS = ("id", "responseId")
_STATUS_REASONS = {"completed": "stop", "failed": "error", "cancelled": "error"}
"""OpenAI's Responses API has a status in the place of a finish reason."""

_INNER_KEYS = ("response", "message", "delta")
"""Where events of OpenAI's Responses API, Anthropic and Cohere have the answer, or its end."""

_COUNTS: Mapping[str, str] = {
    "prompt_tokens": semconv.GEN_AI_INPUT_TOKENS,
    "input_tokens": semconv.GEN_AI_INPUT_TOKENS,
    "promptTokenCount": semconv.GEN_AI_INPUT_TOKENS,
    "completion_tokens": semconv.GEN_AI_OUTPUT_TOKENS,
    "output_tokens": semconv.GEN_AI_OUTPUT_TOKENS,
    "candidatesTokenCount": semconv.GEN_AI_OUTPUT_TOKENS,
    "cached_tokens": semconv.GEN_AI_CACHE_READ_TOKENS,
    "cache_read_input_tokens": semconv.GEN_AI_CACHE_READ_TOKENS,
    "cachedContentTokenCount": semconv.GEN_AI_CACHE_READ_TOKENS,
    "prompt_cache_hit_tokens": semconv.GEN_AI_CACHE_READ_TOKENS,
    "cache_creation_input_tokens": semconv.GEN_AI_CACHE_WRITE_TOKENS,
    "cache_write_tokens": semconv.GEN_AI_CACHE_WRITE_TOKENS,
    "reasoning_tokens": semconv.GEN_AI_REASONING_TOKENS,
    "thoughtsTokenCount": semconv.GEN_AI_REASONING_TOKENS,
}
_DETAILS = (
    "prompt_tokens_details",
    "input_tokens_details",
    "completion_tokens_details",
    "output_tokens_details",
    "tokens",
)
_APART: Mapping[str, str] = {
    "cache_read_input_tokens": semconv.GEN_AI_INPUT_TOKENS,
    "cache_creation_input_tokens": semconv.GEN_AI_INPUT_TOKENS,
    "toolUsePromptTokenCount": semconv.GEN_AI_INPUT_TOKENS,
    "thoughtsTokenCount": semconv.GEN_AI_OUTPUT_TOKENS,
}
"""What Anthropic and Google report beside the count that OpenTelemetry has it in."""

READ_KEYS = (*_MODEL_KEYS, *_ID_KEYS, "usage", "usageMetadata", "stop_reason")


class Answer:
    """The answer as far as it was read; later values replace earlier ones."""

    def __init__(self) -> None:
        self.error_type: str | None = None
        """What a stream says that broke off with an error of the provider."""
        self._model: str | None = None
        self._id: str | None = None
        self._finish_reasons: dict[object, str] = {}
        self._usage: dict[str, object] = {}

    def read(self, document: Json) -> None:
        """Read one document or event."""
        for layer in (document, *(document.get(key) for key in _INNER_KEYS)):
            if isinstance(layer, dict):
                self._read_layer(layer)

    def attributes(self) -> dict[str, Value]:
        """Return what was read, in OpenTelemetry's words; what is not known is left out."""
        attributes: dict[str, Value] = dict(_token_counts(self._usage))
        if self._model:
            attributes[semconv.GEN_AI_RESPONSE_MODEL] = self._model
        if self._id:
            attributes[semconv.GEN_AI_RESPONSE_ID] = self._id
        if self._finish_reasons:
            attributes[semconv.GEN_AI_FINISH_REASONS] = list(self._finish_reasons.values())
        return attributes

    def _read_layer(self, layer: Json) -> None:
        self._model = _first_text(layer, *_MODEL_KEYS) or self._model
        self._id = _first_text(layer, *_ID_KEYS) or self._id
        self._read_finish_reasons(layer)
        usage = layer.get("usage") or layer.get("usageMetadata")
        usage = usage or mapping_or_none(layer.get("x_groq")).get("usage")
        if isinstance(usage, dict):
            self._usage.update({key: value for key, value in usage.items() if value is not None})
        if isinstance(error := layer.get("error"), dict):
            self.error_type = _first_text(error, "code", "type", "status") or "error"

    def _read_finish_reasons(self, layer: Json) -> None:
        for choice in (*listed(layer.get("choices")), *listed(layer.get("candidates"))):
            if reason := _first_text(choice, "finish_reason", "finishReason"):
                self._finish_reasons[choice.get("index", 0)] = reason.lower()
        stopped = _first_text(layer, "stop_reason", "finish_reason")
        if stopped is None and layer.get("object") == "response":
            incomplete = mapping_or_none(layer.get("incomplete_details"))
            status = text_or_none(layer.get("status"))
            stopped = text_or_none(incomplete.get("reason")) or _STATUS_REASONS.get(status or "")
        if stopped:
            self._finish_reasons[0] = stopped.lower()


def _first_text(source: Json, *keys: str) -> str | None:
    for key in keys:
        if text := text_or_none(source.get(key)):
            return text
    return None


def _token_counts(usage: Json) -> Mapping[str, int]:
    """Return the counts of *usage* as OpenTelemetry counts: input and output have all there is."""
    counts: dict[str, int] = {}
    for source in (usage, *(usage[key] for key in _DETAILS if key in usage)):
        if isinstance(source, dict):
            for key, value in source.items():
                if key in _COUNTS and _is_count(value):
                    counts[_COUNTS[key]] = value
    if "prompt_tokens" not in usage:  # who counts so, copied OpenAI's ways and includes them
        for key, whole in _APART.items():
            part = usage.get(key)
            if _is_count(part):
                counts[whole] = counts.get(whole, 0) + part
    return counts


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and value >= 0  # JSON's `true` counts nothing
