"""Session headers over HTTP/2, which names them in lower case."""

import asyncio
from collections.abc import Callable, Iterator
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import httpx
import httpx2
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import helicone_otel
from helicone_otel import session, step
from helicone_otel.session_reference import SessionReference, reference_from_headers

Headers = dict[str, str]
BODY = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
ANSWER = b'{"id": "x", "model": "m", "usage": {"prompt_tokens": 3, "completion_tokens": 5}}'


class Http2Server(ThreadingTCPServer):
    """Answers each request; its client must know that it speaks HTTP/2."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.received: list[Headers] = []


class _Connection(StreamRequestHandler):
    server: Http2Server

    def handle(self) -> None:
        http = H2Connection(H2Configuration(client_side=False))
        http.initiate_connection()
        self.wfile.write(http.data_to_send())
        while data := self.request.recv(65536):
            for event in http.receive_data(data):
                match event:
                    case RequestReceived():
                        headers = {name.decode(): value.decode() for name, value in event.headers}
                        self.server.received.append(headers)
                    case DataReceived():
                        http.acknowledge_received_data(
                            event.flow_controlled_length, event.stream_id
                        )
                    case StreamEnded():
                        head = [(":status", "200"), ("content-type", "application/json")]
                        http.send_headers(event.stream_id, head)
                        http.send_data(event.stream_id, ANSWER, end_stream=True)
                    case _:
                        pass
            self.wfile.write(http.data_to_send())


@pytest.fixture
def server() -> Iterator[Http2Server]:
    with Http2Server() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def post_httpx(url: str) -> str:
    with httpx.Client(http1=False, http2=True) as client:
        return client.post(url, json=BODY).raise_for_status().http_version


def post_httpx2_async(url: str) -> str:
    async def send() -> str:
        async with httpx2.AsyncClient(http1=False, http2=True) as client:
            return (await client.post(url, json=BODY)).raise_for_status().http_version

    return asyncio.run(send())


@pytest.mark.parametrize("post", [post_httpx, post_httpx2_async])
def test_a_call_says_its_session_and_what_it_used(
    post: Callable[[str], str],
    server: Http2Server,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    helicone_otel.instrument(tracer_provider=provider, hosts=[url])
    with session("Café", id="1"), step("plan"):
        assert post(f"{url}/v1/chat/completions") == "HTTP/2"
    (headers,) = server.received
    assert reference_from_headers(headers) == SessionReference.of(id="1", name="Café", path="/plan")
    said = exporter.get_finished_spans()[0].attributes or {}
    assert said["helicone.request.id"] == headers["helicone-request-id"]
    assert said["gen_ai.usage.output_tokens"] == 5
