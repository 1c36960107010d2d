"""Logs and metrics over every wire: taken like traces, kept where they say something."""

import gzip
import json
import sqlite3
from collections.abc import Callable

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import (
    OTLPLogExporter as GrpcLogExporter,
)
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import LogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import format_span_id, format_trace_id

from otlp_logs import JSON, PROTOBUF, claude_request, in_protobuf, log_record, logs_request
from running import RunningServer

Exporter = Callable[[RunningServer], LogRecordExporter]


def names_in(server: RunningServer, session_id: str = "claude-1") -> list[str]:
    with server.store.snapshot() as snapshot:
        return [record.event_name for record in snapshot.log_records_of_session(session_id)]


def over_http(server: RunningServer) -> LogRecordExporter:
    return OTLPLogExporter(f"{server.url}/v1/logs")


def over_grpc(server: RunningServer) -> LogRecordExporter:
    return GrpcLogExporter(server.grpc_address, insecure=True)


@pytest.mark.parametrize("exporter", [over_http, over_grpc])
def test_a_stock_exporters_record_is_found_by_its_span(
    server: RunningServer, sdk: TracerProvider, exporter: Exporter
) -> None:
    logs = LoggerProvider(shutdown_on_exit=False)
    logs.add_log_record_processor(SimpleLogRecordProcessor(exporter(server)))
    attributes = {"helicone.session.id": "run-1"}
    with sdk.get_tracer("t").start_as_current_span("chat", attributes=attributes) as span:
        logs.get_logger("t").emit(event_name="gen_ai.choice", body={"message": {"content": "Hi"}})
        place = span.get_span_context()
    logs.shutdown()
    trace_id, span_id = format_trace_id(place.trace_id), format_span_id(place.span_id)
    with server.store.snapshot() as snapshot:
        (record,) = snapshot.log_records_of_traces([trace_id])
        assert snapshot.log_records_of_session("run-1") == [record]
    assert (record.event_name, record.span_id) == ("gen_ai.choice", span_id)
    body = LogRecord.FromString(record.body).body.kvlist_value.values[0]
    assert body.value.kvlist_value.values[0].value.string_value == "Hi"


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("in_json", [False, True])
def test_records_of_a_command_line_agent_are_found_by_their_session(
    server: RunningServer, *, in_json: bool, compress: bool
) -> None:
    request = logs_request(
        claude_request(), log_record("http.request"), log_record(body="claude_code.user_prompt")
    )
    body = json.dumps(request).encode() if in_json else in_protobuf(request)
    headers = JSON if in_json else PROTOBUF
    if compress:
        body, headers = gzip.compress(body), {**headers, "content-encoding": "gzip"}
    answer = server.http.post("/v1/logs", content=body, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"{}" if in_json else b"")
    assert names_in(server) == ["claude_code.api_request"]


def test_records_sent_twice_are_kept_once(server: RunningServer) -> None:
    for order in (1, -1):
        records = [claude_request(prompt=number) for number in range(3)][::order]
        server.http.post("/v1/logs", json=logs_request(*records))
    assert len(names_in(server)) == 3


def test_a_record_that_cannot_be_read_is_refused_alone(server: RunningServer) -> None:
    bad = {**claude_request(), "timeUnixNano": "noon"}
    answer = server.http.post("/v1/logs", json=logs_request(claude_request(), bad)).json()
    assert answer["partialSuccess"]["rejectedLogRecords"] == "1"
    assert answer["partialSuccess"]["errorMessage"].startswith(
        "1 of 2 log records were rejected: log record 1: timeUnixNano is 'noon'"
    )
    assert len(names_in(server)) == 1


def test_a_record_refused_over_grpc_is_a_partial_success(server: RunningServer) -> None:
    record = LogRecord(time_unix_nano=2**64 - 1)
    request = ExportLogsServiceRequest(
        resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=[record])])]
    )
    path = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
    with grpc.insecure_channel(server.grpc_address) as channel:
        answer = channel.unary_unary(path)(request.SerializeToString(), timeout=20)
    partial = ExportLogsServiceResponse.FromString(answer).partial_success
    assert partial.rejected_log_records == 1
    assert "expected 0 to" in partial.error_message


@pytest.mark.parametrize("path", ["/v1/logs", "/v1/metrics"])
@pytest.mark.parametrize(("body", "headers"), [(b"{", JSON), (b"\x0a\xff", PROTOBUF)])
def test_what_is_no_request_is_refused(
    server: RunningServer, path: str, body: bytes, headers: dict[str, str]
) -> None:
    assert server.http.post(path, content=body, headers=headers).status_code == 400


def test_a_busy_store_asks_to_send_logs_again(server: RunningServer) -> None:
    blocker = sqlite3.connect(server.store.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    refused = server.http.post("/v1/logs", json=logs_request(claude_request()))
    nothing_to_keep = server.http.post("/v1/logs", json=logs_request(log_record()))
    blocker.execute("COMMIT")
    blocker.close()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert nothing_to_keep.status_code == 200
    assert server.http.post("/v1/logs", json=logs_request(claude_request())).status_code == 200
    assert len(names_in(server)) == 1


def test_metrics_of_a_stock_exporter_are_accepted(server: RunningServer) -> None:
    exporter = OTLPMetricExporter(f"{server.url}/v1/metrics")
    provider = MeterProvider([PeriodicExportingMetricReader(exporter)], shutdown_on_exit=False)
    provider.get_meter("t").create_counter("a").add(1)
    assert provider.force_flush()
    provider.shutdown()


def test_what_was_received_and_what_was_stored_is_counted(server: RunningServer) -> None:
    server.http.post("/v1/logs", json=logs_request(claude_request(), log_record("http.request")))
    scope_metrics = [{"scope": {}, "metrics": [{"name": "a"}, {"name": "b"}]}]
    server.http.post("/v1/metrics", json={"resourceMetrics": [{"scopeMetrics": scope_metrics}]})
    text = server.http.get("/metrics").text
    for signal, received, stored in [("log_records", 2, 1), ("metrics", 2, 0)]:
        assert f'helicone_otel_received_total{{signal="{signal}"}} {received}.0' in text
        assert f'helicone_otel_stored_total{{signal="{signal}"}} {stored}.0' in text


@pytest.mark.parametrize(
    ("path", "member", "said"),
    [
        ("/v1/traces", "resourceLogs", "of logs, expected one of traces"),
        ("/v1/logs", "resourceSpans", "of traces, expected one of logs"),
        ("/v1/metrics", "resourceLogs", "of logs, expected one of metrics"),
    ],
)
def test_what_was_sent_to_another_signals_path_is_told(
    server: RunningServer, path: str, member: str, said: str
) -> None:
    answer = server.http.post(path, json={member: []})
    assert answer.status_code == 400
    assert said in answer.json()["message"]
