"""What a span was asked and answered, as our own API tells it."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from ..model import Message, PartKind, SpanMessages
from ..session_conversation import Turn
from .session_bodies import iso_time


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PartBody(_Body):
    type: PartKind
    text: str
    """What was said, the arguments of a call, or its result; JSON where it is no text."""
    tool_name: str | None
    tool_call_id: str | None


class MessageBody(_Body):
    role: str
    parts: list[PartBody]
    finish_reason: str | None


class MessagesBody(_Body):
    """Empty where nothing was captured, which is usual."""

    input: list[MessageBody]
    output: list[MessageBody]


class TurnBody(MessageBody):
    """One message of a conversation, and the span that brought it."""

    trace_id: str
    span_id: str
    path: str
    kind: str
    at: str
    """When the request was made; an answer, when it had come."""
    is_answer: bool


def turn_body(turn: Turn) -> TurnBody:
    facts = turn.span.facts
    (said,) = _bodies([turn.message])
    return TurnBody(
        role=said.role,
        parts=said.parts,
        finish_reason=said.finish_reason,
        trace_id=facts.trace_id,
        span_id=facts.span_id,
        path=turn.span.path,
        kind=facts.kind,
        at=iso_time(facts.end_ns if turn.is_answer else facts.start_ns),
        is_answer=turn.is_answer,
    )


def messages_body(messages: SpanMessages) -> MessagesBody:
    return MessagesBody(input=_bodies(messages.input), output=_bodies(messages.output))


def _bodies(messages: Iterable[Message]) -> list[MessageBody]:
    return [
        MessageBody(
            role=message.role,
            parts=[
                PartBody(
                    type=part.kind,
                    text=part.text,
                    tool_name=part.tool_name,
                    tool_call_id=part.tool_call_id,
                )
                for part in message.parts
            ],
            finish_reason=message.finish_reason,
        )
        for message in messages
    ]
