"""What a call says on its LLM span, else on its HTTP span."""

import asyncio
from collections.abc import Mapping

import httpx2
import pytest
from openai import OpenAI
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from helicone_otel import session, step
from helicone_otel.client.live_spans import is_llm_span

Headers = dict[str, str]
TOOL = {"openinference.span.kind": "TOOL"}
AGENT = {"gen_ai.operation.name": "invoke_agent"}


def ask(client: OpenAI, headers: Mapping[str, str] | None = None) -> None:
    client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "?"}], extra_headers=headers
    )


def spans_named(exporter: InMemorySpanExporter, name: str) -> list[dict[str, object]]:
    return [said(span) for span in exporter.get_finished_spans() if span.name == name]


def said(span: ReadableSpan) -> dict[str, object]:
    ours = ("helicone.", "session.", "user.")
    return {key: value for key, value in (span.attributes or {}).items() if key.startswith(ours)}


@pytest.mark.usefixtures("http_spans", "llm_spans")
def test_path_and_request_id_go_on_the_llm_span_only(
    openai_client: OpenAI, received: list[Headers], exporter: InMemorySpanExporter
) -> None:
    with session("Chat", id="1"), step("plan"):
        ask(openai_client)
    inherited = {
        "helicone.session.id": "1",
        "session.id": "1",
        "helicone.session.name": "Chat",
    }
    request_id = received[0]["helicone-request-id"]
    own = {"helicone.session.path": "/plan", "helicone.request.id": request_id}
    assert spans_named(exporter, "chat m") == [inherited | own]
    assert spans_named(exporter, "POST") == [inherited]


@pytest.mark.usefixtures("http_spans", "openinference_spans")
def test_openinference_spans_are_llm_spans(
    openai_client: OpenAI, received: list[Headers], exporter: InMemorySpanExporter
) -> None:
    with session("Chat"), step("plan"):
        ask(openai_client)
    (llm,) = spans_named(exporter, "ChatCompletion")
    assert llm["helicone.session.path"] == "/plan"
    assert llm["helicone.request.id"] == received[0]["helicone-request-id"]


@pytest.mark.usefixtures("http_spans")
def test_without_an_llm_span_they_go_on_the_http_span(
    openai_client: OpenAI, received: list[Headers], exporter: InMemorySpanExporter
) -> None:
    with session("Chat"), step("plan"):
        ask(openai_client)
    request_id = received[0]["helicone-request-id"]
    assert spans_named(exporter, "POST") == [
        {
            "helicone.session.name": "Chat",
            "helicone.session.path": "/plan",
            "helicone.request.id": request_id,
        }
    ]
    assert "helicone.request.id" not in spans_named(exporter, "plan")[0]


@pytest.mark.usefixtures("http_spans", "llm_spans")
def test_a_session_that_nobody_named_is_not_written(
    openai_client: OpenAI, received: list[Headers], exporter: InMemorySpanExporter
) -> None:
    ask(openai_client)
    (llm, http) = (spans_named(exporter, name)[0] for name in ("chat m", "POST"))
    assert received[0]["helicone-session-path"] == "/"
    assert llm == {"helicone.request.id": received[0]["helicone-request-id"]}
    assert http == {}


@pytest.mark.usefixtures("http_spans")
def test_calls_to_other_hosts_get_the_session_but_no_path(
    elsewhere: str, exporter: InMemorySpanExporter
) -> None:
    with session("Weather"), step("look up"), httpx2.Client() as client:
        client.post(elsewhere).raise_for_status()
    assert spans_named(exporter, "POST") == [{"helicone.session.name": "Weather"}]


@pytest.mark.usefixtures("http_spans", "llm_spans")
def test_headers_set_by_hand_go_on_the_call_never_on_the_step(
    openai_client: OpenAI, exporter: InMemorySpanExporter
) -> None:
    with session("Chat", id="1", user_id="u"), step("plan"):
        ask(
            openai_client,
            {
                "Helicone-Session-Id": "2",
                "Helicone-Session-Path": "/caf%C3%A9",
                "Helicone-Property-x": "y",
                "Helicone-Request-Id": "r",
            },
        )
    by_hand = {"helicone.session.id": "2", "session.id": "2", "helicone.property.x": "y"}
    user = {"helicone.user.id": "u", "user.id": "u"}
    own = {"helicone.session.path": "/café", "helicone.request.id": "r"}
    assert spans_named(exporter, "chat m") == [by_hand | user | own | {"helicone.session.name": ""}]
    assert spans_named(exporter, "POST") == [by_hand | user]
    assert spans_named(exporter, "plan")[0]["helicone.session.id"] == "1"


