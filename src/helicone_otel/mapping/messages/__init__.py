"""Message content in one shape: OpenTelemetry's, whichever provider or emitter wrote it.

`messages_of` reads a span; the other functions read what providers' APIs take and give.
"""

from .json_shapes import Json, first_object, list_of, object_of, text_of
from .sources import messages_of
from .spellings import (
    finish_reason_of,
    input_messages,
    output_messages,
    system_instructions,
    text_message,
)
from .tellers import Tellers

__all__ = [
    "Json",
    "Tellers",
    "finish_reason_of",
    "first_object",
    "input_messages",
    "list_of",
    "messages_of",
    "object_of",
    "output_messages",
    "system_instructions",
    "text_message",
    "text_of",
]
