"""Spans of our own for LLM calls that nothing else covers: what they say, and when they end."""

import asyncio
import gc
import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import NoReturn

import httpx
import httpx2
import openai
import pytest
from anthropic import Anthropic
from openai import AsyncOpenAI, DefaultAioHttpClient, OpenAI
from openai.types.chat import ChatCompletionUserMessageParam
from openinference.instrumentation import suppress_tracing
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracer, NoOpTracerProvider, SpanKind, StatusCode, Tracer

import helicone_otel
from helicone_otel import session, step
from helicone_otel.client.activation import LLM_CALLS_SCOPE
from helicone_otel.demo.provider import StandInProvider
from helicone_otel.demo.replies import BREAKING_MODEL

Attributes = Mapping[str, object]
LEFT_OPEN = """
import sys
import helicone_otel
from openai import OpenAI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter()))
helicone_otel.instrument(tracer_provider=provider)
stream = OpenAI(base_url=sys.argv[1] + "/v1", api_key="key").chat.completions.create(
    model="gpt-4o-mini", messages=[{"role": "user", "content": "?"}], stream=True
)
next(iter(stream))
"""
QUESTION: ChatCompletionUserMessageParam = {
    "role": "user",
    "content": "How do I reset my password?",
}
MODEL = "gpt-4o-mini"
GEMINI_ANSWER: list[object] = [
    {"responseId": "r", "candidates": [{"content": {"parts": [{"text": "Cl"}]}}]},
    {
        "candidates": [{"content": {"parts": [{"text": "ick"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 5},
    },
]


@pytest.fixture
def llm() -> Iterator[StandInProvider]:
    with StandInProvider() as provider:
        yield provider


@pytest.fixture
def root(llm: StandInProvider) -> str:
    """Return the address of the stand-in provider without a path."""
    return llm.base_url.removesuffix("/v1")


@pytest.fixture(autouse=True)
def switched_on(provider: TracerProvider, root: str) -> TracerProvider:
    helicone_otel.instrument(tracer_provider=provider, hosts=[root])
    return provider


@pytest.fixture
def client(llm: StandInProvider) -> Iterator[OpenAI]:
    with OpenAI(base_url=llm.base_url, api_key="key", max_retries=0) as client:
        yield client


def ours(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    return [
        span
        for span in exporter.get_finished_spans()
        if span.instrumentation_scope and span.instrumentation_scope.name == LLM_CALLS_SCOPE
    ]


def the_span(exporter: InMemorySpanExporter) -> tuple[ReadableSpan, dict[str, object]]:
    (span,) = ours(exporter)
    return span, dict(span.attributes or {})


def ask(client: OpenAI, **options: object) -> object:
    return client.chat.completions.create(model=MODEL, messages=[QUESTION], **options)  # type: ignore[call-overload] # any option may be tried


def test_a_chat_says_what_was_asked_and_what_it_used(
    client: OpenAI, llm: StandInProvider, exporter: InMemorySpanExporter, root: str
) -> None:
    with session("Support", id="1"), step("question"):
        completion = client.chat.completions.create(
            model=MODEL, messages=[QUESTION], temperature=0.5, max_completion_tokens=99
        )
    span, attributes = the_span(exporter)
    assert completion.usage is not None
    assert (span.name, span.kind) == (f"chat {MODEL}", SpanKind.CLIENT)
    assert attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": MODEL,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 99,
        "gen_ai.response.model": completion.model,
        "gen_ai.response.id": completion.id,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": completion.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": completion.usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "server.address": "127.0.0.1",
        "server.port": httpx2.URL(root).port,
        "http.response.status_code": 200,
        "helicone.session.id": "1",
        "session.id": "1",
        "helicone.session.name": "Support",
        "helicone.session.path": "/question",
        "helicone.request.id": llm.journal[0].headers["helicone-request-id"],
        "helicone.id": llm.journal[0].headers["helicone-request-id"],
    }


def post(url: str, body: object) -> bytes:
    with httpx2.Client() as client:
        return client.post(url, json=body).content


def post_streaming(url: str, body: object) -> bytes:
    with httpx2.Client() as client, client.stream("POST", url, json=body) as response:
        return b"".join(response.iter_raw())


def post_httpx_async(url: str, body: object) -> bytes:
    async def main() -> bytes:
        async with httpx.AsyncClient() as client, client.stream("POST", url, json=body) as response:
            return b"".join([chunk async for chunk in response.aiter_bytes()])

    return asyncio.run(main())


OWN_IDS: dict[str, object] = dict.fromkeys(
    ("gen_ai.response.id", "helicone.id", "helicone.request.id", "helicone.session.path")
)
"""What two calls differ in."""
GEMINI = {"contents": [{"parts": [{"text": "Plan a trip."}]}], "generationConfig": {"topP": 0.5}}
MESSAGES = {"model": "claude-9", "max_tokens": 50, "messages": [QUESTION]}


@pytest.mark.parametrize(
    ("url_path", "body", "expected"),
    [
        pytest.param(
            "/v1/messages",
            MESSAGES,
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "anthropic",
                "gen_ai.request.max_tokens": 50,
                "gen_ai.response.finish_reasons": ("end_turn",),
                "gen_ai.usage.input_tokens": 19,  # 14, 2 read from the cache, 3 written to it
                "gen_ai.usage.cache_read.input_tokens": 2,
                "gen_ai.usage.cache_write.input_tokens": 3,
            },
            id="anthropic",
        ),
        pytest.param(
            "/v1beta/models/gemini-9:generateContent",
            GEMINI,
            {
                "gen_ai.operation.name": "generate_content",
                "gen_ai.provider.name": "gcp.gemini",
                "gen_ai.request.model": "gemini-9",
                "gen_ai.request.top_p": 0.5,
                "gen_ai.response.model": "gemini-9-001",
                "gen_ai.response.finish_reasons": ("stop",),
                "gen_ai.usage.input_tokens": 10,
                "gen_ai.usage.output_tokens": 56,  # 5 of them thoughts
                "gen_ai.usage.reasoning.output_tokens": 5,
            },
            id="gemini",
        ),
        pytest.param(
            "/v2/chat",
            {"model": "command-9", "messages": [QUESTION]},
            {
                "gen_ai.provider.name": "cohere",
                "gen_ai.response.finish_reasons": ("complete",),
                "gen_ai.usage.input_tokens": 14,
                "gen_ai.usage.output_tokens": 52,
            },
            id="cohere",
        ),
        pytest.param(
            "/v1/responses",
            {"model": MODEL, "input": "Plan a trip."},
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                "gen_ai.response.finish_reasons": ("stop",),
                "gen_ai.usage.input_tokens": 10,
                "gen_ai.usage.output_tokens": 51,
            },
            id="responses",
        ),
    ],
)
def test_every_shape_is_understood_streamed_or_not(
    url_path: str,
    body: dict[str, object],
    expected: Attributes,
    root: str,
    exporter: InMemorySpanExporter,
) -> None:
    post(root + url_path, body)
    _, plain = the_span(exporter)
    exporter.clear()
    streamed_path = url_path.replace(":generate", ":streamGenerate")
    sent = body if streamed_path != url_path else {**body, "stream": True}
    for send in (post_streaming, post_httpx_async):
        send(root + streamed_path, sent)
        _, streamed = the_span(exporter)
        exporter.clear()
        assert isinstance(streamed.pop("gen_ai.response.time_to_first_chunk"), float)
        assert streamed | OWN_IDS == {**plain, "gen_ai.request.stream": True} | OWN_IDS
    assert plain.items() >= expected.items()


def test_embeddings_are_calls_too(client: OpenAI, exporter: InMemorySpanExporter) -> None:
    texts = ["a few words"] * 100  # the answer is too long to be parsed whole
    embedded = client.embeddings.create(
        model="text-embedding-3-small", input=texts, encoding_format="float"
    )
    span, attributes = the_span(exporter)
    assert span.name == "embeddings text-embedding-3-small"
    assert attributes["gen_ai.usage.input_tokens"] == embedded.usage.prompt_tokens
    assert attributes["gen_ai.response.model"] == "text-embedding-3-small"


def test_a_long_prompt_is_read_for_what_it_asks_only(
    client: OpenAI, exporter: InMemorySpanExporter
) -> None:
    client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": 'Research "model": "no". ' * 40_000}],
        temperature=0.25,
    )
    _, attributes = the_span(exporter)
    assert attributes["gen_ai.request.model"] == MODEL
    assert attributes["gen_ai.request.temperature"] == 0.25


def test_streams_are_passed_on_as_they_are(
    client: OpenAI, root: str, exporter: InMemorySpanExporter
) -> None:
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))  # type: ignore[call-overload] # as above
    _, attributes = the_span(exporter)
    assert attributes["gen_ai.usage.output_tokens"] == chunks[-1].usage.completion_tokens
    assert attributes["gen_ai.response.finish_reasons"] == ("stop",)
    body = {"model": MODEL, "messages": [QUESTION], "stream": True}
    wrapped = post_streaming(f"{root}/v1/chat/completions", body)
    helicone_otel.uninstrument()
    bare = post_streaming(f"{root}/v1/chat/completions", body)
    assert [len(event) for event in wrapped.split(b"\n\n")] == [
        len(event) for event in bare.split(b"\n\n")
    ]


