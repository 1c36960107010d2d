"""Spans that hold messages, and what is read of them in short."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from helicone_otel.mapping import messages_of
from helicone_otel.model import (
    Kind,
    Message,
    MessagePart,
    PartKind,
    WholeEvent,
    WholeLogRecord,
    WholeSpan,
)

PARIS = {"city": "Paris"}
CALL = MessagePart(
    kind=PartKind.TOOL_CALL, text='{"city":"Paris"}', tool_name="weather", tool_call_id="call-1"
)
RESULT = MessagePart(kind=PartKind.TOOL_RESULT, text="sunny", tool_name=None, tool_call_id="call-1")
HELLO = ("user", "text::Hello")


def whole(attributes: Mapping[str, Any], events: Sequence[WholeEvent] = ()) -> WholeSpan:
    return WholeSpan(
        trace_id="a" * 32,
        span_id="b" * 16,
        parent_span_id="",
        trace_state="",
        name="chat",
        kind=3,
        start_ns=1,
        end_ns=2,
        status_code=0,
        status_message="",
        attributes=attributes,
        events=events,
        links=(),
        resource={},
        scope_name="",
        scope_version="",
        scope={},
    )


def event(name: str, attributes: Mapping[str, Any]) -> WholeEvent:
    return WholeEvent(name=name, time_ns=1, attributes=attributes)


def log(name: str, attributes: Mapping[str, Any], body: object = None) -> WholeLogRecord:
    return WholeLogRecord(event_name=name, time_ns=1, attributes=attributes, body=cast("Any", body))


def asked(value: object) -> Sequence[Message]:
    """Return what the input of an LLM span, told as *value*, says."""
    return messages_of(whole({"input.value": value}), Kind.LLM).input


def answered(value: object) -> Sequence[Message]:
    """Return what the output of an LLM span, told as *value*, says."""
    return messages_of(whole({"output.value": value}), Kind.LLM).output


def told(messages: Sequence[Message]) -> list[tuple[str, ...]]:
    """Return messages as role, then each part's kind, tool and text; ids differ by recording."""
    return [(message.role, *_parts(message)) for message in messages]


def _parts(message: Message) -> Iterator[str]:
    for part in message.parts:
        text = part.text.replace("21 degrees in Paris", "21 degrees")
        if part.kind is PartKind.TOOL_CALL:  # the white space of JSON is the emitter's own
            text = json.dumps(json.loads(text))
        yield f"{part.kind}:{(part.tool_name or '').replace('getW', 'get_w')}:{text}"
