"""Prompts and answers as OpenTelemetry's message attributes: only if asked for, redacted."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from ... import semconv
from ...redaction import redact
from ...session_reference import cut_text
from ..reports import report_failure
from .documents import Json, listed, mapping_or_none, text_or_none
from .pieces import Part, joined

CAPTURE_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""OpenTelemetry's switch, off by default."""
_ON = {"span_only", "span_and_event", "true"}
MAX_TEXT_BYTES = 32 * 1024
"""Of one part of a message; a longer one is cut."""

Redactor: TypeAlias = Callable[[str], str]
Message: TypeAlias = dict[str, object]


class ContentCapture:
    """Whether messages are captured, and what is taken out of them."""

    def __init__(self, redactor: Redactor | None = None) -> None:
        self.is_on = os.environ.get(CAPTURE_VARIABLE, "").strip().lower() in _ON
        self._redactor = redactor

    def of_request(self, body: Json) -> dict[str, str]:
        """Return the attributes for what was asked."""
        system = [*_parts(body.get("system") or body.get("instructions"))]
        system += _parts(mapping_or_none(body.get("systemInstruction")).get("parts"))
        return self._attributes(
            {
                semconv.GEN_AI_SYSTEM_INSTRUCTIONS: system,
                semconv.GEN_AI_INPUT_MESSAGES: [*_messages_asked(body)],
            }
        )

    def of_answer(self, documents: Sequence[Json]) -> dict[str, str]:
        """Return the attributes for what was answered, in one document or in pieces."""
        parts = [*joined(part for document in documents for part in _parts_answered(document))]
        messages = [{"role": "assistant", "parts": parts}] if parts else []
        return self._attributes({semconv.GEN_AI_OUTPUT_MESSAGES: messages})

    def _attributes(self, contents: dict[str, Sequence[object]]) -> dict[str, str]:
        try:
            return {
                key: json.dumps(self._redacted(content), ensure_ascii=False)
                for key, content in contents.items()
                if content
            }
        except Exception as error:  # noqa: BLE001 - what could not be redacted is not captured
            report_failure("Redacting messages", error)
            return {}

    def _redacted(self, value: object) -> object:
        """Return *value* with every text in it redacted, whatever its depth in the message."""
        if isinstance(value, str):
            # Cut last: half a secret looks like none.
            text = cut_text(redact(value[: 2 * MAX_TEXT_BYTES]), max_bytes=MAX_TEXT_BYTES)
            return text if self._redactor is None else self._redactor(text)
        if isinstance(value, dict):
            return {key: self._redacted(item) for key, item in value.items()}
        return [self._redacted(item) for item in value] if isinstance(value, list) else value


def _messages_asked(body: Json) -> Iterator[Message]:
    for key in ("messages", "input", "prompt", "contents"):
        asked = body.get(key)
        if isinstance(asked, str):
            yield {"role": "user", "parts": [_text(asked)]}
        for item in listed(asked):
            parts = [*_parts_of_message(item)]
            yield {"role": text_or_none(item.get("role")) or "user", "parts": parts}


def _parts_of_message(message: Json) -> Iterator[Part]:
    if message.get("role") == "tool":
        yield _tool_answer(message.get("tool_call_id"), message.get("content"))
        return
    yield from _parts(message.get("content"))
    yield from _parts(message.get("parts"))
    for call in listed(message.get("tool_calls")):
        function = mapping_or_none(call.get("function"))
        yield _tool_call(call.get("id"), function.get("name"), function.get("arguments"))
    if "type" in message and "content" not in message:
        yield from _parts([message])  # an item of OpenAI's Responses API


def _parts(content: object) -> Iterator[Part]:
    if isinstance(content, str) and content:
        yield _text(content)
    for item in listed(content):
        if text := text_or_none(item.get("text")):
            yield _text(text)
        elif thinking := text_or_none(item.get("thinking")):
            yield _thinking(thinking)
        else:
            yield _other_part(item)


def _other_part(item: Json) -> Part:
    match item.get("type"):
        case "tool_use":
            return _tool_call(item.get("id"), item.get("name"), item.get("input"))
        case "function_call":
            return _tool_call(item.get("call_id"), item.get("name"), item.get("arguments"))
        case "tool_result":
            return _tool_answer(item.get("tool_use_id"), item.get("content"))
        case "function_call_output":
            return _tool_answer(item.get("call_id"), item.get("output"))
        case _:
            return _google_part(item)


def _google_part(item: Json) -> Part:
    if isinstance(called := item.get("functionCall"), dict):
        return _tool_call(called.get("id"), called.get("name"), called.get("args"))
    if isinstance(answered := item.get("functionResponse"), dict):
        return _tool_answer(answered.get("id"), answered.get("response"))
    # Images, sound and files are named, not kept.
    return {"type": text_or_none(item.get("type")) or "blob"}


def _parts_answered(document: Json) -> Iterator[Part]:
    """Yield the parts of an answer, or the piece of one that an event of a stream brings."""
    for choice in listed(document.get("choices")):
        said = mapping_or_none(choice.get("message") or choice.get("delta"))
        yield from _parts_of_message(said)
        if text := text_or_none(choice.get("text")):
            yield _text(text)
    for candidate in listed(document.get("candidates")):
        yield from _parts(mapping_or_none(candidate.get("content")).get("parts"))
    for item in listed(document.get("output")):
        yield from _parts_of_message(item)
    if document.get("role") == "assistant":
        yield from _parts(document.get("content"))
    if isinstance(response := document.get("response"), dict) and response.get("output"):
        yield from _parts_answered(response)
    yield from _parts_of_message(mapping_or_none(document.get("message")))
    yield from _anthropic_piece(document)


def _anthropic_piece(event: Json) -> Iterator[Part]:
    block = mapping_or_none(event.get("content_block"))
    if block.get("type") == "tool_use":
        yield _other_part(block)
    delta = mapping_or_none(event.get("delta"))
    if text := text_or_none(delta.get("text")):
        yield _text(text)
    elif thinking := text_or_none(delta.get("thinking")):
        yield _thinking(thinking)
    elif arguments := text_or_none(delta.get("partial_json")):
        yield _tool_call(None, None, arguments)


def _text(text: str) -> Part:
    return {"type": "text", "content": text}


def _thinking(text: str) -> Part:
    return {"type": "reasoning", "content": text}


def _tool_call(call_id: object, name: object, arguments: object) -> Part:
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}


def _tool_answer(call_id: object, response: object) -> Part:
    return {"type": "tool_call_response", "id": call_id, "response": response}
