"""A refusal comes in the shape that senders to its route know."""

import http.client
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcSpanExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter

from helicone_otel.access import Scope
from helicone_otel.settings import Settings
from running import RunningServer, serving

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
UNAUTHENTICATED, PERMISSION_DENIED = 16, 7
OPERATOR = "an-operator-s-own-secret"


def test_otlp_gets_a_status_in_its_encoding(
    guarded_server: RunningServer, tokens: Mapping[Scope, str]
) -> None:
    post = guarded_server.http.post
    status = Status.FromString(post("/v1/traces", headers=PROTOBUF).content)
    assert status.code == UNAUTHENTICATED
    assert "no token was sent" in status.message
    reader = {**JSON, "Authorization": f"Bearer {tokens[Scope.READ]}"}
    assert post("/v1/traces", headers=reader).json()["code"] == PERMISSION_DENIED


def test_helicone_s_api_gets_its_envelope_before_its_body_is_read(
    guarded_server: RunningServer,
) -> None:
    answer = guarded_server.http.post("/v1/session/query", content=b"{ no JSON", headers=JSON)
    assert answer.status_code == 401
    assert answer.json()["data"] is None
    assert "token" in answer.json()["error"]


@pytest.mark.parametrize("path", ["/api/sessions", "/metrics", "/custom/v1/log", "/nothing"])
def test_the_others_get_an_error(guarded_server: RunningServer, path: str) -> None:
    assert list(guarded_server.http.post(path).json()) == ["error"]


@pytest.mark.parametrize("hosts", [[], ["localhost", "localhost"]])
def test_a_missing_and_a_doubled_host_are_misdirected(
    server: RunningServer, hosts: Sequence[str]
) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.putrequest("GET", "/healthz", skip_host=True)
    for host in hosts:
        connection.putheader("Host", host)
    connection.endheaders()
    assert connection.getresponse().status == 421
    connection.close()


@pytest.fixture
def operated_server(server_settings: Settings) -> Iterator[RunningServer]:
    with serving(replace(server_settings, token=OPERATOR)) as server:
        yield server


@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_stock_exporters_get_in_with_their_headers_setting(
    operated_server: RunningServer, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization=Bearer%20{OPERATOR}")
    exporter: SpanExporter = (
        OTLPSpanExporter(f"{operated_server.url}/v1/traces")
        if transport == "http"
        else GrpcSpanExporter(operated_server.grpc_address, insecure=True)
    )
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span("work") as span:
        span.set_attribute("session.id", "arrived")
    provider.shutdown()
    headers = {"Authorization": f"Bearer {OPERATOR}"}
    assert operated_server.http.get("/api/sessions/arrived", headers=headers).status_code == 200


def test_settings_do_not_show_the_token(server_settings: Settings) -> None:
    assert OPERATOR not in repr(replace(server_settings, token=OPERATOR))
