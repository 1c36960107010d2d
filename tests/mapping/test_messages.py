"""What was asked and answered, told in one shape by every emitter of the recordings."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.mapping import messages_of
from helicone_otel.model import Kind, SpanMessages, WholeLogRecord
from mapping.message_spans import event, log, told, whole
from oracle import Span
from recordings import recording, understood

QUESTION, ANSWER = "What is the weather in Paris?", "It is 21 degrees and sunny in Paris."


def of_requests(name: str) -> list[SpanMessages]:
    """Return the messages of a recording's requests, or of the wrappers that tell them."""
    found = recording(name)
    logs: dict[tuple[str | None, str | None], list[WholeLogRecord]] = {}
    for record in found.log_records:
        kept = log(record.event_name, record.attributes, record.body)
        logs.setdefault((record.trace_id, record.span_id), []).append(kept)
    understanding = understood(name)
    for wanted in ("counted", "wrapper", "twin"):
        spans = [
            said.span for said in understanding.forest.all if understanding.role(said) == wanted
        ]
        told_by = [of_span(span, logs.get((span.trace_id, span.span_id), [])) for span in spans]
        if any(messages.input for messages in told_by):
            return told_by
    return []


def of_span(
    span: Span, records: Sequence[WholeLogRecord] = (), kind: Kind = Kind.LLM
) -> SpanMessages:
    events = [event(e.name, e.attributes) for e in span.events]
    return messages_of(whole(span.attributes, events), kind, records)


LANGUAGE_MODEL_EMITTERS = [
    "anthropic-genai",
    "anthropic-openinference",
    "anthropic-traceloop",
    "langgraph-openinference",
    "langgraph-traceloop",
    "logfire-openai",
    "logfire-pydantic-ai",
    "openai-genai",
    "openai-genai-events",
    "openai-openinference",
    "openai-traceloop",
    "openlit-anthropic",
    "pydantic-ai",
    "vercel",
]


@pytest.mark.parametrize("name", LANGUAGE_MODEL_EMITTERS)
def test_every_emitter_tells_the_same_use_of_a_tool(name: str) -> None:
    call = 'tool_call:get_weather:{"city": "Paris"}'
    question, answer = ("user", f"text::{QUESTION}"), ("assistant", f"text::{ANSWER}")
    result = ("tool", "tool_call_response::21 degrees")
    uses = [m for m in of_requests(name) if QUESTION in str(m.input)]
    assert [(told(m.input), told(m.output)) for m in uses[:2]] == [
        ([question], [("assistant", call)]),
        ([question, ("assistant", call), result], [answer]),
    ]


@pytest.mark.parametrize("name", ["openai-genai", "anthropic-openinference", "vercel"])
def test_a_result_names_the_call_that_it_answers(name: str) -> None:
    (whole_use,) = [m for m in of_requests(name) if len(m.input) == 3 and QUESTION in str(m)][:1]
    _, call, result = whole_use.input
    assert call.parts[0].tool_call_id
    assert call.parts[0].tool_call_id == result.parts[0].tool_call_id


@pytest.mark.parametrize("name", ["vercel", "agents-openinference", "logfire-pydantic-ai"])
def test_a_tool_span_is_a_call_and_its_result(name: str) -> None:
    (use,) = [
        of_span(span, kind=Kind.TOOL)
        for span in recording(name).spans
        if "21 degrees" in str(of_span(span, kind=Kind.TOOL).output)
        and span.attributes.keys() & {"ai.toolCall.name", "tool.name", "gen_ai.tool.name"}
        and "gen_ai.input.messages" not in span.attributes
    ][:1]
    assert told(use.input) == [("assistant", 'tool_call:get_weather:{"city": "Paris"}')]
    ((role, text),) = told(use.output)
    assert role == "tool"
    assert "21 degrees" in text


@pytest.mark.parametrize(
    "attributes",
    [
        {"tool_name": "search", "tool_use_id": "1", "input.value": '{"q": 1}'},
        {
            "gen_ai.tool.name": "search",
            "gen_ai.tool.call.id": "1",
            "gcp.vertex.agent.tool_call_args": '{"q": 1}',
            "gcp.vertex.agent.tool_response": "found",
        },
    ],
    ids=["Claude Code", "ADK"],
)
def test_tools_of_emitters_without_a_recording_are_read(attributes: Mapping[str, str]) -> None:
    use = messages_of(whole(attributes), Kind.TOOL)
    assert told(use.input) == [("assistant", 'tool_call:search:{"q": 1}')]
    assert use.input[0].parts[0].tool_call_id == "1"
    if "gcp.vertex.agent.tool_response" in attributes:
        assert [part.text for part in use.output[0].parts] == ["found"]


def test_what_was_not_captured_is_empty() -> None:
    sdk = next(s for s in recording("anthropic-sdk").spans if s.name == "anthropic.messages.create")
    found = of_span(sdk)
    assert not found.input
    assert not found.output


def test_events_of_the_older_conventions_are_messages() -> None:
    records = [
        log("gen_ai.system.message", {}, {"content": "Be short."}),
        log("gen_ai.user.message", {}, {"content": QUESTION}),
        log("gen_ai.tool.message", {}, {"content": "21 degrees", "id": "call_1"}),
        log(
            "gen_ai.choice",
            {},
            {"index": 0, "finish_reason": "stop", "message": {"content": ANSWER}},
        ),
    ]
    found = messages_of(whole({}), Kind.LLM, records)
    assert told(found.input) == [
        ("system", "text::Be short."),
        ("user", f"text::{QUESTION}"),
        ("tool", "tool_call_response::21 degrees"),
    ]
    assert told(found.output) == [("assistant", f"text::{ANSWER}")]
    assert found.output[0].finish_reason == "stop"


