"""What was written to a model or a tool and what it answered, whichever emitter said it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """Types of parts in OpenTelemetry's GenAI conventions."""

    TEXT = "text"
    REASONING = "reasoning"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_call_response"
    OTHER = "other"
    """Images, files and whatever else is no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePart:
    kind: PartKind
    text: str
    """What was said, the arguments of a call, or its result; JSON where it is no text."""
    tool_name: str | None = None
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    role: str
    """`system`, `user`, `assistant` and `tool`, or what the emitter said."""
    parts: Sequence[MessagePart]
    finish_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanMessages:
    """One span's messages in their order; empty where nothing was captured, which is usual."""

    input: Sequence[Message] = ()
    output: Sequence[Message] = ()
