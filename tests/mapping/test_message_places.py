"""Where a span, its events and its log records keep messages; the best place is read."""

import json
from typing import Any

import pytest

from helicone_otel.mapping import messages_of
from helicone_otel.model import Kind, PartKind
from mapping.message_spans import CALL, HELLO, PARIS, RESULT, event, log, told, whole


def test_bytes_within_arguments_are_shown_in_hex() -> None:
    attributes = {"gen_ai.tool.name": "f", "gen_ai.tool.call.arguments": {"data": b"\xff"}}
    ((call),) = messages_of(whole(attributes), Kind.TOOL).input
    assert call.parts[0].text == '{"data":"ff"}'


@pytest.mark.parametrize(
    ("name", "call_id", "arguments", "result"),
    [
        (
            "gen_ai.tool.name",
            "gen_ai.tool.call.id",
            "gen_ai.tool.call.arguments",
            "gen_ai.tool.call.result",
        ),
        ("ai.toolCall.name", "ai.toolCall.id", "ai.toolCall.args", "ai.toolCall.result"),
        ("tool.name", "gen_ai.tool.call.id", "input.value", "output.value"),
        (
            "traceloop.entity.name",
            "ai.toolCall.id",
            "traceloop.entity.input",
            "traceloop.entity.output",
        ),
    ],
)
def test_a_tool_span_is_read_in_every_emitters_words(
    name: str, call_id: str, arguments: str, result: str
) -> None:
    attributes = {
        name: "weather",
        call_id: "call-1",
        arguments: '{"city":"Paris"}',
        result: "sunny",
    }
    found = messages_of(whole(attributes), Kind.TOOL)
    assert [(m.role, m.parts) for m in found.input] == [("assistant", [CALL])]
    assert [(m.role, m.parts) for m in found.output] == [("tool", [RESULT])]


def test_a_tool_span_that_says_nothing_has_no_messages() -> None:
    found = messages_of(whole({"other": 1}), Kind.TOOL)
    assert (list(found.input), list(found.output)) == ([], [])


def test_a_tool_without_arguments_was_called_all_the_same() -> None:
    ((message),) = messages_of(whole({"tool.name": "clock"}), Kind.TOOL).input
    assert [(part.tool_name, part.text) for part in message.parts] == [("clock", "")]


def test_the_better_place_is_read_and_the_others_are_not() -> None:
    best = '[{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}]'
    empty = '[{"role": "user", "parts": []}]'
    attributes = {"gen_ai.input.messages": best, "input.value": "Hi"}
    assert told(messages_of(whole(attributes), Kind.LLM).input) == [HELLO]
    attributes = {"gen_ai.input.messages": empty, "input.value": "Hello"}
    assert told(messages_of(whole(attributes), Kind.LLM).input) == [HELLO]


def test_an_empty_message_hides_no_other_place() -> None:
    attributes = {"gen_ai.prompt.0.content": "", "input.value": "Hello"}
    assert told(messages_of(whole(attributes), Kind.LLM).input) == [HELLO]


def test_an_empty_prompt_hides_no_other_place() -> None:
    attributes = {"ai.prompt": '{"prompt": ""}', "input.value": "Hello"}
    assert told(messages_of(whole(attributes), Kind.LLM).input) == [HELLO]


def test_instructions_are_not_repeated_where_the_messages_begin_with_them() -> None:
    messages = '[{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello"}]'
    attributes = {"gen_ai.system_instructions": "Be long.", "gen_ai.input.messages": messages}
    found = messages_of(whole(attributes), Kind.LLM).input
    assert told(found) == [("system", "text::Be short."), HELLO]


