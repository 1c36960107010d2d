"""Stock Python exporters through a stall, a restart and a full queue."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcSpanExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from helicone_otel.settings import Settings
from troubled_exports import (
    PUT_OFF,
    REFUSED_OVER_HTTP,
    Endpoints,
    Send,
    missing_after_a_full_queue,
    missing_after_a_restart,
    missing_after_a_restart_behind_sockets,
    missing_after_a_stall,
    missing_after_starting_anew,
)


def sender(exporter: Callable[[Endpoints], SpanExporter]) -> Send:
    def send(endpoints: Endpoints, session_id: str, stop: threading.Event) -> int:
        provider = TracerProvider(shutdown_on_exit=False)
        processor = BatchSpanProcessor(exporter(endpoints), schedule_delay_millis=100)
        provider.add_span_processor(processor)
        tracer = provider.get_tracer("sender")
        sent = 0
        while not stop.wait(0.01):
            tracer.start_span("work", attributes={"helicone.session.id": session_id}).end()
            sent += 1
        provider.shutdown()
        return sent

    return send


SENDERS = {
    "http": sender(lambda endpoints: OTLPSpanExporter(f"{endpoints.http}/v1/traces")),
    "grpc": sender(lambda endpoints: GrpcSpanExporter(endpoints.grpc, insecure=True)),
}
NONE = dict.fromkeys(SENDERS, 0)


def test_nothing_is_lost_in_a_stall(tmp_path: Path) -> None:
    assert missing_after_a_stall(tmp_path / "sessions.db", SENDERS) == NONE


def test_nothing_is_lost_in_a_restart(tmp_path: Path) -> None:
    assert missing_after_a_restart(tmp_path / "sessions.db", SENDERS) == NONE


def test_nothing_is_lost_in_a_restart_behind_sockets(tmp_path: Path) -> None:
    assert missing_after_a_restart_behind_sockets(tmp_path / "sessions.db", SENDERS) == NONE


def test_nothing_is_lost_when_the_server_starts_anew(tmp_path: Path) -> None:
    assert missing_after_starting_anew(tmp_path / "sessions.db", SENDERS) == NONE


@pytest.mark.parametrize(
    ("name", "sign"), [("http", REFUSED_OVER_HTTP), ("grpc", PUT_OFF)], ids=["http", "grpc"]
)
def test_nothing_is_lost_when_the_queue_is_full(
    server_settings: Settings, name: str, sign: str
) -> None:
    missing = missing_after_a_full_queue(server_settings, {name: SENDERS[name]}, sign=sign)
    assert missing == {name: 0}