def test_a_stream_passes_while_it_comes(exporter: InMemorySpanExporter) -> None:
    """The first chunk is there while the second has not been sent."""
    sent: list[int] = []

    class Slow(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for number in range(3):
                sent.append(number)
                yield b'data: {"id":"x","model":"m"}\n\n'

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Slow())

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        body = {"model": "m", "messages": [], "stream": True}
        with client.stream("POST", "http://any/v1/chat/completions", json=body) as response:
            assert not ours(exporter)
            chunks = response.iter_raw()
            next(chunks)
            assert sent == [0]
            assert not ours(exporter)
    assert the_span(exporter)[1]["gen_ai.response.id"] == "x"


def test_an_abandoned_stream_ends_its_span(client: OpenAI, exporter: InMemorySpanExporter) -> None:
    stream = iter(ask(client, stream=True))  # type: ignore[call-overload] # as above
    next(stream)
    del stream
    gc.collect()
    span, attributes = the_span(exporter)
    assert span.status.status_code is StatusCode.UNSET
    assert "gen_ai.usage.output_tokens" not in attributes


def test_a_stream_that_is_left_open_to_the_end_is_told_of(root: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LEFT_OPEN, root], capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout)["name"] == f"chat {MODEL}"


def test_a_closed_stream_ends_its_span(client: OpenAI, exporter: InMemorySpanExporter) -> None:
    with ask(client, stream=True) as stream:  # type: ignore[attr-defined] # as above
        next(iter(stream))
        assert not ours(exporter)
    assert len(ours(exporter)) == 1