def test_an_answer_of_vercels_sdk_is_put_together() -> None:
    call = {"toolCallId": "call-1", "toolName": "weather", "input": PARIS}
    attributes = {
        "ai.response.reasoning": "It asks for the weather.",
        "ai.response.text": "Let me see.",
        "ai.response.toolCalls": json.dumps([call]),
        "ai.response.finishReason": "tool-calls",
    }
    (message,) = messages_of(whole(attributes), Kind.LLM).output
    assert (message.role, message.finish_reason) == ("assistant", "tool-calls")
    kinds = [PartKind.REASONING, PartKind.TEXT]
    assert [part.kind for part in message.parts[:2]] == kinds
    assert [part.text for part in message.parts[:2]] == ["It asks for the weather.", "Let me see."]
    assert message.parts[2] == CALL


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"gen_ai.event.content": '{"content": "Hello"}'}, id="in JSON"),
        pytest.param({"content": "Hello"}, id="as attributes"),
    ],
)
def test_an_event_of_the_older_conventions_names_the_role(attributes: dict[str, Any]) -> None:
    found = messages_of(whole({}, [event("gen_ai.user.message", attributes)]), Kind.LLM)
    assert told(found.input) == [HELLO]
    found = messages_of(whole({}, [event("gen_ai.assistant.message", attributes)]), Kind.LLM)
    assert told(found.input) == [("assistant", "text::Hello")]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"message": {"content": "Hello"}, "finish_reason": "stop"}, id="an object"),
        pytest.param({"message": '{"content": "Hello"}', "finish_reason": "stop"}, id="JSON"),
        pytest.param({"message": "Hello", "finish_reason": "stop"}, id="a text"),
        pytest.param({"content": "Hello", "finish_reason": "stop"}, id="beside it"),
    ],
)
def test_a_choice_is_what_the_assistant_said(said: dict[str, Any]) -> None:
    (message,) = messages_of(whole({}), Kind.LLM, [log("gen_ai.choice", {}, said)]).output
    assert told([message]) == [("assistant", "text::Hello")]
    assert message.finish_reason == "stop"


def test_the_result_in_an_event_names_its_call() -> None:
    said = {"content": "sunny", "id": "call-1"}
    (message,) = messages_of(whole({}), Kind.LLM, [log("gen_ai.tool.message", {}, said)]).input
    assert (message.role, message.parts) == ("tool", [RESULT])


FLAT = "llm.output_messages.0.message"


def test_an_answer_that_was_taken_apart_is_put_together() -> None:
    attributes = {
        f"{FLAT}.role": "assistant",
        f"{FLAT}.contents.0.message_content.type": "text",
        f"{FLAT}.contents.0.message_content.text": "Let me see.",
        f"{FLAT}.tool_calls.0.tool_call.id": "call-1",
        f"{FLAT}.tool_calls.0.tool_call.function.name": "weather",
        f"{FLAT}.tool_calls.0.tool_call.function.arguments": '{"city":"Paris"}',
        f"{FLAT}.finish_reason": "tool_calls",
    }
    (message,) = messages_of(whole(attributes), Kind.LLM).output
    assert (message.role, message.finish_reason) == ("assistant", "tool_calls")
    assert (message.parts[0].text, message.parts[1]) == ("Let me see.", CALL)


def test_content_of_parts_in_json_is_read_where_it_was_taken_apart() -> None:
    parts = json.dumps([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])
    other = json.dumps([{"city": "Paris"}])
    attributes = {
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": parts,
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": other,
    }
    first, second = messages_of(whole(attributes), Kind.LLM).input
    assert [part.text for part in first.parts] == ["a", "b"]
    assert [part.text for part in second.parts] == [other]


def test_keys_deeper_than_any_emitter_writes_are_put_together_in_part() -> None:
    attributes = {
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content.a.b.c.d.e.f.g.h.i.j.k.l.m": "x",
    }
    (message,) = messages_of(whole(attributes), Kind.LLM).input
    assert message.role == "user"
    assert '{"k.l.m":"x"}' in message.parts[0].text


def test_a_key_that_is_a_value_and_a_prefix_keeps_its_value() -> None:
    attributes = {
        "gen_ai.prompt.0.content": "Hello",
        "gen_ai.prompt.0.content.deeper": "lost",
        "gen_ai.prompt.0.role": "user",
    }
    assert told(messages_of(whole(attributes), Kind.LLM).input) == [HELLO]
