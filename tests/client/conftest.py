"""A loopback stand-in for a gateway, an SDK that keeps its spans, and a clean state."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from openai import OpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor as OpenInferenceInstrumentor
from opentelemetry import context as otel_context
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import helicone_otel
from helicone_otel.client.reports import warn_once

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok"}}
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


class Handler(BaseHTTPRequestHandler):
    """Answers every request with a completion, and `/redirect?to=` with a redirect."""

    received: list[dict[str, str]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.received.append({name.lower(): value for name, value in self.headers.items()})
        url = urlsplit(self.path)
        if url.path.endswith("/redirect"):
            self.send_response(307)
            self.send_header("Location", parse_qs(url.query)["to"][0])
            self.end_headers()
            return
        body = json.dumps(COMPLETION).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(received: list[dict[str, str]]) -> Iterator[str]:
    handler = type("RecordingHandler", (Handler,), {"received": received})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _clean_state() -> Iterator[None]:
    warn_once.cache_clear()
    yield
    helicone_otel.uninstrument()
    assert not otel_context.get_current(), "a test left something in the context"


@pytest.fixture
def received() -> list[dict[str, str]]:
    """Collect the headers of each request to the gateway, names in lower case."""
    return []


@pytest.fixture
def gateway(received: list[dict[str, str]]) -> Iterator[str]:
    """Serve at an address that the instrumenting fixtures allow-list; return its base URL."""
    with serving(received) as url:
        yield url


@pytest.fixture
def received_elsewhere() -> list[dict[str, str]]:
    return []


@pytest.fixture
def elsewhere(received_elsewhere: list[dict[str, str]]) -> Iterator[str]:
    """Serve at an address that is not allow-listed; return its base URL."""
    with serving(received_elsewhere) as url:
        yield url


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> Iterator[TracerProvider]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider
    provider.shutdown()


@pytest.fixture
def instrumented(provider: TracerProvider, gateway: str) -> TracerProvider:
    """Switch on: headers to the gateway, attributes on spans; no HTTP spans."""
    host = gateway.removeprefix("http://")
    helicone_otel.instrument(tracer_provider=provider, hosts=[host])
    return provider


@pytest.fixture
def http_spans(provider: TracerProvider, gateway: str) -> TracerProvider:
    """Switch on as `instrumented`, with OpenTelemetry's HTTP spans and no LLM spans of ours."""
    host = gateway.removeprefix("http://")
    helicone_otel.instrument(
        tracer_provider=provider, hosts=[host], http_spans=True, llm_spans=False
    )
    return provider


@pytest.fixture
def llm_spans(provider: TracerProvider) -> Iterator[None]:
    """Turn on OpenTelemetry's instrumentation of the OpenAI SDK."""
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    yield
    OpenAIInstrumentor().uninstrument()


@pytest.fixture
def openinference_spans(provider: TracerProvider) -> Iterator[None]:
    """Turn on OpenInference's instrumentation of the OpenAI SDK."""
    OpenInferenceInstrumentor().instrument(tracer_provider=provider)
    yield
    OpenInferenceInstrumentor().uninstrument()


@pytest.fixture
def openai_client(gateway: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{gateway}/v1", api_key="key", max_retries=0) as client:
        yield client
