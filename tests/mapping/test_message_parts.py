"""Parts of messages: texts, thoughts, calls of tools and their results, in every spelling."""

import json
from typing import Any

import pytest

from helicone_otel.model import MessagePart, PartKind
from mapping.message_spans import CALL, PARIS, RESULT, asked


def only_part(message: dict[str, Any]) -> MessagePart:
    """Return the part of a message that has one and says nothing else."""
    ((part,),) = (said.parts for said in asked(json.dumps([message])))
    return part


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(
            {"type": "tool_use", "id": "call-1", "name": "weather", "input": PARIS}, id="Anthropic"
        ),
        pytest.param(
            {"type": "function_call", "call_id": "call-1", "name": "weather", "arguments": PARIS},
            id="OpenAI's Responses API",
        ),
        pytest.param(
            {
                "id": "call-1",
                "type": "function",
                "function": {"name": "weather", "arguments": PARIS},
            },
            id="OpenAI's chat completions",
        ),
        pytest.param(
            {"id": "call-1", "functionCall": {"name": "weather", "args": PARIS}}, id="Google"
        ),
        pytest.param(
            {"type": "tool-call", "toolCallId": "call-1", "toolName": "weather", "input": PARIS},
            id="Vercel",
        ),
        pytest.param(
            {"type": "tool-call", "toolCallId": "call-1", "toolName": "weather", "args": PARIS},
            id="Vercel, older",
        ),
        pytest.param(
            {"type": "tool_call", "id": "call-1", "name": "weather", "arguments": PARIS},
            id="OpenTelemetry",
        ),
        pytest.param({"id": "call-1", "name": "weather", "arguments": PARIS}, id="without a type"),
        pytest.param(
            {"type": "tool_call", "id": "call-1", "name": "weather", "args": PARIS}, id="LangChain"
        ),
        pytest.param(
            {"tool_call": {"id": "call-1", "function": {"name": "weather", "arguments": PARIS}}},
            id="OpenInference",
        ),
    ],
)
def test_a_call_of_a_tool_is_told_by_every_spelling(part: dict[str, Any]) -> None:
    assert only_part({"role": "assistant", "content": [part]}) == CALL


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(
            {"type": "tool_result", "tool_use_id": "call-1", "content": "sunny"}, id="Anthropic"
        ),
        pytest.param(
            {
                "type": "tool_result",
                "tool_use_id": "call-1",
                "content": [{"type": "text", "text": "sunny"}],
            },
            id="Anthropic in blocks",
        ),
        pytest.param(
            {"type": "function_call_output", "call_id": "call-1", "output": "sunny"},
            id="OpenAI's Responses API",
        ),
        pytest.param(
            {"type": "tool_call_response", "id": "call-1", "response": "sunny"}, id="OpenTelemetry"
        ),
        pytest.param(
            {"type": "tool_call_response", "id": "call-1", "result": "sunny"},
            id="OpenTelemetry, older",
        ),
        pytest.param(
            {
                "type": "tool-result",
                "toolCallId": "call-1",
                "toolName": "weather",
                "output": {"type": "text", "value": "sunny"},
            },
            id="Vercel",
        ),
        pytest.param(
            {"type": "tool-result", "toolCallId": "call-1", "result": "sunny"}, id="Vercel, older"
        ),
        pytest.param({"functionResponse": {"name": "call-1", "response": "sunny"}}, id="Google"),
    ],
)
def test_the_result_of_a_tool_is_told_by_every_spelling(part: dict[str, Any]) -> None:
    ((message),) = asked(json.dumps([{"role": "user", "content": [part]}]))
    assert (message.role, message.parts) == ("tool", [RESULT])


def test_a_call_may_have_no_id() -> None:
    part = only_part({"role": "assistant", "content": [{"name": "clock", "arguments": "{}"}]})
    assert (part.kind, part.tool_name, part.text) == (PartKind.TOOL_CALL, "clock", "{}")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param([{"type": "text", "text": t} for t in "ab"], "a\nb", id="texts are joined"),
        pytest.param([{"type": "text"}, {"type": "text", "text": "b"}], "\nb", id="an empty one"),
        pytest.param([], "[]", id="no blocks at all"),
        pytest.param(
            [{"type": "text", "text": "a"}, {"type": "image"}],
            '[{"type":"text","text":"a"},{"type":"image"}]',
            id="an image keeps the list as it is",
        ),
        pytest.param({"ok": True}, '{"ok":true}', id="an object stays JSON"),
    ],
)
def test_a_result_in_blocks_of_text_is_one_text(content: object, text: str) -> None:
    result = {"type": "tool_result", "tool_use_id": "call-1", "content": content}
    assert only_part({"role": "user", "content": [result]}).text == text


@pytest.mark.parametrize(
    "part",
    [
        {"type": "text", "text": "Hello"},
        {"type": "text", "content": "Hello"},
        {"type": "input_text", "text": "Hello"},
        {"type": "output_text", "text": "Hello"},
        {"type": "summary_text", "text": "Hello"},
        {"text": "Hello"},
        {"message_content": {"type": "text", "text": "Hello"}},
        "Hello",
    ],
)
def test_a_text_is_told_by_every_spelling(part: object) -> None:
    assert only_part({"role": "user", "content": [part]}) == MessagePart(
        kind=PartKind.TEXT, text="Hello", tool_name=None, tool_call_id=None
    )


@pytest.mark.parametrize(
    "part",
    [
        {"type": "thinking", "thinking": "a\nb"},
        {"type": "thinking", "content": "a\nb"},
        {"type": "reasoning", "text": "a\nb"},
        {"type": "reasoning", "content": "a\nb"},
        {"type": "reasoning", "summary": [{"text": "a"}, {}, "?", {"text": "b"}]},
    ],
)
def test_a_thought_is_told_by_every_spelling(part: dict[str, Any]) -> None:
    found = only_part({"role": "assistant", "content": [part]})
    assert (found.kind, found.text) == (PartKind.REASONING, "a\nb")


def test_a_thought_that_nobody_shows_is_not_told() -> None:
    hidden = {"type": "reasoning", "encrypted_content": "x", "summary": []}
    assert not asked(json.dumps([{"role": "assistant", "content": [hidden]}]))


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        pytest.param({"type": "image", "url": "x"}, {"type": "image", "url": "x"}, id="a kind"),
        pytest.param({"inlineData": {"data": "x"}}, {"inlineData": {"data": "x"}}, id="no kind"),
        pytest.param(7, 7, id="a number"),
    ],
)
def test_what_has_no_counterpart_stays_as_it_is(part: object, shown: object) -> None:
    found = only_part({"role": "user", "content": [part]})
    assert (found.kind, json.loads(found.text)) == (PartKind.OTHER, shown)
