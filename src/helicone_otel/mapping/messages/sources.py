"""Where emitters put message content: attributes, span events, log records; the best comes first.

Keys: OpenTelemetry's GenAI conventions of all versions, OpenInference, Traceloop, the Vercel AI
SDK, Langfuse, Pydantic AI, logfire, Google's ADK and Claude Code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ... import semconv
from ...model import AttributeValue, Kind, SpanMessages, WholeLogRecord, WholeSpan
from .flattened import flattened
from .json_shapes import Json, list_of, object_of, parsed, text_of
from .parts import parts_of, text_part, tool_call, tool_result
from .spellings import (
    ASSISTANT,
    SYSTEM,
    TOOL,
    answered,
    asked,
    finished,
    message,
    message_of,
)
from .values import message_values

Attributes = Mapping[str, AttributeValue]

_ASKED_EVENTS = frozenset(f"gen_ai.{role}.message" for role in ("user", ASSISTANT, SYSTEM, TOOL))
_ANSWERED_EVENT = "gen_ai.choice"
_ASKED_PREFIXES = ("llm.input_messages.", "gen_ai.prompt.")
_ANSWERED_PREFIXES = ("llm.output_messages.", "gen_ai.completion.")
_ASKED_KEYS = (
    "ai.prompt.messages",
    "ai.prompt",
    "gen_ai.prompt",
    "pydantic_ai.all_messages",
    "langfuse.observation.input",
    "gcp.vertex.agent.llm_request",
    "request_data",
    "input.value",
    "traceloop.entity.input",
)
_ANSWERED_KEYS = (
    "gen_ai.completion",
    "ai.response.object",
    "final_result",
    "langfuse.observation.output",
    "gcp.vertex.agent.llm_response",
    "response_data",
    "output.value",
    "traceloop.entity.output",
)
_TOOL_NAME_KEYS = (
    "gen_ai.tool.name",
    "tool.name",
    "ai.toolCall.name",
    "traceloop.entity.name",
    "tool_name",
)
_TOOL_ID_KEYS = ("gen_ai.tool.call.id", "ai.toolCall.id", "tool_use_id")
_TOOL_ARGUMENT_KEYS = (
    "gen_ai.tool.call.arguments",
    "ai.toolCall.args",
    "gcp.vertex.agent.tool_call_args",
    "input.value",
    "traceloop.entity.input",
)
_TOOL_RESULT_KEYS = (
    "gen_ai.tool.call.result",
    "ai.toolCall.result",
    "gcp.vertex.agent.tool_response",
    "output.value",
    "traceloop.entity.output",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """An event of the span, or a log record that was emitted in it."""

    name: str
    attributes: Attributes
    body: object = None


def messages_of(
    span: WholeSpan, kind: Kind, records: Sequence[WholeLogRecord] = ()
) -> SpanMessages:
    """Return what *span* was asked and answered; *records* were emitted in it, in their order."""
    attributes = span.attributes
    events = [_Event(name=event.name, attributes=event.attributes) for event in span.events]
    events += [_Event(name=r.event_name, attributes=r.attributes, body=r.body) for r in records]
    if kind is Kind.TOOL:
        return SpanMessages(
            input=message_values(_tool_called(attributes)),
            output=message_values(_tool_answered(attributes)),
        )
    places = [attributes, *(event.attributes for event in events)]
    return SpanMessages(
        input=message_values(_with_system(_first(_all_asked(places, events)), places)),
        output=message_values(_first(_all_answered(places, events))),
    )


def _first(candidates: Iterator[list[Json]]) -> list[Json]:
    return next((found for found in candidates if any(m.get("parts") for m in found)), [])


def _all_asked(places: Sequence[Attributes], events: Sequence[_Event]) -> Iterator[list[Json]]:
    for place in places:
        yield asked(place.get(semconv.GEN_AI_INPUT_MESSAGES))
    yield [_of_event(event) for event in events if event.name in _ASKED_EVENTS]
    for prefix in _ASKED_PREFIXES:
        yield [message_of(item) for item in flattened(places[0], prefix)]
    for key in _ASKED_KEYS:
        for place in places:
            yield asked(place.get(key))


def _all_answered(places: Sequence[Attributes], events: Sequence[_Event]) -> Iterator[list[Json]]:
    for place in places:
        yield answered(place.get(semconv.GEN_AI_OUTPUT_MESSAGES))
    yield [_of_event(event) for event in events if event.name == _ANSWERED_EVENT]
    for prefix in _ANSWERED_PREFIXES:
        items = flattened(places[0], prefix)
        yield [message_of(item, role_unless_said=ASSISTANT) for item in items]
    yield [_vercel_answer(places[0])]
    for key in _ANSWERED_KEYS:
        for place in places:
            yield answered(place.get(key))


def _with_system(messages: list[Json], places: Sequence[Attributes]) -> list[Json]:
    """Put what was kept apart from the messages before them."""
    if messages and messages[0].get("role") == SYSTEM:
        return messages
    for place in places:
        if parts := parts_of(parsed(place.get(semconv.GEN_AI_SYSTEM_INSTRUCTIONS))):
            return [message(SYSTEM, parts), *messages]
    return messages


def _of_event(event: _Event) -> Json:
    """Return the message of an event of the conventions up to 1.36; its name has the role."""
    written = event.attributes.get("gen_ai.event.content")
    said = object_of(event.body) or object_of(parsed(written)) or event.attributes
    if event.name == _ANSWERED_EVENT:
        choice = parsed(said.get("message")) or said
        whole = {"role": ASSISTANT, **object_of(choice)}
        whole = whole if object_of(choice) else {"role": ASSISTANT, "content": choice}
        return finished(message_of(whole), said.get("finish_reason"))
    _, role, _ = event.name.split(".")
    call_id = {"tool_call_id": said.get("id")} if role == TOOL else {}
    return message_of({**said, "role": role, **call_id})


def _vercel_answer(attributes: Attributes) -> Json:
    parts: list[Json] = []
    if thought := text_of(attributes.get("ai.response.reasoning")):
        parts.append({"type": "reasoning", "content": thought})
    if text := text_of(attributes.get("ai.response.text")):
        parts.append(text_part(text))
    parts += parts_of(list_of(parsed(attributes.get("ai.response.toolCalls"))))
    return finished(message(ASSISTANT, parts), attributes.get("ai.response.finishReason"))


def _tool_called(attributes: Attributes) -> list[Json]:
    name, arguments = (_of(attributes, keys) for keys in (_TOOL_NAME_KEYS, _TOOL_ARGUMENT_KEYS))
    if name is None and arguments is None:
        return []
    return [message(ASSISTANT, [tool_call(_of(attributes, _TOOL_ID_KEYS), name, arguments)])]


def _tool_answered(attributes: Attributes) -> list[Json]:
    result = _of(attributes, _TOOL_RESULT_KEYS)
    return [message(TOOL, [tool_result(_of(attributes, _TOOL_ID_KEYS), result)])]


def _of(attributes: Attributes, keys: Sequence[str]) -> object:
    return next((attributes[key] for key in keys if attributes.get(key) is not None), None)
