"""Streamed responses, put together to what the same call answers without streaming.

Loggers send a stream as text: one JSON chunk a line, or server-sent events.
"""

from collections.abc import Callable, Iterator, Sequence

import orjson

from ...mapping.messages import Json, first_object, list_of, object_of, text_of

_EVENT_DATA = "data:"


def response_of_stream(text: str) -> Json | None:
    """Return the response whose stream *text* is; `None` if it is no stream that is known."""
    chunks = list(_chunks(text))
    for is_dialect, put_together in _DIALECTS:
        if any(is_dialect(chunk) for chunk in chunks):
            return put_together(chunks)
    return None


def _chunks(text: str) -> Iterator[Json]:
    for line in text.splitlines():
        data = line.strip().removeprefix(_EVENT_DATA).strip()
        if data.startswith("{"):
            try:
                chunk = orjson.loads(data)
            except orjson.JSONDecodeError:
                continue
            yield object_of(chunk)


def _chat_completion(chunks: Sequence[Json]) -> Json:
    choices: dict[object, _ChatChoice] = {}
    for chunk in chunks:
        for choice in map(object_of, list_of(chunk.get("choices"))):
            choices.setdefault(_index(choice), _ChatChoice()).add(choice)
    return {
        **_last_of_each(chunks, "id", "model", "usage"),
        "choices": [choice.whole() for choice in choices.values()],
    }


class _ChatChoice:
    """One of the answers that the chunks of an OpenAI chat completion make."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._finish_reason: object = None
        self._tool_calls: dict[object, _ToolCall] = {}

    def add(self, choice: Json) -> None:
        delta = object_of(choice.get("delta"))
        self._text.append(text_of(delta.get("content")) or text_of(choice.get("text")))
        self._finish_reason = choice.get("finish_reason") or self._finish_reason
        for call in map(object_of, list_of(delta.get("tool_calls"))):
            self._tool_calls.setdefault(_index(call), _ToolCall()).add(call)

    def whole(self) -> Json:
        tool_calls = [call.whole() for call in self._tool_calls.values()]
        message = {"role": "assistant", "content": "".join(self._text), "tool_calls": tool_calls}
        return {"message": message, "finish_reason": self._finish_reason}


class _ToolCall:
    """A function call whose arguments come in pieces."""

    def __init__(self) -> None:
        self._id = self._name = ""
        self._arguments: list[str] = []

    def add(self, call: Json) -> None:
        function = object_of(call.get("function"))
        self._id = text_of(call.get("id")) or self._id
        self._name = text_of(function.get("name")) or self._name
        self._arguments.append(text_of(function.get("arguments")))

    def whole(self) -> Json:
        function = {"name": self._name, "arguments": "".join(self._arguments)}
        return {"id": self._id, "function": function}


def _anthropic_message(chunks: Sequence[Json]) -> Json:
    message: dict[str, object] = {}
    usage: dict[str, object] = {}
    blocks: dict[object, _AnthropicBlock] = {}
    for chunk in chunks:
        started, delta = object_of(chunk.get("message")), object_of(chunk.get("delta"))
        message |= started
        usage |= {**object_of(started.get("usage")), **object_of(chunk.get("usage"))}
        message["stop_reason"] = delta.get("stop_reason") or message.get("stop_reason")
        if "content_block" in chunk:
            blocks[_index(chunk)] = _AnthropicBlock(object_of(chunk["content_block"]))
        elif block := blocks.get(_index(chunk)):
            block.add(delta)
    content = [block.whole() for block in blocks.values()]
    return {**message, "usage": usage, "content": content}


class _AnthropicBlock:
    """A content block whose text or input comes in pieces."""

    def __init__(self, start: Json) -> None:
        self._start = start
        self._pieces: dict[str, list[str]] = {"text": [], "thinking": [], "partial_json": []}

    def add(self, delta: Json) -> None:
        for name, pieces in self._pieces.items():
            pieces.append(text_of(delta.get(name)))

    def whole(self) -> Json:
        joined = {name: "".join(pieces) for name, pieces in self._pieces.items()}
        arguments = joined.pop("partial_json")
        whole = {**self._start, **{name: text for name, text in joined.items() if text}}
        return {**whole, "input": arguments} if arguments else whole


def _google_answer(chunks: Sequence[Json]) -> Json:
    parts: list[object] = []
    finish_reason: object = None
    for chunk in chunks:
        candidate = first_object(chunk.get("candidates"))
        parts += list_of(object_of(candidate.get("content")).get("parts"))
        finish_reason = candidate.get("finishReason") or finish_reason
    content = {"role": "model", "parts": _joined_text(parts)}
    return {
        **_last_of_each(chunks, "responseId", "modelVersion", "usageMetadata"),
        "candidates": [{"content": content, "finishReason": finish_reason}],
    }


def _joined_text(parts: Sequence[object]) -> list[object]:
    texts = [text_of(object_of(part).get("text")) for part in parts]
    others = [part for part, text in zip(parts, texts, strict=True) if not text]
    return [{"text": "".join(texts)}, *others] if any(texts) else others


def _openai_response(chunks: Sequence[Json]) -> Json:
    """Return the response that the last event of OpenAI's Responses API carries."""
    return object_of(_last_of_each(chunks, "response").get("response"))


def _last_of_each(chunks: Sequence[Json], *names: str) -> dict[str, object]:
    return {name: chunk[name] for chunk in chunks for name in names if chunk.get(name) is not None}


def _index(part: Json) -> object:
    return part["index"] if isinstance(part.get("index"), int) else 0


_DIALECTS: Sequence[tuple[Callable[[Json], bool], Callable[[Sequence[Json]], Json]]] = (
    (lambda chunk: chunk.get("type") == "message_start", _anthropic_message),
    (lambda chunk: text_of(chunk.get("type")).startswith("response."), _openai_response),
    (lambda chunk: "candidates" in chunk, _google_answer),
    (lambda chunk: "choices" in chunk, _chat_completion),
)
