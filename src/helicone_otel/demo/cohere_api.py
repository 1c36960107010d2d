"""Cohere's Chat API, version 2, as pure shapes; they follow https://docs.cohere.com/reference/chat."""

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

URL_PATH = "/v2/chat"


def reply_to_chat(body: bytes) -> Reply:
    """Answer one request of a chat as Cohere would."""
    request = json_object(body) or {}
    model, texts = request.get("model"), message_texts(request.get("messages"))
    if not isinstance(model, str) or not texts:
        document = {"message": "Expected a model and messages."}
        return Reply(status=HTTPStatus.BAD_REQUEST, document=document)
    if status := failure_of(model):
        document = {"message": f"The model `{model}` fails on purpose."}
        return Reply(status=status, model=model, document=document)
    answer = answer_to(texts[-1])
    tokens = {"input_tokens": input_tokens_of(texts), "output_tokens": estimate_tokens(answer)}
    usage: Json = {"billed_units": tokens, "tokens": tokens}
    answer_id = str(uuid4())
    content = [{"type": "text", "text": answer}]
    return Reply(
        model=model,
        document={
            "id": answer_id,
            "finish_reason": "COMPLETE",
            "message": {"role": "assistant", "content": content},
            "usage": usage,
        },
        events=tuple(_events(answer_id, answer, usage)) if request.get("stream") else (),
        named_events=True,
        output_tokens=estimate_tokens(answer),
    )


def _events(answer_id: str, answer: str, usage: Json) -> Iterator[Json]:
    message: Json = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}
    yield {"type": "message-start", "id": answer_id, "delta": {"message": message}}
    for piece in pieces_of(answer):
        yield {
            "type": "content-delta",
            "index": 0,
            "delta": {"message": {"content": {"text": piece}}},
        }
    yield {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage}}
