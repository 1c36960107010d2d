"""Messages of any provider or framework in OpenTelemetry's GenAI shape: a role, typed parts."""

from collections.abc import Callable, Iterator, Sequence

from .json_shapes import Json, as_text, first_object, list_of, object_of, parsed, text_of
from .parts import part_of, parts_of, tool_result

ASSISTANT, SYSTEM, TOOL, USER = "assistant", "system", "tool", "user"
_ROLES = {"model": ASSISTANT, "ai": ASSISTANT, "human": USER, "function": TOOL}
_REQUEST_MEMBERS = ("messages", "contents", "input", "prompt")


def input_messages(request: Json) -> list[Json]:
    """Return what the model was asked; empty where the request has no messages that are known."""
    for name in _REQUEST_MEMBERS:
        asked_there = request.get(name)
        if isinstance(asked_there, str):
            return [text_message(asked_there, role=USER)]
        if isinstance(asked_there, list):
            return _messages(asked_there, role=USER)
    return []


def system_instructions(request: Json) -> list[Json]:
    """Return what Anthropic, Google and OpenAI's Responses API keep apart from the messages."""
    for name in ("system", "systemInstruction", "system_instruction", "instructions"):
        said = request.get(name)
        if said:
            return parts_of(object_of(said).get("parts") or said)
    return []


def output_messages(response: Json) -> list[Json]:
    """Return what the model answered; empty where the response has no shape that is known."""
    return [
        *_chat_choices(response),
        *_google_candidates(response),
        *_anthropic_content(response),
        *_langchain_generations(response),
        *_messages(list_of(response.get("output")), role=ASSISTANT),
    ]


def text_message(text: str, *, role: str = ASSISTANT) -> Json:
    """Return the message that is nothing but *text*."""
    return message(role, parts_of(text))


def asked(value: object) -> list[Json]:
    """Return the messages in *value*: a text, a list of messages or a whole request, or JSON."""
    return _read(value, _of_request, role=USER)


def answered(value: object) -> list[Json]:
    """Return the messages in *value*: a text, a list of messages or a whole response, or JSON."""
    return _read(value, _of_response, role=ASSISTANT)


def message_of(item: object, *, role_unless_said: str = USER) -> Json:
    """Return one message, or what stands for one: a text, or an item of the Responses API."""
    said = _without_wrapper(object_of(item))
    role = text_of(said.get("role")) or _role_of_type(said)
    if not role and "type" not in said and ("content" in said or "parts" in said):
        role = role_unless_said
    if not role:
        return message(_role_of_item(said) or role_unless_said, [part_of(item)])
    content = said.get("contents") or said.get("content")
    if "tool_call_id" in said or (role == TOOL and isinstance(content, str)):
        result = tool_result(said.get("tool_call_id"), content)
        return message(TOOL, [result])
    parts = parts_of(content or said.get("parts"))
    known = {part.get("id") for part in parts if part.get("type") == "tool_call"}
    calls = [part_of(call) for call in list_of(said.get("tool_calls"))]
    # OpenInference tells a call of Anthropic's both as content and as a call.
    parts += [call for call in calls if call.get("id") not in known]
    return finished(message(_ROLES.get(role, role), parts), said.get("finish_reason"))


def message(role: str, parts: list[Json]) -> Json:
    return {"role": role, "parts": parts}


def finished(said: Json, reason: object) -> Json:
    return {**said, "finish_reason": reason} if reason else said


def finish_reason_of(response: Json) -> str:
    """Return why the model stopped, in the provider's own word; empty where it does not say."""
    choice, candidate = (first_object(response.get(name)) for name in ("choices", "candidates"))
    return (
        text_of(choice.get("finish_reason"))
        or text_of(candidate.get("finishReason"))
        or text_of(response.get("stop_reason"))
    )


def _read(value: object, of_body: Callable[[Json], list[Json]], *, role: str) -> list[Json]:
    match parsed(value):
        case str(text):
            return [text_message(text, role=role)] if text else []
        case list(items):
            return _messages(items, role=role)
        case dict(body):
            is_message = "role" in body or _role_of_type(_without_wrapper(body))
            if found := _messages([body], role=role) if is_message else of_body(body):
                return found
            return [message(role, [{"type": "other", "content": body}])] if body else []
        case None:
            return []
        case other:
            return [text_message(as_text(other), role=role)]


def _of_request(body: Json) -> list[Json]:
    system = system_instructions(body)
    return [*([message(SYSTEM, system)] if system else []), *input_messages(body)]


def _of_response(body: Json) -> list[Json]:
    said = body.get("message")
    others = list_of(body.get("messages") or (said and [said]))
    return output_messages(body) or _messages(others, role=ASSISTANT)


def _messages(items: Sequence[object], *, role: str) -> list[Json]:
    """Return messages; LangChain puts the list of one prompt in a list of prompts."""
    while items and isinstance(items[0], list):
        items = items[0]
    return [message_of(item, role_unless_said=role) for item in items]


def _chat_choices(response: Json) -> Iterator[Json]:
    for choice in map(object_of, list_of(response.get("choices"))):
        said = choice.get("message") or {"role": ASSISTANT, "content": choice.get("text")}
        whole = message_of(said, role_unless_said=ASSISTANT)
        yield finished(whole, choice.get("finish_reason"))


def _google_candidates(response: Json) -> Iterator[Json]:
    for candidate in map(object_of, list_of(response.get("candidates"))):
        whole = message_of(candidate.get("content"), role_unless_said=ASSISTANT)
        yield finished(whole, candidate.get("finishReason"))


def _anthropic_content(response: Json) -> Iterator[Json]:
    if response.get("content"):
        parts = parts_of(response["content"])
        yield finished(message(ASSISTANT, parts), response.get("stop_reason"))


def _langchain_generations(response: Json) -> Iterator[Json]:
    for prompt in list_of(response.get("generations")):
        for generation in map(object_of, list_of(prompt)):
            said = generation.get("message") or text_of(generation.get("text"))
            reason = object_of(generation.get("generation_info")).get("finish_reason")
            yield finished(message_of(said, role_unless_said=ASSISTANT), reason)


def _without_wrapper(said: Json) -> Json:
    """Return what LangChain's serialisations and OpenInference's keys put a message in."""
    if "lc" in said:
        return object_of(said.get("kwargs"))
    if "type" in said and (data := object_of(said.get("data"))):
        return {"type": said["type"], **data}
    return object_of(said.get("message")) or said


def _role_of_type(said: Json) -> str:
    """Return the role that LangChain calls a type."""
    kind = text_of(said.get("type"))
    return kind if kind in (SYSTEM, TOOL, "human", "ai") else ""


def _role_of_item(item: Json) -> str:
    kind = text_of(item.get("type"))
    if kind.endswith("_call_output"):
        return TOOL
    return ASSISTANT if kind else ""
