"""Google's Gemini API as pure shapes: a request's JSON in, the reply's JSON out.

Shapes follow https://ai.google.dev/api/generate-content.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from uuid import uuid4

from .answers import answer_to
from .replies import (
    Json,
    Reply,
    content_text,
    estimate_tokens,
    failure_of,
    input_tokens_of,
    json_object,
    pieces_of,
)

URL_PATH = re.compile(
    r"/v1(?:beta)?/models/(?P<model>[^/:]+):(?P<method>generateContent|streamGenerateContent)"
)


def reply_to_generate(model: str, method: str, body: bytes) -> Reply:
    """Answer one request for content as Google would."""
    texts = _texts_in(json_object(body) or {})
    if not texts:
        return _refusal(HTTPStatus.BAD_REQUEST, "contents is not specified", model)
    if status := failure_of(model):
        return _refusal(status, f"The model `{model}` fails on purpose.", model)
    answer = answer_to(texts[-1])
    head = {
        "modelVersion": f"{model}-001",
        "responseId": uuid4().hex,
        "usageMetadata": _usage(texts, answer),
    }
    streams = method == "streamGenerateContent"
    return Reply(
        model=model,
        document={**head, "candidates": [_candidate(answer, "STOP")]},
        events=tuple(_events(head, answer)) if streams else (),
        output_tokens=estimate_tokens(answer),
    )


def _texts_in(request: Json) -> list[str]:
    contents = request.get("contents")
    listed = contents if isinstance(contents, list) else []
    return [content_text(item.get("parts")) for item in listed if isinstance(item, dict)]


def _usage(texts: list[str], answer: str) -> Json:
    prompt, candidates, thoughts = input_tokens_of(texts), estimate_tokens(answer), 5
    return {
        "promptTokenCount": prompt,
        "cachedContentTokenCount": 2,
        "candidatesTokenCount": candidates,
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": prompt + candidates + thoughts,
    }


def _events(head: Json, answer: str) -> Iterator[Json]:
    pieces = pieces_of(answer)
    for number, piece in enumerate(pieces, 1):
        candidate = _candidate(piece, "STOP" if number == len(pieces) else None)
        yield {**head, "candidates": [candidate]}


def _candidate(text: str, finish_reason: str | None) -> Json:
    candidate: dict[str, object] = {
        "index": 0,
        "content": {"role": "model", "parts": [{"text": text}]},
    }
    if finish_reason:
        candidate["finishReason"] = finish_reason
    return candidate


def _refusal(status: int, message: str, model: str) -> Reply:
    error = {"code": status, "message": message, "status": HTTPStatus(status).name}
    return Reply(status=status, model=model, document={"error": error})
