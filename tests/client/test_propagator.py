"""`helicone` among the propagators: session headers for libraries that are not wrapped."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import httpx2
import pytest
import requests
from opentelemetry import propagate
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import helicone_otel
from helicone_otel import session, step
from helicone_otel.client.carriers import place_of
from helicone_otel.client.propagator import HeliconePropagator
from helicone_otel.session_reference import reference_from_headers

Headers = dict[str, str]


@pytest.fixture(autouse=True)
def _propagating() -> Iterator[None]:
    before: TextMapPropagator = propagate.get_global_textmap()
    propagate.set_global_textmap(
        CompositePropagator([TraceContextTextMapPropagator(), HeliconePropagator()])
    )
    yield
    propagate.set_global_textmap(before)


@pytest.fixture
def _requests_spans(
    provider: TracerProvider, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setenv("HELICONE_OTEL_HOSTS", gateway)
    RequestsInstrumentor().instrument(tracer_provider=provider)
    yield
    RequestsInstrumentor().uninstrument()


with_requests = pytest.mark.usefixtures("_requests_spans")


def helicone_names(headers: Headers) -> set[str]:
    return {name for name in headers if name.startswith("helicone-")}


@with_requests
@pytest.mark.parametrize("switched_on", [False, True], ids=["alone", "with instrument()"])
def test_requests_say_their_session(
    provider: TracerProvider,
    gateway: str,
    received: list[Headers],
    exporter: InMemorySpanExporter,
    *,
    switched_on: bool,
) -> None:
    if switched_on:
        helicone_otel.instrument(tracer_provider=provider, hosts=[gateway])
    with session("Chat", id="1", user_id="u", properties={"x": "y"}), step("plan") as reference:
        requests.post(gateway, timeout=9).raise_for_status()
    assert reference_from_headers(received[0]) == reference
    (http,) = (span for span in exporter.get_finished_spans() if span.kind is SpanKind.CLIENT)
    said = http.attributes or {}
    assert said["helicone.request.id"] == received[0]["helicone-request-id"]
    assert said["helicone.session.path"] == "/plan"


@with_requests
def test_other_hosts_are_told_nothing(elsewhere: str, received_elsewhere: list[Headers]) -> None:
    with session("Chat", id="1"):
        requests.post(elsewhere, timeout=9).raise_for_status()
    assert helicone_names(received_elsewhere[0]) == set()
    assert "traceparent" in received_elsewhere[0]


@with_requests
@pytest.mark.parametrize("request_ids", ["true", "false"])
def test_redirects_to_other_hosts_carry_nothing_of_ours(
    request_ids: str,
    gateway: str,
    elsewhere: str,
    received: list[Headers],
    received_elsewhere: list[Headers],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HELICONE_OTEL_REQUEST_IDS", request_ids)
    with session("Chat", id="1"):
        requests.post(
            f"{gateway}/redirect?to={elsewhere}/landed",
            headers={"Helicone-Auth": "mine"},
            timeout=9,
        ).raise_for_status()
    assert received[0]["helicone-session-id"] == "1"
    assert ("helicone-request-id" in received[0]) == (request_ids == "true")
    assert helicone_names(received_elsewhere[0]) == {"helicone-auth"}


@with_requests
def test_headers_set_by_hand_win(gateway: str, received: list[Headers]) -> None:
    with session("Chat", id="1"), step("plan"):
        requests.post(gateway, headers={"helicone-session-path": "/mine"}, timeout=9)
    assert received[0]["helicone-session-path"] == "/mine"
    assert received[0]["helicone-session-id"] == "1"


@with_requests
def test_headers_of_a_session_are_used_again_by_nobody(
    gateway: str, received: list[Headers]
) -> None:
    with session("Chat", id="1"), requests.Session() as client:
        prepared = client.prepare_request(requests.Request("POST", gateway))
        for piece in ("a", "b"):
            with step(piece):
                client.send(prepared, timeout=9).raise_for_status()
    assert [headers["helicone-session-path"] for headers in received] == ["/a", "/b"]
    assert len({headers["helicone-request-id"] for headers in received}) == 2


def test_without_a_host_nothing_is_written(
    gateway: str, received: list[Headers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A span that is not recorded says no URL, and requests has no `Host` header yet."""
    monkeypatch.setenv("HELICONE_OTEL_HOSTS", gateway)
    unsampled = TracerProvider(ALWAYS_OFF, shutdown_on_exit=False)
    RequestsInstrumentor().instrument(tracer_provider=unsampled)
    try:
        with session("Chat", id="1"):
            requests.post(gateway, timeout=9).raise_for_status()
    finally:
        RequestsInstrumentor().uninstrument()
    assert helicone_names(received[0]) == set()


@pytest.mark.parametrize(
    ("attributes", "kind", "carrier", "host"),
    [
        ({"url.full": "https://a.ai:81/x"}, SpanKind.CLIENT, {}, b"a.ai"),
        ({"http.url": "http://a.ai/x"}, SpanKind.CLIENT, {}, b"a.ai"),
        ({"url.full": "http://a.ai/x"}, SpanKind.SERVER, {}, None),
        ({}, SpanKind.CLIENT, {}, None),
        ({}, SpanKind.INTERNAL, {"Host": "a.ai:81"}, b"a.ai"),
        ({"url.full": "http://a.ai"}, SpanKind.CLIENT, {"Host": "b.ai"}, None),
        ({"url.full": "http://[x"}, SpanKind.CLIENT, {}, None),
        ({"url.full": "http://bücher.ai"}, SpanKind.CLIENT, {}, b"xn--bcher-kva.ai"),
    ],
)
def test_the_host_comes_from_the_span_or_the_header_else_there_is_none(
    attributes: Headers,
    kind: SpanKind,
    carrier: Headers,
    host: bytes | None,
    provider: TracerProvider,
) -> None:
    span = provider.get_tracer("http").start_span("POST", kind=kind, attributes=attributes)
    place = place_of(span, carrier)
    assert (None if place is None else place.raw_host) == host


def test_wrapped_libraries_are_left_to_the_wrapper(
    provider: TracerProvider, gateway: str, received: list[Headers]
) -> None:
    helicone_otel.instrument(tracer_provider=provider, hosts=[gateway])
    HTTPX2ClientInstrumentor().instrument(tracer_provider=provider)
    try:
        with session("Chat", id="1"), httpx2.Client() as client:
            response = client.post(gateway)
    finally:
        HTTPX2ClientInstrumentor().uninstrument()
    assert received[0]["helicone-session-id"] == "1"
    assert helicone_names(dict(response.request.headers)) == set()


def test_httpx2_without_the_wrapper_is_served_and_redirects_are_clean(
    provider: TracerProvider,
    gateway: str,
    elsewhere: str,
    received: list[Headers],
    received_elsewhere: list[Headers],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HELICONE_OTEL_HOSTS", gateway)
    HTTPX2ClientInstrumentor().instrument(tracer_provider=provider)
    try:
        with session("Chat", id="1"), httpx2.Client(follow_redirects=True) as client:
            client.post(f"{gateway}/redirect?to={elsewhere}/landed").raise_for_status()
    finally:
        HTTPX2ClientInstrumentor().uninstrument()
    assert received[0]["helicone-session-id"] == "1"
    assert helicone_names(received_elsewhere[0]) == set()


def as_instrumented(provider: TracerProvider) -> aiohttp.TraceConfig:
    """Do as OpenTelemetry's instrumentation of aiohttp: inject once, when a request starts."""

    async def start(
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        attributes = {"http.url": str(params.url)}
        tracer = provider.get_tracer("opentelemetry.instrumentation.aiohttp_client")
        with tracer.start_as_current_span("POST", kind=SpanKind.CLIENT, attributes=attributes):
            propagate.inject(params.headers)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(start)
    return config


def test_redirects_of_aiohttp_are_clean(
    provider: TracerProvider,
    gateway: str,
    elsewhere: str,
    received: list[Headers],
    received_elsewhere: list[Headers],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        async with aiohttp.ClientSession(trace_configs=[as_instrumented(provider)]) as client:
            for url in (f"{gateway}/redirect?to={elsewhere}/landed", gateway, elsewhere):
                async with client.post(url, headers={"Helicone-Auth": "mine"}) as response:
                    response.raise_for_status()

    monkeypatch.setenv("HELICONE_OTEL_HOSTS", gateway)
    with session("Chat", id="1"), step("plan"):
        asyncio.run(main())
    assert [headers["helicone-session-path"] for headers in received] == ["/plan", "/plan"]
    assert [helicone_names(headers) for headers in received_elsewhere] == [{"helicone-auth"}] * 2


def test_other_carriers_stay_as_they_are() -> None:
    carrier: list[tuple[str, bytes]] = []  # as messaging libraries have it
    with session("Chat", id="1"):
        HeliconePropagator().inject(carrier)
        assert not HeliconePropagator().extract(carrier).get("x")
    assert carrier == []


def test_it_is_found_by_name_and_needs_no_code(
    gateway: str, received: list[Headers], tmp_path: Path
) -> None:
    script = tmp_path / "application.py"
    script.write_text(
        "import sys, requests\n"
        "from helicone_otel import session\n"
        "with session('Chat', id='1'):\n"
        "    requests.post(sys.argv[1], timeout=9).raise_for_status()\n"
    )
    environment = {
        "OTEL_PROPAGATORS": "tracecontext,baggage,helicone",
        "OTEL_TRACES_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "HELICONE_OTEL_HOSTS": gateway,
    }
    launcher = Path(sys.executable).with_name("opentelemetry-instrument")
    done = subprocess.run(
        [launcher, sys.executable, script, gateway],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert received[0]["helicone-session-id"] == "1"


def test_its_module_needs_no_sdk() -> None:
    script = (
        "import sys, helicone_otel.client.propagator\n"
        "heavy = {'opentelemetry.sdk', 'opentelemetry.instrumentation', 'wrapt'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
