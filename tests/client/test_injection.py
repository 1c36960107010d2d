"""Which session headers go out with a request, and which do not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import httpx2
import pytest
from openai import AsyncOpenAI, OpenAI
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

import helicone_otel
from helicone_otel import current_session, session, step
from helicone_otel.session_reference import SessionReference, reference_from_headers

Post = Callable[..., None]
Headers = dict[str, str]
GATEWAY = "https://ai-gateway.helicone.ai/v1"


def post_httpx(url: str, headers: Headers | None = None) -> None:
    with httpx.Client(follow_redirects=True) as client:
        client.post(url, headers=headers).raise_for_status()


def post_httpx2(url: str, headers: Headers | None = None) -> None:
    with httpx2.Client(follow_redirects=True) as client:
        client.post(url, headers=headers).raise_for_status()


def post_httpx_async(url: str, headers: Headers | None = None) -> None:
    async def send() -> None:
        async with httpx.AsyncClient(follow_redirects=True) as client:
            (await client.post(url, headers=headers)).raise_for_status()

    asyncio.run(send())


def post_httpx2_async(url: str, headers: Headers | None = None) -> None:
    async def send() -> None:
        async with httpx2.AsyncClient(follow_redirects=True) as client:
            (await client.post(url, headers=headers)).raise_for_status()

    asyncio.run(send())


every_client = pytest.mark.parametrize(
    "post", [post_httpx, post_httpx2, post_httpx_async, post_httpx2_async]
)
instrumented = pytest.mark.usefixtures("instrumented")


def ask(client: OpenAI, by_hand: Headers | None = None) -> None:
    client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "?"}], extra_headers=by_hand
    )


def helicone_names(headers: Headers) -> set[str]:
    return {name for name in headers if name.startswith("helicone-")}


@instrumented
@every_client
def test_a_call_says_its_session(post: Post, gateway: str, received: list[Headers]) -> None:
    with session("Chat", id="1", user_id="u", properties={"x": "Café"}), step("plan") as reference:
        post(gateway)
    (headers,) = received
    assert reference_from_headers(headers) == reference
    assert UUID(headers["helicone-request-id"]).version == 4


@instrumented
@every_client
def test_another_host_is_told_nothing(
    post: Post, elsewhere: str, received_elsewhere: list[Headers]
) -> None:
    with session("Chat", id="1", user_id="u", properties={"x": "y"}):
        post(elsewhere)
    assert helicone_names(received_elsewhere[0]) == set()


@instrumented
@every_client
def test_a_redirect_to_another_host_is_told_nothing(
    post: Post,
    gateway: str,
    elsewhere: str,
    received: list[Headers],
    received_elsewhere: list[Headers],
) -> None:
    with session("Chat", id="1", user_id="u", properties={"x": "y"}):
        post(f"{gateway}/redirect?to={elsewhere}/landed", {"Helicone-Auth": "mine"})
    assert received[0]["helicone-session-id"] == "1"
    assert helicone_names(received_elsewhere[0]) == {"helicone-auth"}


@instrumented
@every_client
def test_a_redirect_to_a_listed_host_is_another_attempt(
    post: Post, gateway: str, received: list[Headers]
) -> None:
    with session("Chat", id="1"):
        post(f"{gateway}/redirect?to={gateway}/landed")
    first, second = received
    assert first["helicone-session-id"] == second["helicone-session-id"] == "1"
    assert first["helicone-request-id"] != second["helicone-request-id"]


@instrumented
@every_client
def test_headers_set_by_hand_win_one_by_one(
    post: Post, gateway: str, received: list[Headers]
) -> None:
    by_hand = {
        "Helicone-Session-Path": "/mine",
        "helicone-property-user_tier": "gold",
        "HELICONE-REQUEST-ID": "mine",
    }
    with session("Chat", id="1", properties={"User-Tier": "free", "y": "2"}), step("plan"):
        post(gateway, by_hand)
    (headers,) = received
    assert headers == headers | {
        "helicone-session-id": "1",
        "helicone-session-name": "Chat",
        "helicone-session-path": "/mine",
        "helicone-property-user_tier": "gold",
        "helicone-property-y": "2",
        "helicone-request-id": "mine",
    }
    assert "helicone-property-user-tier" not in headers


@instrumented
@every_client
def test_another_session_set_by_hand_gets_neither_name_nor_path(
    post: Post, gateway: str, received: list[Headers]
) -> None:
    with session("Chat", id="1", user_id="u", properties={"x": "y"}), step("plan"):
        post(gateway, {"Helicone-Session-Id": "2"})
    assert reference_from_headers(received[0]) == SessionReference.of(
        id="2", user_id="u", properties={"x": "y"}
    )


@instrumented
def test_the_same_session_set_by_hand_is_filled(gateway: str, received: list[Headers]) -> None:
    with session("Chat", id="1"), step("plan"):
        post_httpx2(gateway, {"Helicone-Session-Id": "1"})
    assert received[0]["helicone-session-path"] == "/plan"


@pytest.mark.parametrize("said", [False, None], ids=["in code", "in the environment"])
def test_request_ids_can_be_switched_off(
    provider: TracerProvider,
    gateway: str,
    received: list[Headers],
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
    *,
    said: bool | None,
) -> None:
    if said is None:
        monkeypatch.setenv("HELICONE_OTEL_REQUEST_IDS", "false")
    helicone_otel.instrument(tracer_provider=provider, hosts=[gateway], request_ids=said)
    with session("Chat", id="1"), OpenAI(base_url=f"{gateway}/v1", api_key="key") as client:
        ask(client)
        ask(client, {"Helicone-User-Id": "u"})
        ask(client, {"Helicone-Request-Id": "mine"})
    assert [headers.get("helicone-request-id") for headers in received] == [None, None, "mine"]
    assert {headers["helicone-session-id"] for headers in received} == {"1"}
    said_on_spans = [
        (span.attributes or {}).get("helicone.request.id")
        for span in exporter.get_finished_spans()
        if span.name.startswith("chat")
    ]
    assert said_on_spans == [None, None, "mine"]


@instrumented
def test_an_empty_request_id_set_by_hand_is_left_empty(
    gateway: str, received: list[Headers], exporter: InMemorySpanExporter
) -> None:
    with session("Chat", id="1"), OpenAI(base_url=f"{gateway}/v1", api_key="key") as client:
        ask(client, {"Helicone-Request-Id": ""})
    assert received[0]["helicone-request-id"] == ""
    assert "helicone.request.id" not in (exporter.get_finished_spans()[0].attributes or {})


@instrumented
def test_each_retry_of_the_sdk_is_a_request_of_its_own(
    received: list[Headers], exporter: InMemorySpanExporter
) -> None:
    answers = iter([503, 429, 200])

    def answer(request: httpx2.Request) -> httpx2.Response:
        received.append(dict(request.headers))
        return httpx2.Response(next(answers), headers={"retry-after-ms": "1"}, json={})

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    with session("Chat", id="1"), OpenAI(base_url=GATEWAY, api_key="key", http_client=http) as sdk:
        ask(sdk)
    calls = [span.attributes or {} for span in exporter.get_finished_spans()[:-1]]
    assert [call["http.response.status_code"] for call in calls] == [503, 429, 200]
    sent = [headers["helicone-request-id"] for headers in received]
    assert [call["helicone.request.id"] for call in calls] == sent
    assert len(set(sent)) == 3
    assert {headers["helicone-session-id"] for headers in received} == {"1"}


@instrumented
def test_a_call_outside_any_session_and_span_stays_as_it_is(
    gateway: str, received: list[Headers]
) -> None:
    post_httpx2(gateway)
    assert helicone_names(received[0]) == set()


def test_a_call_below_a_span_is_in_the_session_of_its_trace(
    instrumented: TracerProvider, gateway: str, received: list[Headers]
) -> None:
    start = instrumented.get_tracer("app").start_as_current_span
    with start("handle request"), start("plan"):
        expected = current_session()
        post_httpx2(gateway)
    assert reference_from_headers(received[0]) == expected


@instrumented
def test_a_call_below_a_remote_span_is_in_the_session_of_its_trace(
    gateway: str, received: list[Headers]
) -> None:
    remote = SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(0))
    with trace.use_span(NonRecordingSpan(remote)):
        post_httpx2(gateway)
    assert reference_from_headers(received[0]) == SessionReference.of(
        id="00000000-0000-0000-0000-000000000007", path="/"
    )


@pytest.mark.parametrize("sampled_out", [False, True], ids=["no SDK", "sampler off"])
def test_headers_need_no_recorded_spans(
    gateway: str, received: list[Headers], *, sampled_out: bool
) -> None:
    provider = TracerProvider(ALWAYS_OFF, shutdown_on_exit=False) if sampled_out else None
    host = gateway.removeprefix("http://")
    helicone_otel.instrument(tracer_provider=provider, hosts=[host], http_spans=False)
    with session("Chat") as reference:
        for piece in ("a", "b"):
            with step("turn"), step(piece):
                post_httpx2(gateway)
    assert [headers["helicone-session-path"] for headers in received] == ["/turn/a", "/turn/b"]
    assert {headers["helicone-session-id"] for headers in received} == {reference.id}
    assert str(UUID(reference.id)) == reference.id


@instrumented
def test_a_redirect_that_the_caller_follows_carries_nothing(
    gateway: str, elsewhere: str, received_elsewhere: list[Headers]
) -> None:
    with session("Chat", id="1"), httpx2.Client() as client:
        redirect = client.post(f"{gateway}/redirect?to={elsewhere}/landed")
    helicone_otel.uninstrument()
    assert redirect.next_request is not None
    with httpx2.Client() as client:
        client.send(redirect.next_request).raise_for_status()
        client.post(elsewhere, headers=redirect.request.headers).raise_for_status()
    assert [helicone_names(headers) for headers in received_elsewhere] == [set(), set()]


@instrumented
def test_the_request_of_the_caller_is_its_own(gateway: str, received: list[Headers]) -> None:
    with session("Chat"), httpx2.Client() as client:
        request = client.build_request("POST", gateway, headers={"X-Mine": "1"})
        headers, raw, extensions = request.headers, list(request.headers.raw), request.extensions
        with client.stream("POST", gateway) as streamed:
            assert helicone_names(dict(streamed.request.headers)) == set()
        client.send(request).raise_for_status()
    assert all("helicone-session-id" in sent for sent in received)
    assert request.headers is headers
    assert request.headers.raw == raw
    assert request.extensions is extensions


@instrumented
def test_a_request_that_failed_is_its_callers_own_too(gateway: str) -> None:
    async def refuse(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no route")

    async def main() -> None:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(refuse)) as client:
            request = client.build_request("POST", gateway)
            with pytest.raises(httpx2.ConnectError) as caught:
                await client.send(request)
            assert caught.value.request is request
            assert helicone_names(dict(request.headers)) == set()

    with session("Chat"):
        asyncio.run(main())


@instrumented
def test_what_others_add_while_it_is_sent_stays(gateway: str) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert "helicone-session-id" in request.headers
        request.headers["traceparent"] = "theirs"
        return httpx2.Response(200)

    with session("Chat"), httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        response = client.post(gateway)
    assert response.request.headers["traceparent"] == "theirs"
    assert helicone_names(dict(response.request.headers)) == set()


@instrumented
def test_headers_that_are_left_off_are_counted_once(
    gateway: str, received: list[Headers], caplog: pytest.LogCaptureFixture
) -> None:
    properties = {f"p{number:02}": "x" * 200 for number in range(64)}
    with session("Chat", id="1" * 500, properties=properties):
        for _attempt in range(2):
            post_httpx2(gateway)
    lines = [f"{k}: {v}\r\n" for k, v in received[0].items() if k.startswith("helicone-")]
    assert 8192 - 256 < len("".join(lines)) <= 8192
    kept = [name for name in received[0] if name.startswith("helicone-property-")]
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == [
        f"{64 - len(kept)} session headers were left off: together they exceed 8192 bytes"
    ]


@instrumented
def test_a_request_sent_twice_says_where_it_is_sent_from(
    gateway: str, received: list[Headers]
) -> None:
    with session("Chat"), httpx2.Client() as client:
        request = client.build_request("POST", gateway)
        for piece in ("a", "b"):
            with step(piece):
                client.send(request).raise_for_status()
    assert [headers["helicone-session-path"] for headers in received] == ["/a", "/b"]


@instrumented
def test_a_header_set_by_hand_after_a_hop_elsewhere_stays(
    gateway: str, elsewhere: str, received: list[Headers]
) -> None:
    with session("Chat", id="1"), httpx2.Client() as client:
        request = client.build_request("POST", gateway)
        client.send(request).raise_for_status()
        request.url = httpx2.URL(elsewhere)
        client.send(request).raise_for_status()
        request.url = httpx2.URL(gateway)
        request.headers["Helicone-Session-Id"] = "2"
        client.send(request).raise_for_status()
    assert [headers["helicone-session-id"] for headers in received] == ["1", "2"]


@instrumented
def test_failures_of_the_call_pass_untouched(gateway: str) -> None:
    error = httpx2.ConnectError("no route")

    def refuse(_request: httpx2.Request) -> httpx2.Response:
        raise error

    with session("Chat"), httpx2.Client(transport=httpx2.MockTransport(refuse)) as client:
        with pytest.raises(httpx2.ConnectError) as caught:
            client.post(gateway)
        assert caught.value is error


@instrumented
def test_our_own_failures_are_logged_once_and_the_call_goes_on(
    gateway: str, received: list[Headers], caplog: pytest.LogCaptureFixture
) -> None:
    class Unwilling(httpx2.Headers):
        def __init__(self, headers: Headers | list[object]) -> None:
            if isinstance(headers, list):
                raise TypeError("private text")
            super().__init__(headers)

    with session("Chat"), httpx2.Client() as client:
        for _attempt in range(2):
            request = client.build_request("POST", gateway)
            request.headers = Unwilling(dict(request.headers))
            client.send(request).raise_for_status()
    assert len(received) == 2
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == [
        "Adding session headers failed (TypeError); the application goes on without it"
    ]


@instrumented
def test_streams_of_the_openai_sdk_are_covered(gateway: str, received: list[Headers]) -> None:
    async def main() -> None:
        async with AsyncOpenAI(base_url=f"{gateway}/v1", api_key="key", max_retries=0) as client:
            stream = await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "?"}], stream=True
            )
            await stream.close()

    with session("Chat"), step("stream"):
        asyncio.run(main())
    assert received[0]["helicone-session-path"] == "/stream"


@instrumented
def test_threads_do_not_mix(gateway: str, received: list[Headers]) -> None:
    @session("Chat")
    def chat(number: int) -> None:
        with step(str(number), properties={"number": str(number)}):
            post_httpx2(gateway)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(chat, range(20)))
    for headers in received:
        assert headers["helicone-session-path"] == f"/{headers['helicone-property-number']}"
    assert len({headers["helicone-session-id"] for headers in received}) == 20
