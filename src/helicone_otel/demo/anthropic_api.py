"""Anthropic's Messages API as pure shapes: a request's JSON in, the reply's JSON out.

Shapes follow https://docs.anthropic.com/en/api/messages.
"""

from collections.abc import Iterator
from http import HTTPStatus
from uuid import uuid4

from .answers import answer_to
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

URL_PATH = "/v1/messages"

_ERROR_TYPES = {
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
    HTTPStatus.BAD_REQUEST: "invalid_request_error",
}


def reply_to_message(body: bytes) -> Reply:
    """Answer one request for a message as Anthropic would."""
    request = json_object(body) or {}
    model, texts = request.get("model"), message_texts(request.get("messages"))
    if not isinstance(model, str) or not texts:
        return _refusal(HTTPStatus.BAD_REQUEST, "Expected a model and messages.", model=None)
    if status := failure_of(model):
        return _refusal(status, f"The model `{model}` fails on purpose.", model=model)
    answer = answer_to(texts[-1])
    message = _message(model, answer, texts)
    return Reply(
        model=model,
        document=message,
        events=tuple(_events(message, answer)) if request.get("stream") else (),
        named_events=True,
        output_tokens=estimate_tokens(answer),
    )


def _refusal(status: int, message: str, *, model: str | None) -> Reply:
    error = {"type": _ERROR_TYPES.get(HTTPStatus(status), "api_error"), "message": message}
    return Reply(status=status, model=model, document={"type": "error", "error": error})


def _message(model: str, answer: str, texts: list[str]) -> Json:
    usage = {
        "input_tokens": input_tokens_of(texts),
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 2,
        "output_tokens": estimate_tokens(answer),
        "service_tier": "standard",
    }
    return {
        "id": f"msg_{uuid4().hex}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": answer}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }


def _events(message: Json, answer: str) -> Iterator[Json]:
    usage = message["usage"]
    assert isinstance(usage, dict)  # noqa: S101 - made above
    begun = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield {"type": "message_start", "message": begun}
    yield {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "text", "text": ""},
    }
    for piece in pieces_of(answer):
        delta = {"type": "text_delta", "text": piece}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
        "usage": {"output_tokens": usage["output_tokens"]},
    }
    yield {"type": "message_stop"}