@pytest.mark.usefixtures("http_spans")
def test_headers_set_by_hand_are_read_on_any_host(
    elsewhere: str, exporter: InMemorySpanExporter
) -> None:
    by_hand = {"Helicone-Session-Id": "2", "Helicone-Session-Path": "mine"}
    with session("Chat", id="1", user_id="u"), step("plan"), httpx2.Client() as client:
        client.post(elsewhere, headers=by_hand).raise_for_status()
    assert spans_named(exporter, "POST") == [
        {
            "helicone.session.id": "2",
            "session.id": "2",
            "helicone.session.path": "/mine",
            "helicone.user.id": "u",
            "user.id": "u",
        }
    ]


@pytest.mark.usefixtures("http_spans")
def test_headers_set_by_hand_need_no_session(
    elsewhere: str, exporter: InMemorySpanExporter
) -> None:
    with httpx2.Client(headers={"Helicone-Session-Id": "2"}) as client:
        client.post(elsewhere).raise_for_status()
    assert spans_named(exporter, "POST") == [{"helicone.session.id": "2", "session.id": "2"}]


@pytest.mark.parametrize(
    ("scope", "kind", "attributes", "expected"),
    [
        ("app", SpanKind.CLIENT, {"gen_ai.operation.name": "chat"}, True),
        ("app", SpanKind.INTERNAL, {"openinference.span.kind": "LLM"}, True),
        ("app", SpanKind.CLIENT, {"llm.request.type": "embedding"}, True),
        ("com.anthropic.sdk.python", SpanKind.CLIENT, {}, True),
        ("com.anthropic.sdk.python", SpanKind.INTERNAL, {}, False),
        ("openinference.instrumentation.x", SpanKind.CLIENT, TOOL, False),
        ("opentelemetry.util.genai", SpanKind.CLIENT, AGENT, False),
        ("app", SpanKind.CLIENT, {}, False),
    ],
)
def test_llm_spans_are_known_by_attributes_else_by_scope(
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    scope: str,
    kind: SpanKind,
    attributes: dict[str, str],
    *,
    expected: bool,
) -> None:
    provider.get_tracer(scope).start_span("x", kind=kind, attributes=attributes).end()
    assert is_llm_span(exporter.get_finished_spans()[0]) is expected


@pytest.mark.usefixtures("instrumented")
def test_a_session_opened_inside_a_call_outranks_the_call(
    provider: TracerProvider, gateway: str, exporter: InMemorySpanExporter
) -> None:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        with session("Inner", id="2"):
            provider.get_tracer("app").start_span("work").end()
        return httpx2.Response(200)

    with session("Outer", id="1"), httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        client.post(gateway)
    (work,) = spans_named(exporter, "work")
    assert (work["session.id"], work["helicone.session.name"]) == ("2", "Inner")


@pytest.mark.usefixtures("instrumented")
def test_a_task_born_in_a_call_is_not_marked_by_it_afterwards(
    provider: TracerProvider, gateway: str, exporter: InMemorySpanExporter
) -> None:
    async def main() -> None:
        answered = asyncio.Event()
        tasks: list[asyncio.Task[None]] = []

        async def work() -> None:
            await answered.wait()
            provider.get_tracer("app").start_span("bare").end()
            with session("Inner", id="2"):
                provider.get_tracer("app").start_span("inner").end()

        async def answer(_request: httpx2.Request) -> httpx2.Response:
            tasks.append(asyncio.create_task(work()))
            return httpx2.Response(200)

        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
            await client.post(gateway, headers={"Helicone-Session-Id": "by hand"})
        answered.set()
        await asyncio.gather(*tasks)

    with session("Outer", id="1"):
        asyncio.run(main())
    ids = {
        span.name: (span.attributes or {})["session.id"] for span in exporter.get_finished_spans()
    }
    assert ids == {"Outer": "1", "bare": "1", "Inner": "2", "inner": "2"}


@pytest.mark.usefixtures("http_spans")
def test_a_call_inside_a_call_is_not_taken_for_it(
    gateway: str, elsewhere: str, exporter: InMemorySpanExporter
) -> None:
    class Relay(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            with httpx2.Client() as client:
                client.get(f"{elsewhere}/weather")
            return super().handle_request(request)

    with session("Chat"), httpx2.Client(transport=Relay()) as client:
        client.post(gateway).raise_for_status()
    assert spans_named(exporter, "GET") == [{"helicone.session.name": "Chat"}]
    assert "helicone.request.id" in spans_named(exporter, "POST")[0]
