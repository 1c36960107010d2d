"""What is found by searching: the words of messages, wherever an emitter puts them."""

import json
from typing import Any

import pytest

from helicone_otel.mapping import searchable_text
from mapping.message_spans import event, whole


def lines(attributes: dict[str, Any]) -> list[str]:
    """Return what can be found in a span named `chat`, but for its name."""
    name, status_message, *found = searchable_text(whole(attributes)).split("\n")
    assert (name, status_message) == ("chat", "")
    return found


@pytest.mark.parametrize(
    "key",
    [
        "gen_ai.input.messages",
        "gen_ai.prompt.0.content",
        "gen_ai.completion",
        "llm.input_messages.0.message.content",
        "input.value",
        "output.value",
        "gen_ai.system_instructions",
        "ai.response.text",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
    ],
)
def test_content_is_found_under_any_emitters_key(key: str) -> None:
    assert lines({key: "Hello", "gen_ai.request.model": "gpt-4o"}) == ["Hello"]


def test_texts_within_json_are_found_in_their_order() -> None:
    messages = [
        {"role": "user", "parts": [{"type": "text", "content": "one\ntwo"}]},
        {"role": "assistant", "parts": ["three", {"arguments": json.dumps({"city": "Paris"})}]},
    ]
    found = ["user", "text", "one", "two", "assistant", "three", "Paris"]
    assert lines({"gen_ai.input.messages": json.dumps(messages)}) == found
    assert lines({"gen_ai.input.messages": messages}) == found


@pytest.mark.parametrize("text", ["[not JSON", "{", '"quoted"', "12"])
def test_a_text_that_is_no_json_object_is_found_as_it_is(text: str) -> None:
    assert lines({"input.value": text}) == [text]


def test_numbers_and_flags_are_no_words() -> None:
    assert lines({"input.value": (1, True, None, 0.5, "word")}) == ["word"]


def test_json_nested_without_end_is_found_as_it_is() -> None:
    text = "[" * 100_000
    assert lines({"input.value": text}) == [text]


def test_name_status_and_events_are_found() -> None:
    asked = event("gen_ai.content.prompt", {"gen_ai.prompt": "Hello", "other": "x"})
    found = searchable_text(whole({"output.value": "Hi"}, [asked, asked]))
    assert found == "chat\n\nHi\nHello\nHello"


def test_of_a_long_conversation_the_first_256_ki_characters_are_found() -> None:
    found = searchable_text(whole({"input.value": "a" * 300_000}))
    assert found == "chat\n\n" + "a" * (256 * 1024 - len("chat\n\n"))
