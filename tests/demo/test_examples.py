import json
import os
import runpy
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from helicone_otel.demo.provider import StandInProvider

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInProvider]:
    with StandInProvider() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
        monkeypatch.delenv("OPENAI_MODEL", raising=False)
        yield provider


class Receiver(HTTPServer):
    """Keeps the method, URL path and body of each request; answers each with `{}`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ReceiverHandler)
        self.requests: list[tuple[str, str, bytes]] = []


class _ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.server.requests.append((self.command, self.path, self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 - the base class's name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base class
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = Thread(target=receiver.serve_forever, args=(0.05,))
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


@contextmanager
def traced(script: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run an example as its README says, until it ends or the block does."""
    tool = Path(sys.executable).with_name("opentelemetry-instrument")
    command = [str(tool), sys.executable, str(EXAMPLES / script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.terminate()


def spans_of(receiver: Receiver) -> list[tuple[str, Span]]:
    """Return each span that arrived with the name of its service."""
    bodies = [body for _, url_path, body in receiver.requests if url_path == "/v1/traces"]
    return [
        (attribute.value.string_value, span)
        for body in bodies
        for group in ExportTraceServiceRequest.FromString(body).resource_spans
        for attribute in group.resource.attributes
        if attribute.key == "service.name"
        for scope in group.scope_spans
        for span in scope.spans
    ]


@pytest.fixture
def environment(provider: StandInProvider, receiver: Receiver) -> dict[str, str]:
    return {
        **os.environ,
        "HELICONE_OTEL_HOSTS": urlsplit(provider.base_url).netloc,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.server_port}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "BACKEND_PORT": "0",
    }


@pytest.fixture
def two_services(environment: dict[str, str]) -> str:
    """Run both services to their end, their spans sent; return what the frontend printed."""
    with traced(
        "two_services/backend.py", environment | {"OTEL_SERVICE_NAME": "backend"}
    ) as backend:
        assert backend.stdout is not None
        url = backend.stdout.readline().strip()
        own = {"OTEL_SERVICE_NAME": "frontend", "BACKEND_URL": url}
        with traced("two_services/frontend.py", environment | own) as frontend:
            return frontend.communicate(timeout=60)[0]


def test_one_command_runs_examples_with_all_they_need() -> None:
    names = ["chatbot", "fastapi_app", "two_services", "otlp_json"]
    alone = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "HELICONE_"))}
    command = [sys.executable, str(EXAMPLES / "run.py"), *names]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, env=alone, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    for session in (
        "Customer Support",
        "POST /trips/{city}/plan",
        "Trip Planning Assistant",
        "Document Analyzer",
    ):
        assert f"\n{session}  " in ran.stdout


def test_two_services_are_one_session(
    provider: StandInProvider, receiver: Receiver, two_services: str
) -> None:
    assert "Day 1" in two_services
    assert "tile museum" in two_services
    spans = spans_of(receiver)
    assert {service for service, _ in spans} == {"frontend", "backend"}
    assert len({span.trace_id for _, span in spans}) == 1
    [served] = [span for _, span in spans if span.kind == Span.SPAN_KIND_SERVER]
    [caller] = [service for service, span in spans if span.span_id == served.parent_span_id]
    assert caller == "frontend"
    assert len({entry.headers["helicone-session-id"] for entry in provider.journal}) == 1


def test_a_batch_job_is_one_session_for_each_document(
    provider: StandInProvider, environment: dict[str, str]
) -> None:
    with traced("batch_job.py", environment) as job:
        printed = job.communicate(timeout=60)[0]
    assert [line.partition(":")[0] for line in printed.splitlines()] == [
        "handbook",
        "incident-17",
        "survey",
    ]
    sessions: dict[str, list[str]] = {}
    for entry in provider.journal:
        paths = sessions.setdefault(entry.headers["helicone-session-id"], [])
        paths.append(entry.headers["helicone-session-path"])
    assert list(sessions.values()) == [["/index", "/summarize"]] * 3


def test_the_nodes_of_a_graph_are_steps(
    provider: StandInProvider, receiver: Receiver, environment: dict[str, str]
) -> None:
    with traced("langgraph_agent.py", environment) as agent:
        assert "# Quantum computing" in agent.communicate(timeout=60)[0]
    assert [entry.headers["helicone-session-path"] for entry in provider.journal] == [
        "/research",
        "/research/extract",
        "/report",
    ]
    assert len({span.trace_id for _, span in spans_of(receiver)}) == 1


def test_an_application_that_knows_nothing_of_sessions_has_them(
    provider: StandInProvider, environment: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with (
        traced("fastapi_app.py", environment | {"APP_PORT": str(port)}),
        httpx2.Client(transport=httpx2.HTTPTransport(retries=9)) as client,
    ):
        answer = client.post(f"http://127.0.0.1:{port}/trips/Lisbon/plan", timeout=30)
    assert "tile museum" in answer.json()["sights"]
    assert [entry.headers["helicone-session-path"] for entry in provider.journal] == [
        "/trips-city-plan/Travel-Agent",
        "/trips-city-plan/Travel-Agent/find-sights",
    ]
    assert len({entry.headers["helicone-session-id"] for entry in provider.journal}) == 1


def test_hand_written_headers_make_one_session(
    provider: StandInProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    runpy.run_path(str(EXAMPLES / "research_agent_headers.py"), run_name="__main__")
    assert "# Quantum computing" in capsys.readouterr().out
    assert [entry.headers["helicone-session-path"] for entry in provider.journal] == [
        "/research",
        "/research/extract",
        "/research/analyze",
        "/research/analyze/report",
    ]
    assert len({entry.headers["helicone-session-id"] for entry in provider.journal}) == 1


def test_the_headers_example_imports_nothing_of_this_package() -> None:
    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1]);"
        "print([name for name in sys.modules if name.startswith('helicone')])"
    )
    command = [sys.executable, "-c", code, str(EXAMPLES / "research_agent_headers.py")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_shell_example_posts_otlp_json_then_asks_for_the_sessions(receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}"
    environment = {**os.environ, "HELICONE_OTEL_URL": url}
    subprocess.run(["sh", EXAMPLES / "otlp_json.sh"], check=True, env=environment)
    (_, posted_path, body), asked = receiver.requests
    assert (posted_path, asked) == ("/v1/traces", ("GET", "/api/sessions", b""))
    workflow, chat = json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert chat["parentSpanId"] == workflow["spanId"]
    assert chat["traceId"] == workflow["traceId"]
    assert len(chat["traceId"]) == 32
    assert 0 < int(chat["startTimeUnixNano"]) < int(chat["endTimeUnixNano"])
