"""The request hooks: session headers through OpenTelemetry's own instrumentations."""

import asyncio
from collections.abc import Callable, Iterator

import httpx
import httpx2
import pytest
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor, HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider

import helicone_otel
from helicone_otel import session, step

Headers = dict[str, str]


@pytest.fixture(autouse=True)
def _hooked(
    provider: TracerProvider, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setenv("HELICONE_OTEL_HOSTS", gateway)
    instrumentors = [HTTPXClientInstrumentor(), HTTPX2ClientInstrumentor()]
    for instrumentor in instrumentors:
        instrumentor.instrument(
            tracer_provider=provider,
            request_hook=helicone_otel.request_hook,
            async_request_hook=helicone_otel.async_request_hook,
        )
    yield
    for instrumentor in instrumentors:
        instrumentor.uninstrument()


def post(url: str) -> None:
    with httpx.Client(follow_redirects=True) as client:
        client.post(url).raise_for_status()


def post_async(url: str) -> None:
    async def send() -> None:
        async with httpx2.AsyncClient(follow_redirects=True) as client:
            (await client.post(url)).raise_for_status()

    asyncio.run(send())


both = pytest.mark.parametrize("send", [post, post_async])


@both
def test_a_call_says_its_session(
    send: Callable[[str], None], gateway: str, received: list[Headers]
) -> None:
    with session("Chat", id="1"), step("plan"):
        send(gateway)
    assert received[0]["helicone-session-id"] == "1"
    assert received[0]["helicone-session-path"] == "/plan"


@both
def test_other_hosts_and_redirects_are_told_nothing(
    send: Callable[[str], None],
    gateway: str,
    elsewhere: str,
    received: list[Headers],
    received_elsewhere: list[Headers],
) -> None:
    with session("Chat", id="1"):
        send(elsewhere)
        send(f"{gateway}/redirect?to={elsewhere}/landed")
    assert received[0]["helicone-session-id"] == "1"
    for headers in received_elsewhere:
        assert not [name for name in headers if name.startswith("helicone-")]


@both
def test_beside_the_wrapper_it_does_nothing(
    send: Callable[[str], None],
    provider: TracerProvider,
    gateway: str,
    received: list[Headers],
) -> None:
    helicone_otel.instrument(tracer_provider=provider, hosts=[gateway])
    with session("Chat", id="1"), step("plan"):
        send(gateway)
    assert received[0]["helicone-session-path"] == "/plan"


def test_a_hook_never_raises(provider: TracerProvider, caplog: pytest.LogCaptureFixture) -> None:
    span = provider.get_tracer("app").start_span("POST")
    helicone_otel.request_hook(span, object())  # type: ignore[arg-type] # what nobody expects
    assert [record.levelname for record in caplog.records] == ["WARNING"]
