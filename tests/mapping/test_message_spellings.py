"""Requests and responses of every provider's API and framework, told in one shape."""

import json
from typing import Any

import pytest

from helicone_otel.mapping.messages import finish_reason_of
from mapping.message_spans import HELLO, PARIS, RESULT, answered, asked, told


@pytest.mark.parametrize(
    "request_body",
    [
        pytest.param({"messages": [{"role": "user", "content": "Hello"}]}, id="chat completions"),
        pytest.param({"messages": [[{"role": "user", "content": "Hello"}]]}, id="lists of prompts"),
        pytest.param({"messages": [{"content": "Hello"}]}, id="no role is the user's"),
        pytest.param({"messages": [{"parts": ["Hello"]}]}, id="no role beside parts"),
        pytest.param({"messages": ["Hello"]}, id="a bare text"),
        pytest.param(
            {"messages": [{"role": "user", "content": {"type": "text", "text": "Hello"}}]},
            id="one part in no list",
        ),
        pytest.param({"role": "user", "content": "Hello"}, id="one message"),
        pytest.param({"role": "", "content": "Hello"}, id="one message of no role"),
        pytest.param({"type": "human", "content": "Hello"}, id="one message of LangChain"),
        pytest.param({"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}, id="Google"),
        pytest.param({"contents": "Hello"}, id="Google in short"),
        pytest.param({"input": "Hello"}, id="Responses API in short"),
        pytest.param({"input": [{"role": "user", "content": "Hello"}]}, id="Responses API"),
        pytest.param({"prompt": "Hello"}, id="text completions"),
        pytest.param(
            {"messages": [{"lc": 1, "kwargs": {"type": "human", "content": "Hello"}}]},
            id="LangChain, serialised",
        ),
        pytest.param(
            {"messages": [{"type": "human", "data": {"content": "Hello"}}]}, id="LangChain, dumped"
        ),
        pytest.param(
            {"messages": [{"message": {"role": "user", "contents": ["Hello"]}}]},
            id="OpenInference",
        ),
        pytest.param({"messages": [{"role": "human", "content": "Hello"}]}, id="another word"),
    ],
)
def test_a_question_is_told_by_every_request(request_body: dict[str, Any]) -> None:
    assert told(asked(json.dumps(request_body))) == [HELLO]


@pytest.mark.parametrize(
    "body",
    [
        {"system": "Be short."},
        {"system": [{"type": "text", "text": "Be short."}]},
        {"systemInstruction": {"parts": [{"text": "Be short."}]}},
        {"system_instruction": {"parts": [{"text": "Be short."}]}},
        {"instructions": "Be short."},
    ],
    ids=lambda body: next(iter(body)),
)
def test_what_a_request_keeps_apart_is_the_systems(body: dict[str, Any]) -> None:
    found = asked(json.dumps({**body, "messages": [{"role": "user", "content": "Hello"}]}))
    assert told(found) == [("system", "text::Be short."), HELLO]


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(
            {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]},
            id="chat completions",
        ),
        pytest.param({"choices": [{"text": "Hello", "finish_reason": "stop"}]}, id="completions"),
        pytest.param(
            {"candidates": [{"content": {"parts": [{"text": "Hello"}]}, "finishReason": "stop"}]},
            id="Google",
        ),
        pytest.param(
            {
                "candidates": [
                    {
                        "content": {"role": "model", "parts": [{"text": "Hello"}]},
                        "finishReason": "stop",
                    }
                ]
            },
            id="Google's role",
        ),
        pytest.param(
            {"content": [{"type": "text", "text": "Hello"}], "stop_reason": "stop"}, id="Anthropic"
        ),
        pytest.param(
            {"generations": [[{"text": "Hello", "generation_info": {"finish_reason": "stop"}}]]},
            id="LangChain's text",
        ),
        pytest.param(
            {
                "generations": [
                    [
                        {
                            "message": {"lc": 1, "kwargs": {"type": "ai", "content": "Hello"}},
                            "generation_info": {"finish_reason": "stop"},
                        }
                    ]
                ]
            },
            id="LangChain's message",
        ),
        pytest.param(
            {"output": [{"type": "message", "content": "Hello", "finish_reason": "stop",
                         "role": "assistant"}]},
            id="Responses API",
        ),
        pytest.param({"message": {"content": "Hello", "finish_reason": "stop"}}, id="one message"),
        pytest.param({"messages": [{"content": "Hello", "finish_reason": "stop"}]}, id="messages"),
    ],
)  # fmt: skip
def test_an_answer_is_told_by_every_response(response: dict[str, Any]) -> None:
    (message,) = answered(json.dumps(response))
    assert told([message]) == [("assistant", "text::Hello")]
    assert message.finish_reason == "stop"


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ({"choices": [{"finish_reason": "length"}]}, "length"),
        ({"candidates": [{"finishReason": "MAX_TOKENS"}]}, "MAX_TOKENS"),
        ({"stop_reason": "end_turn"}, "end_turn"),
        ({"choices": []}, ""),
        ({"choices": "none"}, ""),
    ],
)
def test_why_the_model_stopped_is_in_the_providers_word(
    response: dict[str, Any], reason: str
) -> None:
    assert finish_reason_of(response) == reason


