"""OpenAI's HTTP API as pure shapes: a request's JSON in, the reply's JSON out.

Shapes follow https://platform.openai.com/docs/api-reference. Texts, vectors and usage depend on
the request alone; ids and times are fresh each time.
"""

import base64
import hashlib
import json
import math
import re
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias
from uuid import uuid4

from .answers import answer_to

Json: TypeAlias = Mapping[str, object]

MODELS = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "text-embedding-3-small": "text-embedding-3-small",
}
"""Model as requested to model as answered; one that is not here answers under its own name."""

_CACHE_FLOOR_TOKENS = 1024
_CACHE_STEP_TOKENS = 128
"""OpenAI caches prompts from 1,024 tokens on, in steps of 128 (its prompt caching guide)."""
_MAX_DIMENSIONS = 1536


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one request gets: a document, or the events of a stream in its place."""

    status: int = HTTPStatus.OK
    model: str | None = None
    """As requested."""
    document: Json
    events: tuple[Json, ...] = ()
    output_tokens: int = 0


def reply_to(method: str, url_path: str, body: bytes) -> Reply:
    """Answer one request as OpenAI would; a model named `fail-429` fails with that status."""
    match method, url_path:
        case "GET", "/v1/models":
            return Reply(document=_model_list())
        case "POST", "/v1/chat/completions" | "/v1/embeddings":
            return _reply_to_call(url_path, body)
        case _:
            message = f"Invalid URL ({method} {url_path})"
            return _refusal(HTTPStatus.NOT_FOUND, message)


def estimate_tokens(text: str) -> int:
    """Return about the tokens of English *text*: one for each four characters begun."""
    return -(-len(text) // 4)


def _reply_to_call(url_path: str, body: bytes) -> Reply:
    request = _json_object(body)
    if request is None:
        return _refusal(HTTPStatus.BAD_REQUEST, "The body of your request is not a JSON object.")
    model = request.get("model")
    if not isinstance(model, str) or not model:
        return _refusal(HTTPStatus.BAD_REQUEST, "You must provide a model parameter.")
    if failure := re.fullmatch(r"fail-([45]\d\d)", model):
        return _failure(int(failure[1]), model)
    return _chat(request, model) if url_path.endswith("completions") else _embed(request, model)


def _json_object(body: bytes) -> Json | None:
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _refusal(status: HTTPStatus, message: str, *, model: str | None = None) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return Reply(status=status, model=model, document={"error": error})


def _failure(status: int, model: str) -> Reply:
    limited = status == HTTPStatus.TOO_MANY_REQUESTS
    error = {
        "message": f"The model `{model}` fails on purpose.",
        "type": "requests" if limited else "server_error",
        "param": None,
        "code": "rate_limit_exceeded" if limited else None,
    }
    return Reply(status=status, model=model, document={"error": error})


def _model_list() -> Json:
    models = [{"id": m, "object": "model", "created": 0, "owned_by": "stand-in"} for m in MODELS]
    return {"object": "list", "data": models}


def _chat(request: Json, model: str) -> Reply:
    texts = _message_texts(request.get("messages"))
    if not texts:
        message = "Invalid 'messages': expected a non-empty array of messages."
        return _refusal(HTTPStatus.BAD_REQUEST, message, model=model)
    answer = answer_to(texts[-1])
    usage = _chat_usage(texts, answer)
    head = {"id": f"chatcmpl-{uuid4().hex}", "created": int(time.time())}
    head |= {"model": MODELS.get(model, model), "service_tier": "default"}
    events = tuple(_chat_events(head, answer, usage, request)) if request.get("stream") else ()
    return Reply(
        model=model,
        document=_chat_document(head, answer, usage),
        events=events,
        output_tokens=estimate_tokens(answer),
    )


def _message_texts(messages: object) -> list[str]:
    """Return the text of each message; parts of a message that are no text count as empty."""
    listed = messages if isinstance(messages, list) else []
    return [_content_text(m.get("content")) for m in listed if isinstance(m, dict)]


def _content_text(content: object) -> str:
    if isinstance(content, list):
        return "\n".join(_content_text(p.get("text")) for p in content if isinstance(p, dict))
    return content if isinstance(content, str) else ""


def _chat_usage(texts: Sequence[str], answer: str) -> Json:
    prompt_tokens = sum(4 + estimate_tokens(text) for text in texts) + 3
    completion_tokens = estimate_tokens(answer)
    cached = prompt_tokens - prompt_tokens % _CACHE_STEP_TOKENS
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {
            "cached_tokens": cached if prompt_tokens >= _CACHE_FLOOR_TOKENS else 0,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _chat_document(head: Json, answer: str, usage: Json) -> Json:
    message: Json = {"role": "assistant", "content": answer, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {"object": "chat.completion", **head, "choices": [choice], "usage": usage}


def _chat_events(head: Json, answer: str, usage: Json, request: Json) -> Iterator[Json]:
    chunk = {"object": "chat.completion.chunk", **head}
    options = request.get("stream_options")
    with_usage = isinstance(options, dict) and options.get("include_usage") is True
    if with_usage:
        chunk["usage"] = None
    yield {**chunk, "choices": [_choice({"role": "assistant", "content": "", "refusal": None})]}
    for piece in re.findall(r"\S+\s*", answer):
        yield {**chunk, "choices": [_choice({"content": piece})]}
    yield {**chunk, "choices": [_choice({}, finish_reason="stop")]}
    if with_usage:
        yield {**chunk, "choices": [], "usage": usage}


def _choice(delta: Json, *, finish_reason: str | None = None) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _embed(request: Json, model: str) -> Reply:
    texts = _embedding_texts(request.get("input"))
    size = request.get("dimensions", _MAX_DIMENSIONS)
    if not texts or not isinstance(size, int) or not 0 < size <= _MAX_DIMENSIONS:
        message = f"Expected 'input' of one or more texts, 'dimensions' up to {_MAX_DIMENSIONS}."
        return _refusal(HTTPStatus.BAD_REQUEST, message, model=model)
    encode = _base64_floats if request.get("encoding_format") == "base64" else list[float]
    data = [
        {"object": "embedding", "index": index, "embedding": encode(_vector(text, size))}
        for index, text in enumerate(texts)
    ]
    tokens = sum(estimate_tokens(text) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    answered = MODELS.get(model, model)
    document = {"object": "list", "data": data, "model": answered, "usage": usage}
    return Reply(model=model, document=document)


def _embedding_texts(given: object) -> list[str]:
    """Return the texts to embed; none when *given* holds anything else, such as token ids."""
    listed = given if isinstance(given, list) else [given]
    texts = [text for text in listed if isinstance(text, str)]
    return texts if len(texts) == len(listed) else []


def _vector(text: str, size: int) -> list[float]:
    """Return a unit vector made from a hash of *text*: equal texts only are alike."""
    noise = struct.unpack(
        f"<{size}h", hashlib.shake_256(text.encode(errors="surrogatepass")).digest(2 * size)
    )
    length = math.hypot(*noise) or 1.0
    return [value / length for value in noise]


def _base64_floats(vector: Sequence[float]) -> str:
    """Return the vector in OpenAI's compact form: little-endian 32-bit floats, in base64."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