def test_a_stream_that_breaks_off_is_an_error(
    llm: StandInProvider, exporter: InMemorySpanExporter
) -> None:
    body = {"model": BREAKING_MODEL, "messages": [QUESTION], "stream": True}
    with pytest.raises(httpx2.RemoteProtocolError):
        post_streaming(f"{llm.base_url}/chat/completions", body)
    span, attributes = the_span(exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert attributes["error.type"] == "httpx2.RemoteProtocolError"


def test_a_stream_that_says_an_error_is_one(exporter: InMemorySpanExporter) -> None:
    events = b'data: {"id":"x"}\n\ndata: {"error":{"type":"overloaded_error"}}\n\n'
    answer = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=events)
    with httpx2.Client(transport=httpx2.MockTransport(lambda _: answer)) as client:
        client.post("http://any/v1/messages", json=MESSAGES)
    span, attributes = the_span(exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert attributes["error.type"] == "overloaded_error"


def test_a_refused_call_is_an_error_with_its_status(
    client: OpenAI, exporter: InMemorySpanExporter
) -> None:
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(model="fail-429", messages=[QUESTION])
    span, attributes = the_span(exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert (attributes["error.type"], attributes["http.response.status_code"]) == ("429", 429)


def test_a_call_that_finds_nobody_is_an_error(exporter: InMemorySpanExporter) -> None:
    with (
        OpenAI(base_url="http://127.0.0.1:1/v1", api_key="key", max_retries=0) as client,
        pytest.raises(openai.APIConnectionError),
    ):
        ask(client)
    span, attributes = the_span(exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert attributes["error.type"] == "httpx2.ConnectError"


def test_compressed_answers_are_read(exporter: InMemorySpanExporter) -> None:
    body = json.dumps({"id": "x", "model": "m", "usage": {"prompt_tokens": 3}}).encode()

    class Compressed(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield gzip.compress(body)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        return httpx2.Response(200, headers=headers, stream=Compressed())

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        answered = client.post("http://any/v1/messages", json=MESSAGES)
    assert answered.content == body
    assert the_span(exporter)[1]["gen_ai.usage.input_tokens"] == 3


def test_the_aiohttp_transport_is_covered(
    llm: StandInProvider, exporter: InMemorySpanExporter
) -> None:
    async def main() -> None:
        async with AsyncOpenAI(
            base_url=llm.base_url, api_key="key", http_client=DefaultAioHttpClient()
        ) as client:
            await client.chat.completions.create(model=MODEL, messages=[QUESTION])
            stream = await client.chat.completions.create(
                model=MODEL, messages=[QUESTION], stream=True
            )
            async for _ in stream:
                pass

    with session("Chat", id="1"):
        asyncio.run(main())
    assert [entry.headers["helicone-session-id"] for entry in llm.journal] == ["1", "1"]
    plain, streamed = (dict(span.attributes or {}) for span in ours(exporter))
    assert plain["gen_ai.usage.output_tokens"] == 52
    assert streamed["gen_ai.response.finish_reasons"] == ("stop",)


@pytest.mark.usefixtures("llm_spans")
def test_an_instrumentation_of_the_sdk_is_enough(
    client: OpenAI, llm: StandInProvider, exporter: InMemorySpanExporter
) -> None:
    ask(client)
    list(ask(client, stream=True))  # type: ignore[call-overload] # as above
    chats = [span for span in exporter.get_finished_spans() if span.name == f"chat {MODEL}"]
    assert len(chats) == 2
    assert not ours(exporter)
    answered_to = (chats[0].attributes or {})["helicone.id"]
    assert answered_to == llm.journal[0].headers["helicone-request-id"]


@pytest.mark.usefixtures("openinference_spans")
def test_openinference_is_enough_too(client: OpenAI, exporter: InMemorySpanExporter) -> None:
    ask(client)
    assert len(exporter.get_finished_spans()) == 1


def test_the_anthropic_sdk_traces_itself(
    provider: TracerProvider, root: str, exporter: InMemorySpanExporter
) -> None:
    previous = trace._TRACER_PROVIDER
    trace._TRACER_PROVIDER = provider
    try:
        with Anthropic(base_url=root, api_key="key", max_retries=0) as client:
            client.messages.create(
                model="claude-9", max_tokens=50, messages=[{"role": "user", "content": "?"}]
            )
    finally:
        trace._TRACER_PROVIDER = previous
    scopes = [
        s.instrumentation_scope.name
        for s in exporter.get_finished_spans()
        if s.instrumentation_scope
    ]
    assert scopes == ["com.anthropic.sdk.python"]


@pytest.mark.parametrize(
    ("above", "covered"),
    [
        ([{"gen_ai.operation.name": "chat"}], True),
        ([{"gen_ai.operation.name": "chat"}, {}], True),
        ([{"gen_ai.request.model": "m"}], True),
        ([{"gen_ai.operation.name": "chat"}, {"gen_ai.operation.name": "execute_tool"}], False),
        ([{"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m"}], False),
        ([{}], False),
    ],
)
def test_the_nearest_llm_span_covers_a_call_unless_a_tool_is_between(
    above: list[dict[str, str]],
    client: OpenAI,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    *,
    covered: bool,
) -> None:
    start = provider.get_tracer("framework").start_as_current_span
    if len(above) == 1:
        with start("outer", attributes=above[0]):
            ask(client)
    else:
        with start("outer", attributes=above[0]), start("inner", attributes=above[1]):
            ask(client)
    assert bool(ours(exporter)) is not covered


def is_no_llm_call(url: str) -> Callable[[httpx2.Client], httpx2.Response]:
    return lambda client: client.post(url, json={"model": "Ford T", "text": "blue"})


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(lambda c: c.get("http://any/v1/chat/completions"), id="no POST"),
        pytest.param(lambda c: c.post("http://any/v1/cars", json={}), id="another path"),
        pytest.param(is_no_llm_call("http://any/survey/responses"), id="no model asked"),
        pytest.param(lambda c: c.post("http://any/v1/messages", content=b"x"), id="no JSON"),
        pytest.param(
            lambda c: c.post("http://any/v1/messages", content=iter([b'{"messages"'])),
            id="a body that is streamed",
        ),
        pytest.param(
            lambda c: c.post("http://any/v1/messages", json={"messages": []}), id="no model"
        ),
    ],
)
def test_other_requests_get_no_span(
    send: Callable[[httpx2.Client], httpx2.Response], exporter: InMemorySpanExporter
) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    with httpx2.Client(transport=transport) as client:
        assert send(client).status_code == 200
    assert not exporter.get_finished_spans()


def test_a_deployment_of_azure_names_the_model(exporter: InMemorySpanExporter) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json={}))
    with httpx2.Client(transport=transport) as client:
        url = "https://me.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=1"
        client.post(url, json={"messages": [QUESTION]})
    span, attributes = the_span(exporter)
    assert span.name == "chat gpt-4o"
    assert attributes["gen_ai.provider.name"] == "azure.ai.openai"


