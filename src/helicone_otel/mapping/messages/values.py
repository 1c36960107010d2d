"""Messages in OpenTelemetry's JSON as values."""

from collections.abc import Iterable

from ...model import Message, MessagePart, PartKind
from .json_shapes import Json, as_text, list_of, object_of, text_of
from .spellings import ASSISTANT, TOOL


def message_values(messages: Iterable[Json]) -> list[Message]:
    """Return *messages* without those that say nothing."""
    values = [_message(said) for said in messages]
    return [value for value in values if value.parts]


def _message(said: Json) -> Message:
    parts = [_part(object_of(part)) for part in list_of(said.get("parts"))]
    kept = [part for part in parts if part.text or part.kind is PartKind.TOOL_CALL]
    # Anthropic and Google have no role for tools: the user brings their results.
    is_tools = bool(kept) and all(part.kind is PartKind.TOOL_RESULT for part in kept)
    return Message(
        role=TOOL if is_tools else text_of(said.get("role")) or ASSISTANT,
        parts=kept,
        finish_reason=text_of(said.get("finish_reason")) or None,
    )


def _part(part: Json) -> MessagePart:
    kind = part.get("type")
    return MessagePart(
        kind=next((known for known in PartKind if known == kind), PartKind.OTHER),
        text=_text(part),
        tool_name=text_of(part.get("name")) or None,
        tool_call_id=text_of(part.get("id")) or None,
    )


def _text(part: Json) -> str:
    match part.get("type"):
        case PartKind.TEXT | PartKind.REASONING | PartKind.OTHER:
            return as_text(part.get("content"))
        case PartKind.TOOL_CALL:
            return as_text(part.get("arguments"))
        case PartKind.TOOL_RESULT:
            return as_text(part.get("response"))
        case _:
            return as_text(part)
