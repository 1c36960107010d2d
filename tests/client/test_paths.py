"""Where applications that know nothing of steps are on the path; and how to say otherwise."""

from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import helicone_otel
from helicone_otel import current_session, session, step

Headers = dict[str, str]


@pytest.fixture
def _global_provider(provider: TracerProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)


def application(provider: TracerProvider, llm_url: str) -> FastAPI:
    """Return an application with plain spans: a service, an agent, a call of a model."""
    app = FastAPI()
    start = provider.get_tracer("shop").start_as_current_span

    @app.post("/orders/{order}/advice")
    def advise(order: str) -> str:
        with start("advice service"), start("Order Agent"), httpx2.Client() as client:
            body = {"model": "m", "messages": [{"role": "user", "content": order}]}
            return client.post(f"{llm_url}/v1/chat/completions", json=body).text

    return app


@pytest.fixture
def served(
    instrumented: TracerProvider, gateway: str, _global_provider: None
) -> Iterator[TestClient]:
    with TestClient(application(instrumented, gateway)) as client:
        yield client


def test_an_application_with_plain_spans_gets_sensible_paths(
    served: TestClient, received: list[Headers]
) -> None:
    assert served.post("/orders/7/advice").status_code == 200
    assert received[0]["helicone-session-path"] == "/orders-order-advice/advice-service/Order-Agent"


def by_task(span: ReadableSpan) -> str | None:
    task = (span.attributes or {}).get("task")
    return f"/tasks/{task}" if task else None


def test_a_rule_of_the_application_names_paths(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    helicone_otel.instrument(tracer_provider=provider, path=by_task)
    start = provider.get_tracer("app").start_as_current_span
    with start("root"), start("internal name", attributes={"task": "plan/"}), start("look up"):
        sent = current_session()
    assert sent is not None
    assert sent.path == "/tasks/plan/look-up"
    paths = {
        span.name: (span.attributes or {}).get("helicone.session.path")
        for span in exporter.get_finished_spans()
    }
    assert paths == {"root": None, "internal name": "/tasks/plan", "look up": None}


def test_a_rule_that_fails_is_reported_and_does_no_harm(
    provider: TracerProvider, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(span: ReadableSpan) -> str:
        raise KeyError(span.name)

    helicone_otel.instrument(tracer_provider=provider, path=refuse)
    with provider.get_tracer("app").start_as_current_span("root"):
        sent = current_session()
    assert sent is not None
    assert sent.path == "/root"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_last_rule_counts(provider: TracerProvider) -> None:
    helicone_otel.instrument(tracer_provider=provider, path=by_task)
    helicone_otel.instrument(tracer_provider=provider)
    with provider.get_tracer("app").start_as_current_span("x", attributes={"task": "plan"}):
        sent = current_session()
    assert sent is not None
    assert sent.path == "/x"


@pytest.mark.usefixtures("instrumented")
def test_a_step_may_name_its_path() -> None:
    with session("Chat", id="1"), step("a"), step("b", path="elsewhere/") as reference:
        assert reference.path == "/elsewhere"
        with step("c"):
            assert (current_session() or reference).path == "/elsewhere/c"