@pytest.mark.parametrize("listed", [GEMINI_ANSWER, [*GEMINI_ANSWER, "", None]])
def test_an_answer_may_be_a_list(listed: list[object], exporter: InMemorySpanExporter) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=listed))
    with httpx2.Client(transport=transport) as client:
        url = "https://generativelanguage.googleapis.com/v1beta/models/g:streamGenerateContent"
        client.post(url, json={"contents": []})
    _, attributes = the_span(exporter)
    assert attributes["gen_ai.response.id"] == "r"
    assert attributes["gen_ai.usage.output_tokens"] == 5
    assert attributes["gen_ai.response.finish_reasons"] == ("stop",)


@pytest.mark.parametrize("suppress", [suppress_instrumentation, suppress_tracing])
def test_who_suppresses_instrumentations_is_told_nothing(
    suppress: Callable[[], AbstractContextManager[None]],
    client: OpenAI,
    llm: StandInProvider,
    exporter: InMemorySpanExporter,
) -> None:
    with session("Chat", id="1"), suppress():
        ask(client)
    assert not ours(exporter)
    assert llm.journal[0].headers["helicone-session-id"] == "1"


@pytest.mark.parametrize("by_variable", [True, False])
def test_it_can_be_switched_off(
    client: OpenAI,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
    *,
    by_variable: bool,
) -> None:
    monkeypatch.setenv("HELICONE_OTEL_LLM_SPANS", "false" if by_variable else "true")
    helicone_otel.instrument(tracer_provider=provider, llm_spans=None if by_variable else False)
    ask(client)
    assert not ours(exporter)


def test_calls_outside_any_session_are_traces_of_their_own(
    client: OpenAI, llm: StandInProvider, exporter: InMemorySpanExporter
) -> None:
    for _ in range(2):
        ask(client)
    sent = [entry.headers["helicone-session-id"].replace("-", "") for entry in llm.journal]
    assert sent == [f"{span.context.trace_id:032x}" for span in ours(exporter) if span.context]
    assert len({*sent}) == 2


@pytest.mark.usefixtures("http_spans")
def test_http_spans_lie_below(
    provider: TracerProvider, client: OpenAI, root: str, exporter: InMemorySpanExporter
) -> None:
    helicone_otel.instrument(tracer_provider=provider, hosts=[root], http_spans=True)
    ask(client)
    (http,) = (span for span in exporter.get_finished_spans() if span.name == "POST")
    (llm,) = ours(exporter)
    assert http.parent is not None
    assert llm.context is not None
    assert http.parent.span_id == llm.context.span_id
    assert "helicone.request.id" not in (http.attributes or {})


def test_a_span_that_was_never_made_current_covers_the_call_too(
    client: OpenAI, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    with session("Chat", id="1"), step("plan"):
        generation = provider.get_tracer("langfuse-sdk").start_span("OpenAI-generation")
        generation.set_attribute("langfuse.observation.type", "generation")
        ask(client)
        assert not ours(exporter)
        generation.end()
        ask(client)
    assert len(ours(exporter)) == 1


def test_the_response_knows_how_long_it_took(root: str) -> None:
    with httpx2.Client() as client, httpx.Client() as older:
        for response in (
            client.post(f"{root}/v1/messages", json=MESSAGES),
            older.post(f"{root}/v1/messages", json=MESSAGES),
        ):
            assert response.elapsed.total_seconds() > 0


def test_headers_do_not_depend_on_the_span(
    client: OpenAI, root: str, llm: StandInProvider, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(NoOpTracer):
        def start_span(self, *_: object, **__: object) -> NoReturn:
            raise RuntimeError

    class Provider(NoOpTracerProvider):
        def get_tracer(self, instrumenting_module_name: str, *_: object, **__: object) -> Tracer:
            is_ours = instrumenting_module_name == LLM_CALLS_SCOPE
            return Broken() if is_ours else NoOpTracer()

    helicone_otel.instrument(tracer_provider=Provider(), hosts=[root])
    with session("Chat", id="1"):
        ask(client)
    assert llm.journal[0].headers["helicone-session-id"] == "1"
    assert "Opening a span for an LLM call failed (RuntimeError)" in caplog.text
