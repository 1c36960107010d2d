"""Switching on and off: what is wrapped, when, and that nothing stays behind."""

import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import httpx
import httpx2
import pytest
import wrapt
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor, HTTPXClientInstrumentor
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracerProvider

import helicone_otel
from helicone_otel import session, step
from helicone_otel.client.activation import Activation
from helicone_otel.client.hosts import AllowList
from helicone_otel.client.http_calls import HttpCalls
from helicone_otel.client.http_wrapping import HttpWrapping
from helicone_otel.client.instrumentor import HeliconeInstrumentor
from helicone_otel.client.processor import HeliconeSpanProcessor

METHODS = [
    (owner, "_send_single_request")
    for owner in (httpx.Client, httpx.AsyncClient, httpx2.Client, httpx2.AsyncClient)
]
Headers = dict[str, str]


def methods() -> list[object]:
    return [vars(owner)[name] for owner, name in METHODS]


def run(script: str) -> None:
    """Run *script* in a fresh interpreter; its assertions count."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def _other_http_spans_off() -> Iterator[None]:
    yield
    for instrumentor in (HTTPXClientInstrumentor(), HTTPX2ClientInstrumentor()):
        if instrumentor.is_instrumented_by_opentelemetry:
            instrumentor.uninstrument()


def test_switching_off_restores_the_very_methods(provider: TracerProvider) -> None:
    originals = methods()
    helicone_otel.instrument(tracer_provider=provider)
    wrapped = methods()
    helicone_otel.uninstrument()
    assert all(now is before for now, before in zip(methods(), originals, strict=True))
    assert all(one is not other for one, other in zip(wrapped, originals, strict=True))


def test_switching_off_when_off_does_nothing() -> None:
    helicone_otel.uninstrument()
    helicone_otel.uninstrument()


def test_a_wrapper_put_over_ours_survives_and_ours_falls_silent(
    provider: TracerProvider,
    gateway: str,
    received: list[Headers],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    method = "_send_single_request"
    monkeypatch.setattr(httpx2.Client, method, vars(httpx2.Client)[method])  # back in the end
    helicone_otel.instrument(tracer_provider=provider, hosts=[gateway.removeprefix("http://")])
    ours = vars(httpx2.Client)[method]
    theirs = wrapt.FunctionWrapper(ours, lambda wrapped, _i, args, kwargs: wrapped(*args, **kwargs))
    monkeypatch.setattr(httpx2.Client, method, theirs)
    helicone_otel.uninstrument()
    with session("Chat"), httpx2.Client() as client:
        client.post(gateway).raise_for_status()
    assert vars(httpx2.Client)[method] is theirs
    assert "helicone-session-id" not in received[0]


def test_the_last_switching_on_counts(
    provider: TracerProvider, gateway: str, received: list[Headers]
) -> None:
    originals = methods()
    for hosts in ([gateway.removeprefix("http://")], []):
        helicone_otel.instrument(tracer_provider=provider, hosts=hosts)
        with session("Chat", id="1"), httpx2.Client() as client:
            client.post(gateway).raise_for_status()
    assert ["helicone-session-id" in headers for headers in received] == [True, False]
    helicone_otel.uninstrument()
    assert methods() == originals


def test_spans_are_annotated_once_and_only_while_switched_on(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    def annotated() -> bool:
        with session("Chat", user_id="u"):
            provider.get_tracer("app").start_span("inner").end()
        (inner,) = (span for span in exporter.get_finished_spans() if span.name == "inner")
        exporter.clear()
        return "user.id" in (inner.attributes or {})

    before = annotated()
    helicone_otel.instrument(tracer_provider=provider)
    helicone_otel.instrument(tracer_provider=provider)
    during = annotated()
    processors = provider._active_span_processor._span_processors
    helicone_otel.uninstrument()
    assert [before, during, annotated()] == [False, True, False]
    assert len([p for p in processors if isinstance(p, HeliconeSpanProcessor)]) == 1


@pytest.mark.usefixtures("_other_http_spans_off")
def test_only_the_http_spans_it_turned_on_are_turned_off(provider: TracerProvider) -> None:
    theirs, ours = HTTPXClientInstrumentor(), HTTPX2ClientInstrumentor()
    theirs.instrument(tracer_provider=provider)
    helicone_otel.instrument(tracer_provider=provider, http_spans=True)
    assert ours.is_instrumented_by_opentelemetry
    helicone_otel.uninstrument()
    assert theirs.is_instrumented_by_opentelemetry
    assert not ours.is_instrumented_by_opentelemetry


@pytest.mark.usefixtures("_other_http_spans_off", "instrumented")
def test_hooks_of_http_spans_are_left_to_the_application(
    provider: TracerProvider, gateway: str
) -> None:
    seen: list[str] = []
    HTTPX2ClientInstrumentor().instrument(
        tracer_provider=provider, request_hook=lambda span, _request: seen.append(span.name)
    )
    with httpx2.Client() as client:
        client.post(gateway).raise_for_status()
    assert seen == ["POST"]


class SlottedProvider(NoOpTracerProvider):
    """Takes processors, and nothing else."""

    __slots__ = ("processors",)

    def __init__(self) -> None:
        self.processors: list[SpanProcessor] = []

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.__slots__:
            raise AttributeError(name)
        super().__setattr__(name, value)

    def add_span_processor(self, processor: SpanProcessor) -> None:
        self.processors.append(processor)


def test_a_provider_that_remembers_nothing_is_served_once() -> None:
    provider = SlottedProvider()
    helicone_otel.instrument(tracer_provider=provider)
    for _turn in range(3):
        with session("Chat"):
            pass
    assert len(provider.processors) == 1


def test_a_provider_that_takes_no_processor_is_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Refusing(NoOpTracerProvider):
        def add_span_processor(self, processor: SpanProcessor) -> None:
            raise RuntimeError(processor)

    helicone_otel.instrument(tracer_provider=Refusing())
    for _turn in range(3):
        with session("Chat", id="1") as reference:
            assert reference.id == "1"
    assert [record.getMessage() for record in caplog.records] == [
        "Adding the span processor failed (RuntimeError); the application goes on without it"
    ]


def test_the_entry_point_turns_on_nothing_else(provider: TracerProvider) -> None:
    instrumentor = HeliconeInstrumentor()
    assert tuple(instrumentor.instrumentation_dependencies()) == ()
    instrumentor.instrument(tracer_provider=provider)
    assert not HTTPXClientInstrumentor().is_instrumented_by_opentelemetry
    assert not HTTPX2ClientInstrumentor().is_instrumented_by_opentelemetry


def test_the_off_switch_switches_everything_off(
    provider: TracerProvider, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELICONE_OTEL_DISABLED", "true")
    originals = methods()
    helicone_otel.instrument(tracer_provider=provider)
    with provider.get_tracer("app").start_as_current_span("app") as outer:
        with session("Chat", id="1") as reference:
            outer.add_event("still current")
        assert reference.id == "1"
    assert methods() == originals
    assert [span.name for span in exporter.get_finished_spans()] == ["app"]


def test_a_library_without_the_private_method_is_wrapped_at_its_transports(
    provider: TracerProvider, caplog: pytest.LogCaptureFixture
) -> None:
    class Transport:
        def handle_request(self, request: httpx2.Request) -> httpx2.Headers:
            return request.headers

    library = ModuleType("httpx9")
    vars(library).update(Client=SimpleNamespace, HTTPTransport=Transport)
    activation = Activation(provider, HeliconeSpanProcessor)
    wrapping = HttpWrapping(HttpCalls(AllowList.of(["gateway.local"]), activation))
    wrapping.wrap_library(library)
    request = httpx2.Request("POST", "http://gateway.local")
    with session("Chat", id="1"):
        headers = Transport().handle_request(request)
    assert headers["helicone-session-id"] == "1"
    fallback, unknown = (record.getMessage() for record in caplog.records)
    assert fallback.startswith("httpx9 has no Client._send_single_request")
    assert unknown == "httpx9 is of an unknown make: its calls get no session headers"


def test_importing_the_package_is_light() -> None:
    run(
        "import sys, helicone_otel\n"
        "heavy = {'httpx', 'httpx2', 'wrapt', 'opentelemetry.sdk', 'fastapi', 'sqlite_utils'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )


def test_libraries_are_wrapped_when_the_application_imports_them() -> None:
    run(
        "import sys, helicone_otel\n"
        "helicone_otel.instrument()\n"
        "assert not {'httpx', 'httpx2'} & set(sys.modules)\n"
        "import httpx\n"
        "assert hasattr(httpx.Client._send_single_request, '__wrapped__')\n"
        "helicone_otel.uninstrument()\n"
        "import httpx2\n"
        "assert not hasattr(httpx.Client._send_single_request, '__wrapped__')\n"
        "assert not hasattr(httpx2.Client._send_single_request, '__wrapped__')\n"
        "helicone_otel.instrument()\n"
        "assert hasattr(httpx.AsyncClient._send_single_request, '__wrapped__')\n"
        "assert hasattr(httpx2.AsyncClient._send_single_request, '__wrapped__')\n"
    )


def test_a_global_provider_may_be_set_afterwards() -> None:
    run(
        "import helicone_otel\n"
        "from opentelemetry import trace\n"
        "from opentelemetry.sdk.trace import TracerProvider\n"
        "helicone_otel.instrument()\n"
        "with helicone_otel.session('Early') as early:\n"
        "    assert early.id\n"
        "trace.set_tracer_provider(TracerProvider())\n"
        "with helicone_otel.session('Chat', user_id='u'):\n"
        "    assert trace.get_current_span().is_recording()\n"
        "    inner = trace.get_tracer('app').start_span('inner')\n"
        "    assert inner.attributes['helicone.user.id'] == 'u'\n"
    )


def test_blocks_work_without_switching_on(gateway: str, received: list[Headers]) -> None:
    with session("Chat") as reference, step("plan"), httpx2.Client() as client:
        client.post(gateway).raise_for_status()
    assert reference.name == "Chat"
    assert "helicone-session-id" not in received[0]
