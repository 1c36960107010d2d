"""OpenAI's HTTP API as pure shapes: a request's JSON in, the reply's JSON out.

Shapes follow https://platform.openai.com/docs/api-reference. Texts, vectors and usage depend on
the request alone; ids and times are fresh each time.
"""

import base64
import hashlib
import math
import struct
import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from uuid import uuid4

from .answers import answer_to
from .openai_responses import reply_to_input
from .replies import (
    Json,
    Reply,
    estimate_tokens,
    failure_of,
    input_tokens_of,
    json_object,
    message_texts,
    pieces_of,
)

URL_PATHS = frozenset({"/v1/chat/completions", "/v1/embeddings", "/v1/responses"})
MODELS = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "text-embedding-3-small": "text-embedding-3-small",
}
"""Model as requested to model as answered; one that is not here answers under its own name."""

_TELLING_USAGE_UNASKED = "mistral"
"""Models of this name speak of usage at the end of every stream, as Mistral's do."""
_TELLING_USAGE_APART = "llama"
"""Those of this name, too, in a field of Groq's."""
_CACHE_FLOOR_TOKENS = 1024
_CACHE_STEP_TOKENS = 128
"""OpenAI caches prompts from 1,024 tokens on, in steps of 128 (its prompt caching guide)."""
_MAX_DIMENSIONS = 1536


def model_list() -> Reply:
    """Answer the question which models there are."""
    models = [{"id": m, "object": "model", "created": 0, "owned_by": "stand-in"} for m in MODELS]
    return Reply(document={"object": "list", "data": models})


def invalid_url(method: str, url_path: str) -> Reply:
    """Answer a request for something that is not there."""
    return _refusal(HTTPStatus.NOT_FOUND, f"Invalid URL ({method} {url_path})")


def reply_to_call(url_path: str, body: bytes) -> Reply:
    """Answer one request as OpenAI would; a model named `fail-429` fails with that status."""
    request = json_object(body)
    if request is None:
        return _refusal(HTTPStatus.BAD_REQUEST, "The body of your request is not a JSON object.")
    model = request.get("model")
    if not isinstance(model, str) or not model:
        return _refusal(HTTPStatus.BAD_REQUEST, "You must provide a model parameter.")
    if status := failure_of(model):
        return _failure(status, model)
    if url_path.endswith("/embeddings"):
        return _embed(request, model)
    if url_path.endswith("/responses"):
        message = "Invalid 'input': expected a text or a non-empty array of messages."
        reply = reply_to_input(request, model, MODELS.get(model, model))
        return reply or _refusal(HTTPStatus.BAD_REQUEST, message, model=model)
    return _chat(request, model)


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


def _chat(request: Json, model: str) -> Reply:
    texts = message_texts(request.get("messages"))
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
        last_event="[DONE]",
        output_tokens=estimate_tokens(answer),
    )


def _chat_usage(texts: list[str], answer: str) -> Json:
    prompt_tokens = input_tokens_of(texts)
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
    with_usage = with_usage or str(request.get("model")).startswith(_TELLING_USAGE_UNASKED)
    if with_usage:
        chunk["usage"] = None
    yield {**chunk, "choices": [_choice({"role": "assistant", "content": "", "refusal": None})]}
    for piece in pieces_of(answer):
        yield {**chunk, "choices": [_choice({"content": piece})]}
    told_apart = str(request.get("model")).startswith(_TELLING_USAGE_APART)
    last = {"x_groq": {"usage": usage}} if told_apart else {}
    yield {**chunk, "choices": [_choice({}, finish_reason="stop")], **last}
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
