"""Messages on spans: only if asked for, in OpenTelemetry's shape, without secrets."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import helicone_otel
from helicone_otel.client.llm_calls.content import MAX_TEXT_BYTES
from helicone_otel.demo.provider import StandInProvider

SECRET = "sk-helicone-abcdefgh12345678"
SWITCH = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
INPUT, OUTPUT, SYSTEM = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
)


@pytest.fixture
def root() -> Iterator[str]:
    with StandInProvider() as provider:
        yield provider.base_url.removesuffix("/v1")


@pytest.fixture
def capturing(provider: TracerProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "span_only")
    helicone_otel.instrument(tracer_provider=provider)


def captured(exporter: InMemorySpanExporter) -> dict[str, Any]:
    (span,) = exporter.get_finished_spans()
    attributes = span.attributes or {}
    return {
        key: json.loads(str(attributes[key]))
        for key in (INPUT, OUTPUT, SYSTEM)
        if key in attributes
    }


def text(said: str) -> dict[str, str]:
    return {"type": "text", "content": said}


def post(url: str, body: Mapping[str, object]) -> None:
    with httpx2.Client() as client:
        client.post(url, json=body).raise_for_status()


ASKED = "Plan a trip."
ANSWER = "Day 1: arrive before noon"


@pytest.mark.parametrize("said", [None, "", "false", "event_only", "no_content"])
def test_nothing_is_captured_unless_asked_for(
    said: str | None,
    provider: TracerProvider,
    root: str,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if said is not None:
        monkeypatch.setenv(SWITCH, said)
    helicone_otel.instrument(tracer_provider=provider)
    post(f"{root}/v1/responses", {"model": "m", "input": ASKED})
    assert captured(exporter) == {}


@pytest.mark.usefixtures("capturing")
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("url_path", "body"),
    [
        pytest.param(
            "/v1/chat/completions",
            {"model": "m", "messages": [{"role": "user", "content": ASKED}]},
            id="chat",
        ),
        pytest.param("/v1/responses", {"model": "m", "input": ASKED}, id="responses"),
        pytest.param(
            "/v1/messages",
            {
                "model": "m",
                "messages": [{"role": "user", "content": [{"type": "text", "text": ASKED}]}],
            },
            id="anthropic",
        ),
        pytest.param(
            "/v1/models/m:generateContent",
            {"contents": [{"role": "user", "parts": [{"text": ASKED}]}]},
            id="gemini",
        ),
    ],
)
def test_questions_and_answers_are_captured(
    url_path: str,
    body: dict[str, object],
    root: str,
    exporter: InMemorySpanExporter,
    *,
    streams: bool,
) -> None:
    if streams and ":" in url_path:
        url_path = url_path.replace("generateContent", "streamGenerateContent")
    elif streams:
        body = {**body, "stream": True}
    post(root + url_path, body)
    said = captured(exporter)
    assert said[INPUT] == [{"role": "user", "parts": [text(ASKED)]}]
    (message,) = said[OUTPUT]
    assert message["role"] == "assistant"
    (part,) = message["parts"]
    assert part["type"] == "text"
    assert part["content"].startswith(ANSWER)
    assert part["content"].endswith("evening flight.")


@pytest.mark.usefixtures("capturing")
def test_tools_and_instructions_are_captured(root: str, exporter: InMemorySpanExporter) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "sunny"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:..."}}]},
    ]
    post(f"{root}/v1/chat/completions", {"model": "m", "messages": messages})
    assert captured(exporter)[INPUT] == [
        {"role": "system", "parts": [text("Be brief.")]},
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c", "name": "look", "arguments": "{}"}],
        },
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": "c", "response": "sunny"}],
        },
        {"role": "user", "parts": [{"type": "image_url"}]},
    ]
    exporter.clear()
    body = {"model": "m", "system": "Be brief.", "messages": [{"role": "user", "content": "?"}]}
    post(f"{root}/v1/messages", body)
    assert captured(exporter)[SYSTEM] == [text("Be brief.")]


@pytest.mark.usefixtures("capturing")
def test_a_secret_never_reaches_a_span(root: str, exporter: InMemorySpanExporter) -> None:
    messages = [{"role": "user", "content": f"My key is {SECRET}, password: hunter2hunter2"}]
    with httpx2.Client(headers={"Authorization": f"Bearer {SECRET}"}) as client:
        url = f"{root}/v1/chat/completions?key={SECRET}"
        client.post(url, json={"model": "m", "messages": messages}).raise_for_status()
    (span,) = exporter.get_finished_spans()
    assert SECRET not in span.to_json()
    assert "hunter2" not in span.to_json()
    assert "My key is [REDACTED]" in span.to_json()


@pytest.mark.usefixtures("capturing")
def test_a_secret_is_taken_out_before_a_text_is_cut(
    root: str, exporter: InMemorySpanExporter
) -> None:
    for end in range(8):
        asked = "x" * (MAX_TEXT_BYTES - len(SECRET) + end) + " " + SECRET
        post(f"{root}/v1/responses", {"model": "m", "input": asked})
    assert "sk-" not in "".join(span.to_json() for span in exporter.get_finished_spans())


def openai_piece(**function: str) -> dict[str, object]:
    """Return an event with a piece of a tool call; its first one has the name."""
    call = {"index": 0, "function": function}
    if "name" in function:
        call |= {"id": "c", "type": "function"}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}


def anthropic_piece(**delta: str) -> dict[str, object]:
    return {"type": "content_block_delta", "delta": delta}


@pytest.mark.usefixtures("capturing")
@pytest.mark.parametrize(
    ("url_path", "events"),
    [
        pytest.param(
            "/v1/chat/completions",
            [
                openai_piece(name="look", arguments=""),
                openai_piece(arguments='{"key": "sk-heli'),
                openai_piece(arguments='cone-abcdefgh12345678"}'),
            ],
            id="openai",
        ),
        pytest.param(
            "/v1/messages",
            [
                {
                    "type": "content_block_start",
                    "content_block": {"type": "tool_use", "id": "c", "name": "look", "input": {}},
                },
                anthropic_piece(type="input_json_delta", partial_json='{"key": "sk-heli'),
                anthropic_piece(type="input_json_delta", partial_json='cone-abcdefgh12345678"}'),
            ],
            id="anthropic",
        ),
    ],
)
def test_a_tool_call_that_comes_in_pieces_is_one(
    url_path: str, events: list[dict[str, object]], exporter: InMemorySpanExporter
) -> None:
    thinking = anthropic_piece(thinking="Hm"), anthropic_piece(thinking="m.")
    stream = "".join(f"data: {json.dumps(event)}\n\n" for event in (*thinking, *events))
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers={"content-type": "text/event-stream"}, text=stream)
    )
    with httpx2.Client(transport=transport) as client:
        client.post(f"http://any{url_path}", json={"model": "m", "messages": []})
    (message,) = captured(exporter)[OUTPUT]
    assert message["parts"] == [
        {"type": "reasoning", "content": "Hmm."},
        {"type": "tool_call", "id": "c", "name": "look", "arguments": '{"key": "[REDACTED]"}'},
    ]


def test_the_application_may_take_out_more(
    provider: TracerProvider,
    root: str,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SWITCH, "span_and_event")
    helicone_otel.instrument(
        tracer_provider=provider, redact=lambda said: said.replace("trip", "[...]")
    )
    post(f"{root}/v1/responses", {"model": "m", "input": ASKED})
    assert captured(exporter)[INPUT] == [{"role": "user", "parts": [text("Plan a [...].")]}]


def test_what_cannot_be_redacted_is_not_captured(
    provider: TracerProvider,
    root: str,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(said: str) -> str:
        raise ValueError(said)

    monkeypatch.setenv(SWITCH, "true")
    helicone_otel.instrument(tracer_provider=provider, redact=refuse)
    post(f"{root}/v1/responses", {"model": "m", "input": ASKED})
    assert captured(exporter) == {}
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "Redacting messages failed (ValueError); the application goes on without it"
    ]
