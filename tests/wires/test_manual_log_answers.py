"""What logged answers of every provider say: usage, messages, and streams put together."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from manual_logs import attributes_of, logged_span, manual_log

INPUT, OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
CACHED, REASONED = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.reasoning.output_tokens"
WROTE = "gen_ai.usage.cache_write.input_tokens"

WEATHER_CALL = {"type": "tool_call", "id": "call-1", "name": "weather", "arguments": "{}"}
HELLO = {"type": "text", "content": "Hello"}


def lines(*chunks: Mapping[str, Any]) -> str:
    return "\n".join(json.dumps(chunk) for chunk in chunks)


def server_sent(*chunks: Mapping[str, Any]) -> str:
    events = [f"event: {chunk.get('type', 'chunk')}\ndata: {json.dumps(chunk)}" for chunk in chunks]
    return "\n\n".join([*events, "data: [DONE]\n"])


def chat_chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chat-1", "model": "gpt-4o-mini", "choices": [choice]}


def tool_delta(arguments: str, **function: str) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "id": "call-1" if function else None,
                            "function": {"arguments": arguments, **function}}]}  # fmt: skip


OPENAI_CHAT = {
    "id": "chat-1",
    "model": "gpt-4o-mini",
    "choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 3},
    },
}
OPENAI_RESPONSE = {
    "id": "chat-1",
    "model": "gpt-4o-mini",
    "output": [
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hello"}],
        },
    ],
    "usage": {
        "input_tokens": 11,
        "output_tokens": 7,
        "input_tokens_details": {"cached_tokens": 4},
        "output_tokens_details": {"reasoning_tokens": 3},
    },
}
ANTHROPIC = {
    "id": "chat-1",
    "model": "gpt-4o-mini",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "stop",
    "usage": {
        "input_tokens": 6,
        "output_tokens": 7,
        "cache_read_input_tokens": 4,
        "cache_creation_input_tokens": 1,
    },
}
GOOGLE = {
    "responseId": "chat-1",
    "modelVersion": "gpt-4o-mini",
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finishReason": "stop"}
    ],
    "usageMetadata": {
        "promptTokenCount": 11,
        "candidatesTokenCount": 4,
        "thoughtsTokenCount": 3,
        "cachedContentTokenCount": 4,
    },
}
OPENAI_STREAM = (
    chat_chunk({"role": "assistant", "content": "Hel"}),
    chat_chunk({"content": "lo"}, "stop"),
    {"id": "chat-1", "choices": [], "usage": OPENAI_CHAT["usage"]},
)
ANTHROPIC_STREAM = (
    {"type": "message_start", "message": {**ANTHROPIC, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
    {"type": "message_delta", "delta": {"stop_reason": "stop"}, "usage": {"output_tokens": 7}},
)
GOOGLE_STREAM = (
    {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hel"}]}}]},
    {**GOOGLE, "candidates": [{"content": {"parts": [{"text": "lo"}]}, "finishReason": "stop"}]},
)
RESPONSE_STREAM = (
    {"type": "response.created", "response": {"id": "chat-1"}},
    {"type": "response.output_text.delta", "delta": "Hello"},
    {"type": "response.completed", "response": OPENAI_RESPONSE},
)

OPENAI_USAGE = {INPUT: 11, OUTPUT: 7, CACHED: 4, REASONED: 3}
ANTHROPIC_USAGE = {INPUT: 11, OUTPUT: 7, CACHED: 4, WROTE: 1}


@pytest.mark.parametrize(
    ("answer", "usage"),
    [
        pytest.param(OPENAI_CHAT, OPENAI_USAGE, id="openai"),
        pytest.param(json.dumps(OPENAI_CHAT), OPENAI_USAGE, id="openai as text"),
        pytest.param(lines(*OPENAI_STREAM), OPENAI_USAGE, id="openai chunks"),
        pytest.param(server_sent(*OPENAI_STREAM), OPENAI_USAGE, id="openai events"),
        pytest.param(OPENAI_RESPONSE, OPENAI_USAGE, id="responses"),
        pytest.param(server_sent(*RESPONSE_STREAM), OPENAI_USAGE, id="responses events"),
        pytest.param(ANTHROPIC, ANTHROPIC_USAGE, id="anthropic"),
        pytest.param(server_sent(*ANTHROPIC_STREAM), ANTHROPIC_USAGE, id="anthropic events"),
        pytest.param(GOOGLE, OPENAI_USAGE, id="google"),
        pytest.param(lines(*GOOGLE_STREAM), OPENAI_USAGE, id="google chunks"),
    ],
)
def test_an_answer_says_the_same_in_every_dialect(
    answer: Mapping[str, Any] | str, usage: Mapping[str, int]
) -> None:
    said = attributes_of(logged_span(manual_log(answer=answer)))
    assert {key: value for key, value in said.items() if ".usage." in key} == usage
    assert said["gen_ai.response.id"] == "chat-1"
    assert said["gen_ai.response.model"] == "gpt-4o-mini"
    (message,) = said["gen_ai.output.messages"]
    assert (message["role"], message["parts"]) == ("assistant", [HELLO])
    if answer is not OPENAI_RESPONSE and "response.completed" not in answer:
        assert message["finish_reason"] == said["gen_ai.response.finish_reasons"] == "stop"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            {"choices": [{"message": {"role": "assistant", "tool_calls": [
                {"id": "call-1", "function": {"name": "weather", "arguments": "{}"}}]}}]},
            id="openai",
        ),
        pytest.param(
            lines(chat_chunk(tool_delta("{", name="weather")), chat_chunk(tool_delta("}"))),
            id="openai chunks",
        ),
        pytest.param(
            {"content": [{"type": "tool_use", "id": "call-1", "name": "weather", "input": "{}"}]},
            id="anthropic",
        ),
        pytest.param(
            lines(
                {"type": "message_start", "message": {}},
                {"type": "content_block_start", "index": 0,
                 "content_block": {"type": "tool_use", "id": "call-1", "name": "weather"}},
                {"type": "content_block_delta", "index": 0, "delta": {"partial_json": "{"}},
                {"type": "content_block_delta", "index": 0, "delta": {"partial_json": "}"}},
            ),
            id="anthropic events",
        ),
        pytest.param(
            {"output": [{"type": "function_call", "call_id": "call-1", "name": "weather",
                         "arguments": "{}"}]},
            id="responses",
        ),
    ],
)  # fmt: skip
def test_tool_calls_are_parts_of_the_answer(answer: Mapping[str, Any] | str) -> None:
    (message,) = attributes_of(logged_span(manual_log(answer=answer)))["gen_ai.output.messages"]
    assert message["parts"] == [WEATHER_CALL]


@pytest.mark.parametrize(
    ("request_body", "messages"),
    [
        pytest.param(
            {"messages": [{"role": "system", "content": "Be kind"},
                          {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
                          {"role": "tool", "tool_call_id": "call-1", "content": "sunny"}]},
            [{"role": "system", "parts": [{"type": "text", "content": "Be kind"}]},
             {"role": "user", "parts": [HELLO]},
             {"role": "tool", "parts": [
                 {"type": "tool_call_response", "id": "call-1", "response": "sunny"}]}],
            id="openai",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "call-1", "content": "sunny"}]}]},
            [{"role": "user", "parts": [
                {"type": "tool_call_response", "id": "call-1", "response": "sunny"}]}],
            id="anthropic",
        ),
        pytest.param(
            {"contents": [{"role": "model", "parts": [{"text": "Hello"}]}]},
            [{"role": "assistant", "parts": [HELLO]}],
            id="google",
        ),
        pytest.param({"input": "Hello"}, [{"role": "user", "parts": [HELLO]}], id="responses"),
        pytest.param(
            {"input": [{"type": "function_call_output", "call_id": "call-1", "output": "sunny"}]},
            [{"role": "tool", "parts": [
                {"type": "tool_call_response", "id": "call-1", "response": "sunny"}]}],
            id="responses with a tool's result",
        ),
        pytest.param({"prompt": "Hello"}, [{"role": "user", "parts": [HELLO]}], id="completion"),
    ],
)  # fmt: skip
def test_what_was_asked_is_kept_as_messages(
    request_body: Mapping[str, Any], messages: list[Any]
) -> None:
    said = attributes_of(logged_span(manual_log(request_body)))
    assert said["gen_ai.input.messages"] == messages
    assert said["input.value"] == request_body


def test_instructions_apart_from_the_messages_are_kept() -> None:
    said = attributes_of(logged_span(manual_log({"system": "Be kind", "messages": []})))
    assert said["gen_ai.system_instructions"] == [{"type": "text", "content": "Be kind"}]


@pytest.mark.parametrize(
    ("request_body", "answer", "operation"),
    [
        ({"messages": []}, {}, "chat"),
        ({"prompt": "a"}, {}, "text_completion"),
        ({"contents": []}, {}, "generate_content"),
        ({"input": "a"}, {"object": "list", "data": []}, "embeddings"),
    ],
)
def test_the_operation_is_told_by_the_bodies(
    request_body: Mapping[str, Any], answer: Mapping[str, Any], operation: str
) -> None:
    said = attributes_of(logged_span(manual_log(request_body, answer)))
    assert said["gen_ai.operation.name"] == operation


@pytest.mark.parametrize(
    "answer",
    [
        "Traceback: the model failed",
        '{"choices": ',
        {"choices": "none", "usage": [], "content": 5, "candidates": {"a": 1}},
        {"usage": {"prompt_tokens": 2**64 - 1, "completion_tokens": "7", "cached_tokens": -1}},
        {"choices": [None, 3, {"message": "no"}], "output": [[], 1.5, None]},
    ],
)
def test_an_answer_of_no_known_shape_is_kept_as_it_is(answer: Mapping[str, Any] | str) -> None:
    said = attributes_of(logged_span(manual_log(answer=answer)))
    assert said["output.value"] == answer
    assert not [key for key in said if ".usage." in key]
