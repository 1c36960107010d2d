"""A session's messages as one conversation: what was said before is not said again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .model import Message, ResolvedSpan, SpanMessages


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message, and the span that brought it into the session."""

    span: ResolvedSpan
    message: Message
    is_answer: bool


def conversation(spans: Iterable[tuple[ResolvedSpan, SpanMessages]]) -> Iterator[Turn]:
    """Yield the messages of *spans*, which come in start order, each where it is new.

    A chat sends its whole history with every request: what a request repeats of earlier messages
    at its beginning is left out. Answers are always told.
    """
    said: set[str] = set()
    for span, messages in spans:
        new = False
        for message in messages.input:
            new = new or _key(message) not in said
            if new:
                yield Turn(span=span, message=message, is_answer=False)
        yield from (Turn(span=span, message=m, is_answer=True) for m in messages.output)
        said.update(map(_key, (*messages.input, *messages.output)))


def _key(message: Message) -> str:
    # An answer comes back as history without its finish reason.
    return repr((message.role, [(part.kind, part.text) for part in message.parts]))
