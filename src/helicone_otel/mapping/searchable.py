"""What people may search for in a span: what was written to a model, and what it answered."""

import json
from collections.abc import Iterable, Iterator, Mapping

from ..model import AttributeValue, WholeSpan

MAX_CHARACTERS = 256 * 1024
"""Of one span: more of a long conversation is not looked at."""

_CONTENT = (
    "message",
    "prompt",
    "completion",
    "content",
    "input",
    "output",
    "instructions",
    "response.text",
    "arguments",
    "result",
)
"""Keys that hold one of these hold content, whichever emitter wrote them."""
_JSON_STARTS = ("{", "[")


def searchable_text(span: WholeSpan) -> str:
    """Return the texts of *span*, its name and its events', one a line."""
    texts = [span.name, span.status_message, *_contents(span.attributes)]
    for event in span.events:
        texts += _contents(event.attributes)
    return "\n".join(texts)[:MAX_CHARACTERS]


def _contents(attributes: Mapping[str, AttributeValue]) -> Iterator[str]:
    for key, value in attributes.items():
        if any(word in key for word in _CONTENT):
            yield from _texts([value])


def _texts(values: Iterable[object]) -> Iterator[str]:
    """Yield every text in *values*, in JSON and out of it; without recursion, they are hostile."""
    waiting = list(values)[::-1]
    while waiting:
        match waiting.pop():
            case str() as text:
                inner = _parsed(text)
                if inner is None:
                    yield text
                else:
                    waiting.append(inner)
            case Mapping() as mapping:
                waiting.extend(list(mapping.values())[::-1])
            case list() | tuple() as items:
                waiting.extend(items[::-1])
            case _:
                pass  # numbers and flags are no words


def _parsed(text: str) -> object | None:
    """Return the object or list that *text* is in JSON, if it is."""
    if not text.startswith(_JSON_STARTS):
        return None
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed
