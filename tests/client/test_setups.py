"""Every way an application may be set up: by file, disabled, in greenlets and executors."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import httpx
import httpx2
import pytest
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import helicone_otel
from helicone_otel import session, step

Headers = dict[str, str]
QUIET = {
    "OTEL_TRACES_EXPORTER": "none",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
}
ONE_CALL = """
import sys, httpx2
from helicone_otel import session, step
with session('Chat', id='1', user_id='u'), step('plan'), httpx2.Client() as client:
    client.post(sys.argv[1], json={}).raise_for_status()
"""
IN_GREENLETS = """
from gevent import monkey; monkey.patch_all()
import sys, gevent, httpx2, helicone_otel
from opentelemetry.sdk.trace import TracerProvider
from helicone_otel import session, step

helicone_otel.instrument(tracer_provider=TracerProvider(), hosts=[sys.argv[1]])

def chat(number):
    with session('Chat', id=str(number)), httpx2.Client() as client:
        for piece in ('a', 'b'):
            with step(f'{number}{piece}'):
                gevent.sleep(0)
                client.post(sys.argv[1], json={}).raise_for_status()

gevent.joinall([gevent.spawn(chat, number) for number in range(5)], raise_error=True)
"""


def run(script: str, url: str, *, launched: bool = False, **environment: str) -> str:
    """Run *script* in a process of its own, maybe under `opentelemetry-instrument`."""
    launcher = [str(Path(sys.executable).with_name("opentelemetry-instrument"))]
    done = subprocess.run(
        [*(launcher if launched else []), sys.executable, "-c", script, url],
        env={**os.environ, **QUIET, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_configuration_file_is_enough(
    gateway: str, received: list[Headers], tmp_path: Path
) -> None:
    config = tmp_path / "otel.yaml"
    config.write_text(
        f"""
file_format: "1.0"
propagator:
  composite:
    - tracecontext: {{}}
    - helicone: {{}}
tracer_provider:
  processors:
    - simple:
        exporter:
          console: {{}}
instrumentation/development:
  python:
    helicone:
      hosts: ["{gateway}"]
      llm_spans: false
"""
    )
    printed = run(ONE_CALL, gateway, launched=True, OTEL_CONFIG_FILE=str(config))
    assert received[0]["helicone-session-path"] == "/plan"
    names = []
    while printed := printed.strip():
        span, end = json.JSONDecoder().raw_decode(printed)
        names.append((span["name"], span["attributes"].get("helicone.user.id")))
        printed = printed[end:]
    assert {("plan", "u"), ("Chat", "u")} <= {*names}


@pytest.mark.parametrize("off", ["OTEL_SDK_DISABLED", "OTEL_TRACES_SAMPLER"])
def test_headers_need_no_spans(off: str, gateway: str, received: list[Headers]) -> None:
    value = "true" if off == "OTEL_SDK_DISABLED" else "always_off"
    run(ONE_CALL, gateway, launched=True, HELICONE_OTEL_HOSTS=gateway, **{off: value})
    assert received[0]["helicone-session-id"] == "1"
    assert received[0]["helicone-session-path"] == "/plan"


def test_the_off_switch_is_obeyed_by_everything(gateway: str, received: list[Headers]) -> None:
    run(
        ONE_CALL,
        gateway,
        launched=True,
        HELICONE_OTEL_HOSTS=gateway,
        HELICONE_OTEL_DISABLED="true",
        OTEL_PROPAGATORS="tracecontext,helicone",
    )
    assert "helicone-session-id" not in received[0]


def test_greenlets_do_not_mix(gateway: str, received: list[Headers]) -> None:
    run(IN_GREENLETS, gateway)
    assert len(received) == 10
    for headers in received:
        number, path = headers["helicone-session-id"], headers["helicone-session-path"]
        assert path in {f"/{number}a", f"/{number}b"}


@pytest.mark.usefixtures("instrumented")
def test_an_executor_continues_a_session_if_its_context_is_carried(
    gateway: str, received: list[Headers]
) -> None:
    def post() -> None:
        with httpx2.Client() as client:
            client.post(gateway).raise_for_status()

    with ThreadPoolExecutor(1) as pool, session("Chat", id="1"), step("plan"):
        pool.submit(copy_context().run, post).result()
        pool.submit(post).result()
    assert received[0]["helicone-session-path"] == "/plan"
    assert "helicone-session-path" not in received[1]


def ours_then_theirs(provider: TracerProvider, hosts: list[str]) -> None:
    helicone_otel.instrument(tracer_provider=provider, hosts=hosts)
    HTTPX2ClientInstrumentor().instrument(tracer_provider=provider)


def theirs_then_ours(provider: TracerProvider, hosts: list[str]) -> None:
    HTTPX2ClientInstrumentor().instrument(tracer_provider=provider)
    helicone_otel.instrument(tracer_provider=provider, hosts=hosts)


@pytest.mark.parametrize("switch_on", [ours_then_theirs, theirs_then_ours])
def test_the_order_of_instrumentations_does_not_matter(
    switch_on: Callable[[TracerProvider, list[str]], None],
    provider: TracerProvider,
    gateway: str,
    received: list[Headers],
    exporter: InMemorySpanExporter,
) -> None:
    switch_on(provider, [gateway])
    try:
        with session("Chat", id="1"), httpx2.Client() as client:
            client.post(gateway).raise_for_status()
    finally:
        HTTPX2ClientInstrumentor().uninstrument()
    assert received[0]["helicone-session-id"] == "1"
    assert "traceparent" in received[0]
    (http,) = (span for span in exporter.get_finished_spans() if span.name == "POST")
    assert (http.attributes or {})["helicone.request.id"] == received[0]["helicone-request-id"]


class Sync(httpx.BaseTransport):
    def __init__(self, received: list[Headers]) -> None:
        self._received = received

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._received.append(dict(request.headers))
        return httpx.Response(200)


class Async(httpx2.AsyncBaseTransport):
    def __init__(self, received: list[Headers]) -> None:
        self._received = received

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._received.append(dict(request.headers))
        return httpx2.Response(200)


def test_clients_made_before_with_transports_of_their_own_are_served(
    provider: TracerProvider, gateway: str
) -> None:
    received: list[Headers] = []
    client = httpx.Client(transport=Sync(received))
    async_client = httpx2.AsyncClient(mounts={"http://": Async(received)})

    async def post() -> None:
        async with async_client:
            await async_client.post(gateway)

    helicone_otel.instrument(tracer_provider=provider, hosts=[gateway])
    with session("Chat", id="1"):
        client.post(gateway)
        asyncio.run(post())
    assert [headers["helicone-session-id"] for headers in received] == ["1", "1"]
    helicone_otel.uninstrument()
    client.post(gateway)
    assert "helicone-session-id" not in received[-1]
    client.close()


@pytest.mark.usefixtures("instrumented")
def test_a_library_with_other_insides_is_served_by_its_public_ways(
    gateway: str, received: list[Headers]
) -> None:
    class Headers9(httpx2.Headers):
        """Keeps its entries elsewhere."""

        def __getattribute__(self, name: str) -> object:
            if name == "__dict__":
                return {}
            return super().__getattribute__(name)

    with session("Chat", id="1"), httpx2.Client() as client:
        request = client.build_request("POST", gateway, headers={"X-Mine": "1"})
        request.headers = own = Headers9(request.headers)
        client.send(request).raise_for_status()
    assert (received[0]["helicone-session-id"], received[0]["x-mine"]) == ("1", "1")
    assert request.headers is own
    assert "helicone-session-id" not in own
