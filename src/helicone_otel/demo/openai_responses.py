"""OpenAI's Responses API as pure shapes: a request's JSON in, the reply's JSON out.

Shapes follow https://platform.openai.com/docs/api-reference/responses.
"""

import time
from collections.abc import Iterator, Mapping
from uuid import uuid4

from .answers import answer_to
from .replies import Json, Reply, estimate_tokens, input_tokens_of, message_texts, pieces_of


def reply_to_input(request: Json, model: str, answered_model: str) -> Reply | None:
    """Answer one request for a response; `None` if it asks nothing."""
    asked = request.get("input")
    texts = [asked] if isinstance(asked, str) else message_texts(asked)
    if not texts:
        return None
    answer = answer_to(texts[-1])
    document = _response(answered_model, answer, texts)
    return Reply(
        model=model,
        document=document,
        events=tuple(_events(document, answer)) if request.get("stream") else (),
        named_events=True,
        output_tokens=estimate_tokens(answer),
    )


def _response(model: str, answer: str, texts: list[str]) -> Json:
    inputs, outputs = input_tokens_of(texts), estimate_tokens(answer)
    return {
        "id": f"resp_{uuid4().hex}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "model": model,
        "output": [_message(answer)],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "metadata": {},
        "usage": {
            "input_tokens": inputs,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": outputs,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": inputs + outputs,
        },
    }


def _message(answer: str) -> Json:
    text = {"type": "output_text", "text": answer, "annotations": [], "logprobs": []}
    return {
        "id": f"msg_{uuid4().hex}",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [text],
    }


def _events(document: Json, answer: str) -> Iterator[Json]:
    begun = {**document, "status": "in_progress", "output": [], "usage": None}
    item = _first_item(document)
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    part: Json = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    events: list[Json] = [
        {"type": "response.created", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "content": [], "status": "in_progress"},
        },
        {"type": "response.content_part.added", "part": part, **place},
    ]
    for piece in pieces_of(answer):
        delta = {"type": "response.output_text.delta", "delta": piece, "logprobs": []}
        events.append({**delta, **place})
    text = {"type": "response.output_text.done", "text": answer, "logprobs": []}
    events += [
        {**text, **place},
        {"type": "response.content_part.done", "part": {**part, "text": answer}, **place},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": document},
    ]
    for number, event in enumerate(events):
        yield {**event, "sequence_number": number}


def _first_item(document: Json) -> Mapping[str, object]:
    output = document["output"]
    assert isinstance(output, list)  # noqa: S101 - made above
    item = output[0]
    assert isinstance(item, dict)  # noqa: S101 - made above
    return item
