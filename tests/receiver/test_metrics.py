"""`/metrics` counts what happens to telemetry, and holds nothing of it."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span
from prometheus_client.parser import text_string_to_metric_families

import otlp_json
from helicone_otel.access import Scope, TokenFile
from helicone_otel.settings import Settings
from running import RunningServer

TRACE = "ab" * 16
ONE_SPAN = ExportTraceServiceRequest(
    resource_spans=[
        ResourceSpans(
            scope_spans=[ScopeSpans(spans=[Span(trace_id=b"\1" * 16, span_id=b"\1" * 8)])]
        )
    ]
).SerializeToString()


def metrics(answer: httpx.Response) -> Mapping[str, float]:
    """Return every sample by its name and labels, as Prometheus would read them."""
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name.removeprefix("helicone_otel_") + str([*sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def scraped(server: RunningServer) -> Mapping[str, float]:
    return metrics(server.http.get("/metrics"))


def test_spans_received_stored_and_rejected_are_counted(server: RunningServer) -> None:
    spans = [otlp_json.span(TRACE, f"{number:016x}") for number in range(3)]
    server.http.post("/v1/traces", json=otlp_json.request(spans)).raise_for_status()
    seen = scraped(server)
    assert seen["received_total['spans']"] == 3
    assert seen["stored_total['spans']"] == 2
    assert seen["rejected_total['spans']"] == 1


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"stringValue": "x" * 1_100_000}, "text"),
        ({"bytesValue": "abcd" * 400_000}, "bytes"),
        ({"arrayValue": {"values": [{"boolValue": True}] * 10_001}}, "items"),
    ],
)
def test_what_is_cut_is_counted_by_kind(
    server: RunningServer, value: Mapping[str, object], kind: str
) -> None:
    span = otlp_json.span(TRACE, "1" * 16)
    span["attributes"] = [{"key": "gen_ai.request.model", "value": value}]
    server.http.post("/v1/traces", json=otlp_json.request([span])).raise_for_status()
    assert scraped(server)[f"truncated_total['{kind}']"] == 1


def test_names_and_session_ids_that_are_cut_are_counted(server: RunningServer) -> None:
    span = otlp_json.span(TRACE, "1" * 16, name="n" * 9_000, attributes={"session.id": "s" * 600})
    server.http.post("/v1/traces", json=otlp_json.request([span])).raise_for_status()
    seen = scraped(server)
    assert seen["truncated_total['name']"] == 1
    assert seen["truncated_total['session value']"] >= 1


def test_requests_are_counted_by_their_status(server: RunningServer) -> None:
    server.http.post("/v1/traces", content=b"{")
    server.http.post("/v1/traces", headers={"Content-Type": "application/json"}, content=b"{")
    server.http.get("/v1/traces", headers={"Host": "evil.example"})
    server.http.get("/api/sessions")
    seen = scraped(server)
    for status in (415, 400, 421):
        assert seen[f"http_requests_total['ingest', '{status}']"] == 1
    assert seen["http_requests_total['read', '200']"] == 1


def test_grpc_exports_are_counted_by_their_code(server: RunningServer) -> None:
    method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    with grpc.insecure_channel(server.grpc_address) as channel:
        channel.unary_unary(method)(b"", timeout=20)
        with pytest.raises(grpc.RpcError):
            channel.unary_unary(method)(b"\x0a\xff", timeout=20)
    seen = scraped(server)
    assert seen["grpc_requests_total['OK']"] == 1
    assert seen["grpc_requests_total['INVALID_ARGUMENT']"] == 1


def test_a_call_that_nobody_waits_for_any_more_is_counted_as_cancelled(
    server: RunningServer,
) -> None:
    method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    with closing(sqlite3.connect(server.store.path, isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        with grpc.insecure_channel(server.grpc_address) as channel, pytest.raises(grpc.RpcError):
            channel.unary_unary(method)(ONE_SPAN, timeout=0.3)
        blocker.execute("COMMIT")
    deadline = time.monotonic() + 20
    while "grpc_requests_total['CANCELLED']" not in scraped(server):
        assert time.monotonic() < deadline


def test_the_store_is_measured(server: RunningServer) -> None:
    server.store.check_writable()
    seen = scraped(server)
    assert seen["queue_bytes[]"] == 0
    assert seen["commit_seconds_count[]"] >= 1
    assert seen["commit_seconds_sum[]"] > 0
    assert seen["database_bytes[]"] > 4096


def test_metrics_hold_nothing_that_was_sent(
    server: RunningServer, server_settings: Settings
) -> None:
    span = otlp_json.span(TRACE, "1" * 16, name="planted", attributes={"session.id": "planted"})
    server.http.post("/v1/traces", json=otlp_json.request([span])).raise_for_status()
    secret = TokenFile.beside(server_settings.database).create("planted", [Scope.READ])
    headers = {"Authorization": f"Bearer {secret}"}
    text = server.http.get("/metrics", headers=headers).text
    assert "received" in text
    assert "planted" not in text
    assert secret not in text
