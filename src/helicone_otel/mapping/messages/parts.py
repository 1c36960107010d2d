"""Parts of messages in any provider's or framework's spelling, as OpenTelemetry spells them."""

from .json_shapes import Json, list_of, object_of, text_of

_TEXT_TYPES = frozenset({"text", "input_text", "output_text", "summary_text"})
_REASONING_TYPES = frozenset({"thinking", "reasoning"})


def parts_of(content: object) -> list[Json]:
    """Return the parts of a message's content, be it a text, one part or a list of them."""
    match content:
        case str():
            return [text_part(content)] if content else []
        case dict():
            return [part_of(content)]
        case _:
            return [part_of(part) for part in list_of(content)]


def part_of(value: object) -> Json:
    """Return one part; what has no counterpart in OpenTelemetry's shape stays as it is."""
    if isinstance(value, str):
        return text_part(value)
    part = _without_wrapper(object_of(value))
    kind = text_of(part.get("type")) or None
    if kind in _TEXT_TYPES or (kind is None and "text" in part):
        return text_part(text_of(part.get("text")) or text_of(part.get("content")))
    if kind in _REASONING_TYPES and (thought := _thought(part)):
        return {"type": "reasoning", "content": thought}
    return _tool_part(part) or (part if kind else {"type": "other", "content": value})


def text_part(text: str) -> Json:
    return {"type": "text", "content": text}


def tool_call(call_id: object, name: object, arguments: object) -> Json:
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}


def tool_result(call_id: object, response: object) -> Json:
    return {"type": "tool_call_response", "id": call_id, "response": response}


def _without_wrapper(part: Json) -> Json:
    """Return what OpenInference puts around: `message_content` beside or instead of a call."""
    return object_of(part.get("tool_call") or part.get("message_content")) or part


def _thought(part: Json) -> str:
    for name in ("thinking", "text", "content"):
        if thought := text_of(part.get(name)):
            return thought
    said = (text_of(object_of(piece).get("text")) for piece in list_of(part.get("summary")))
    return "\n".join(filter(None, said))


def _tool_part(part: Json) -> Json | None:
    """Return the tool call or result that *part* is."""
    function = object_of(part.get("function") or part.get("functionCall"))
    answer = object_of(part.get("functionResponse"))
    match part.get("type"):
        case "tool_use":
            return tool_call(part.get("id"), part.get("name"), part.get("input"))
        case "tool_result":
            return tool_result(part.get("tool_use_id"), _joined(part.get("content")))
        case "function_call":
            return tool_call(part.get("call_id"), part.get("name"), part.get("arguments"))
        case "function_call_output":
            return tool_result(part.get("call_id"), part.get("output"))
        case "tool_call_response":
            return tool_result(part.get("id"), part.get("response", part.get("result")))
        case "tool-result":
            output = part.get("output", part.get("result"))
            return tool_result(part.get("toolCallId"), object_of(output).get("value", output))
        case _ if "toolName" in part:
            given = part.get("input", part.get("args"))
            return tool_call(part.get("toolCallId"), part.get("toolName"), given)
        case _ if function:
            arguments = function.get("arguments", function.get("args"))
            return tool_call(part.get("id"), function.get("name"), arguments)
        case _ if answer:
            return tool_result(answer.get("name"), answer.get("response"))
        case _ if part.get("type") == "tool_call" or {"name", "arguments"} <= part.keys():
            given = part.get("arguments", part.get("args"))
            return tool_call(part.get("id"), part.get("name"), given)
        case _:
            return None


def _joined(content: object) -> object:
    """Return the text of a result that is a list of nothing but texts; else as it is."""
    parts = [object_of(part) for part in list_of(content)]
    if not parts or any(part.get("type") != "text" for part in parts):
        return content
    return "\n".join(text_of(part.get("text")) for part in parts)
