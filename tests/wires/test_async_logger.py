"""What Helicone's async loggers send: Traceloop's spans in OTLP, to addresses of Helicone's own."""

from collections.abc import Mapping

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

import otlp_json
from helicone_otel.model import LlmRequest, Usage
from running import RunningServer

PROPERTIES = "traceloop.association.properties."
CHAT: Mapping[str, str | int] = {
    PROPERTIES + "Helicone-Session-Id": "run-1",
    PROPERTIES + "Helicone-Session-Path": "/research/draft",
    PROPERTIES + "Helicone-Session-Name": "Research",
    PROPERTIES + "Helicone-User-Id": "ann",
    PROPERTIES + "Helicone-Property-Env": "test",
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "Say hello",
    "gen_ai.completion.0.content": "Hello",
    "gen_ai.usage.prompt_tokens": 11,
    "gen_ai.usage.completion_tokens": 7,
    "llm.usage.total_tokens": 18,
}


def assert_is_the_call(request: LlmRequest) -> None:
    assert (request.session_name, request.path) == ("Research", "/research/draft")
    assert (request.user_id, request.properties) == ("ann", {"env": "test"})
    assert request.usage == Usage(input_tokens=11, output_tokens=7)
    assert request.cost is not None


def requests_of(server: RunningServer) -> list[LlmRequest]:
    with server.store.snapshot() as snapshot:
        return snapshot.list_requests("run-1")


def test_the_python_loggers_exporter_delivers(server: RunningServer) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    exporter = OTLPSpanExporter(
        f"{server.url}/v1/trace/log-python", headers={"Authorization": "Bearer sk-helicone-test"}
    )
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("opentelemetry.instrumentation.openai.v1").start_span(
        "openai.chat", attributes=CHAT
    ).end()
    provider.shutdown()
    (request,) = requests_of(server)
    assert_is_the_call(request)


@pytest.mark.parametrize("parent", ["", "b" * 16])
def test_the_typescript_loggers_json_is_taken_with_and_without_a_parent(
    server: RunningServer, parent: str
) -> None:
    span = otlp_json.span("a" * 32, "1" * 16, parent=parent, name="openai.chat", attributes=CHAT)
    answer = server.http.post("/v1/trace/log", json=otlp_json.request([span]))
    assert answer.status_code == 200
    (request,) = requests_of(server)
    assert_is_the_call(request)