def test_span_events_are_messages() -> None:
    asked = json.dumps([{"role": "user", "content": QUESTION}])
    events = [
        event("gen_ai.content.prompt", {"gen_ai.prompt": asked}),
        event("gen_ai.content.completion", {"gen_ai.completion": ANSWER}),
    ]
    found = messages_of(whole({}, events), Kind.LLM)
    assert told(found.input) == [("user", f"text::{QUESTION}")]
    assert told(found.output) == [("assistant", f"text::{ANSWER}")]


def test_flattened_keys_are_in_the_order_of_their_numbers() -> None:
    attributes = {f"gen_ai.prompt.{n}.content": f"text {n}" for n in (10, 2, 0)}
    attributes |= {f"gen_ai.prompt.{n}.role": "user" for n in (10, 2, 0)}
    found = messages_of(whole(attributes), Kind.LLM)
    assert told(found.input) == [("user", f"text::text {n}") for n in (0, 2, 10)]


def test_system_instructions_come_first() -> None:
    attributes = {
        "gen_ai.system_instructions": '[{"type":"text","content":"Be short."}]',
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Hello"}]}]',
    }
    found = messages_of(whole(attributes), Kind.LLM)
    assert told(found.input) == [("system", "text::Be short."), ("user", "text::Hello")]


def test_a_text_that_is_json_stays_a_text() -> None:
    asked = json.dumps([{"role": "user", "content": '{"type": "text"}'}])
    found = messages_of(whole({"gen_ai.input.messages": asked}), Kind.LLM)
    assert told(found.input) == [("user", 'text::{"type": "text"}')]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "role",
                    "parts",
                    "content",
                    "contents",
                    "type",
                    "text",
                    "message",
                    "messages",
                    "tool_calls",
                    "tool_call_id",
                    "function",
                    "arguments",
                    "name",
                    "id",
                    "input",
                    "output",
                    "choices",
                    "candidates",
                    "generations",
                    "lc",
                    "kwargs",
                    "data",
                    "toolName",
                    "functionResponse",
                    "functionCall",
                    "response",
                    "prompt",
                    "system",
                ]
            )
            | st.text(max_size=3),
            below,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KEYS = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.prompt",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.0",
    "llm.input_messages.0.message.role",
    "llm.input_messages.0.message.tool_calls.0.tool_call.id",
    "llm.output_messages.0.message",
    "ai.prompt",
    "ai.response.toolCalls",
    "ai.response.text",
    "input.value",
    "output.value",
    "gen_ai.tool.name",
    "gen_ai.tool.call.arguments",
    "gen_ai.event.content",
    "message",
]
ATTRIBUTES = st.dictionaries(st.sampled_from(KEYS), JSON | JSON.map(json.dumps), max_size=4)
EVENT_NAMES = st.sampled_from(["gen_ai.user.message", "gen_ai.tool.message", "gen_ai.choice"])


@given(
    attributes=ATTRIBUTES,
    record=st.builds(log, EVENT_NAMES, ATTRIBUTES, JSON),
    kind=st.sampled_from([Kind.LLM, Kind.TOOL, Kind.AGENT]),
)
def test_no_content_whatever_its_shape_is_an_error(
    attributes: dict[str, Any], record: WholeLogRecord, kind: Kind
) -> None:
    found = messages_of(whole(attributes), kind, [record])
    assert all(message.parts for message in (*found.input, *found.output))


NESTED = {
    "gen_ai.input.messages": "[" * 100_000,
    "gen_ai.output.messages": "[" * 1000 + "]" * 1000,
    "gen_ai.prompt": '[{"type":"tool_result","content":' * 500 + "1" + "}]" * 500,
    "ai.prompt": '{"message":' * 900 + "1" + "}" * 900,
    "llm.input_messages." + "0." * 5000 + "role": "user",
}


@pytest.mark.parametrize("key", NESTED, ids=range(len(NESTED)))
def test_content_nested_without_end_is_no_error(key: str) -> None:
    found = messages_of(whole({key: NESTED[key], "input.value": "Hello"}), Kind.LLM)
    assert found.input


def test_what_is_nested_too_deeply_says_so() -> None:
    deep = {"role": "user", "content": [{"type": "image", "of": json.loads("[" * 255 + "]" * 255)}]}
    ((message,),) = (messages_of(whole({"input.value": {"messages": [deep]}}), Kind.LLM).input,)
    assert [part.text for part in message.parts] == ["(nested too deeply to be shown)"]


def test_an_answer_without_a_role_is_the_assistants() -> None:
    attributes = {
        "gen_ai.completion.0.content": "flattened",
        "output.value": '{"candidates": [{"content": {"parts": [{"text": "Google"}]}}]}',
    }
    for kept, text in zip(attributes, ("flattened", "Google"), strict=True):
        found = messages_of(whole({kept: attributes[kept]}), Kind.LLM)
        assert told(found.output) == [("assistant", f"text::{text}")]