@pytest.mark.parametrize(
    ("item", "role"),
    [
        pytest.param({"type": "function_call", "name": "f"}, "assistant", id="a call"),
        pytest.param({"type": "computer_call_output", "output": "x"}, "tool", id="a result"),
        pytest.param({"type": "system", "content": "x"}, "system", id="LangChain's system"),
        pytest.param({"type": "tool", "content": "x"}, "tool", id="LangChain's tool"),
        pytest.param({"type": "ai", "content": "x"}, "assistant", id="LangChain's ai"),
        pytest.param({"type": "ai", "data": {"content": "x"}}, "assistant", id="and dumped"),
        pytest.param({"type": "reasoning", "content": "x"}, "assistant", id="a thought"),
        pytest.param({"role": "function", "content": "x"}, "tool", id="an older word"),
        pytest.param({"role": "model", "content": "x"}, "assistant", id="Google's word"),
        pytest.param({"role": "critic", "content": "x"}, "critic", id="an unknown one stays"),
    ],
)
def test_an_item_has_the_role_that_its_type_implies(item: dict[str, Any], role: str) -> None:
    ((message),) = asked(json.dumps([item]))
    assert message.role == role


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"role": "tool", "tool_call_id": "call-1", "content": "sunny"}, id="OpenAI"),
        pytest.param({"tool_call_id": "call-1", "content": "sunny"}, id="without a role"),
        pytest.param(
            {"type": "tool", "tool_call_id": "call-1", "content": "sunny"}, id="LangChain"
        ),
    ],
)
def test_a_message_of_a_tool_is_its_result(message: dict[str, Any]) -> None:
    ((said),) = asked(json.dumps([message]))
    assert (said.role, said.parts) == ("tool", [RESULT])


def test_a_call_that_is_told_twice_is_shown_once() -> None:
    as_content = {"type": "tool_use", "id": "call-1", "name": "weather", "input": PARIS}
    as_call = {"id": "call-1", "function": {"name": "weather", "arguments": PARIS}}
    other = {"id": "call-2", "function": {"name": "clock", "arguments": {}}}
    message = {"role": "assistant", "content": [as_content], "tool_calls": [as_call, other]}
    ((said),) = asked(json.dumps([message]))
    assert [part.tool_call_id for part in said.parts] == ["call-1", "call-2"]


def test_a_call_with_nothing_to_say_to_the_tool_is_shown() -> None:
    call = {"id": "call-1", "function": {"name": "clock", "arguments": ""}}
    ((said),) = asked(json.dumps([{"role": "assistant", "content": "", "tool_calls": [call]}]))
    assert [(part.tool_name, part.text) for part in said.parts] == [("clock", "")]


def test_a_result_beside_a_text_is_the_users() -> None:
    result = {"type": "tool_result", "tool_use_id": "call-1", "content": "sunny"}
    ((said),) = asked(json.dumps([{"role": "user", "content": [result, "and now?"]}]))
    assert said.role == "user"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("Hello", "Hello", id="a text"),
        pytest.param("  [not JSON", "  [not JSON", id="a text that begins like JSON"),
        pytest.param(' ["a"]', "a", id="JSON behind white space"),
        pytest.param(12, "12", id="a number"),
        pytest.param(b"\xff", '"ff"', id="bytes"),
        pytest.param('{"city": "Paris"}', '{"city":"Paris"}', id="an object of no known shape"),
    ],
)
def test_any_value_is_shown_as_a_message(value: object, text: str) -> None:
    for found, role in ((asked(value), "user"), (answered(value), "assistant")):
        assert [(m.role, [part.text for part in m.parts]) for m in found] == [(role, [text])]


@pytest.mark.parametrize("value", [None, "", "{}", "[]"])
def test_a_value_that_says_nothing_is_no_message(value: object) -> None:
    assert not asked(value)
    assert not answered(value)
