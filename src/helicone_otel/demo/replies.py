"""What every stand-in API shares: reading a request's JSON, and the shape of a reply."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

Json: TypeAlias = Mapping[str, object]

_FAILING_MODEL = re.compile(r"fail-([45]\d\d)")
BREAKING_MODEL = "break-off"
"""A stream of this model ends in the middle, without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one request gets: a document, or the events of a stream in its place."""

    status: int = HTTPStatus.OK
    model: str | None = None
    """As requested."""
    document: Json
    events: tuple[Json, ...] = ()
    named_events: bool = False
    """Each event goes out under the name that is its `type`."""
    last_event: str | None = None
    """Text that ends a stream."""
    output_tokens: int = 0


def json_object(body: bytes) -> Json | None:
    """Return the JSON object that *body* is; `None` if it is none."""
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def failure_of(model: str) -> int | None:
    """Return the status that *model* fails with: one named `fail-429` does on purpose."""
    matched = _FAILING_MODEL.fullmatch(model)
    return int(matched[1]) if matched else None


def content_text(content: object) -> str:
    """Return the text of a message; parts of it that are no text count as empty."""
    if isinstance(content, list):
        return "\n".join(content_text(p.get("text")) for p in content if isinstance(p, dict))
    return content if isinstance(content, str) else ""


def message_texts(messages: object) -> list[str]:
    """Return the text of each message of a list."""
    listed = messages if isinstance(messages, list) else []
    return [content_text(m.get("content")) for m in listed if isinstance(m, dict)]


def estimate_tokens(text: str) -> int:
    """Return about the tokens of English *text*: one for each four characters begun."""
    return -(-len(text) // 4)


def input_tokens_of(texts: list[str]) -> int:
    """Return about the tokens of a prompt: its texts', and some for each message."""
    return sum(4 + estimate_tokens(text) for text in texts) + 3


def pieces_of(answer: str) -> list[str]:
    """Split *answer* as a stream brings it: word by word."""
    return re.findall(r"\S+\s*", answer)
