"""Unchanged OpenTelemetry SDK exporters against the receiver."""

from collections.abc import Callable, Sequence

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcSpanExporter,
)
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from helicone_otel.errors import StoreUnavailable
from helicone_otel.model import Encoding, ExportOutcome, SpanRecord, WantedAttributes
from helicone_otel.otlp import decode
from helicone_otel.receiver import Export

Serve = Callable[[Export], str]

WANTED = WantedAttributes(keys=frozenset({"gen_ai.request.model", "service.name"}), prefixes=())


class DecodingExport:
    """Decodes what it is given, after refusing as often as told."""

    def __init__(self, *, refusals: int = 0) -> None:
        self.spans: list[SpanRecord] = []
        self._refusals = refusals

    def __call__(self, body: bytes, encoding: Encoding) -> ExportOutcome:
        if self._refusals:
            self._refusals -= 1
            raise StoreUnavailable("not yet")
        request = decode(body, encoding, wanted=WANTED, max_spans=100)
        self.spans.extend(request.spans)
        return ExportOutcome(accepted=len(request.spans), rejections=request.rejections)


@pytest.fixture
def finished_spans() -> Sequence[ReadableSpan]:
    memory, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("agents")
    with (
        tracer.start_as_current_span("run"),
        tracer.start_as_current_span("chat", attributes={"gen_ai.request.model": "gpt"}),
    ):
        pass
    return memory.get_finished_spans()


def assert_arrived(export: DecodingExport, sent: Sequence[ReadableSpan]) -> None:
    chat, run = export.spans
    assert [span.name for span in sent] == [chat.name, run.name] == ["chat", "run"]
    assert chat.parent_span_id == run.span_id
    assert chat.trace_id == run.trace_id
    assert (chat.start_ns, chat.end_ns) == (sent[0].start_time, sent[0].end_time)
    assert chat.attributes == {"gen_ai.request.model": "gpt"}
    assert chat.origin.scope_name == "agents"
    assert "service.name" in chat.origin.resource


def exported(exporter: SpanExporter, spans: Sequence[ReadableSpan]) -> SpanExportResult:
    try:
        return exporter.export(spans)
    finally:
        exporter.shutdown()


@pytest.mark.parametrize("compression", list(Compression))
def test_the_http_exporter_delivers(
    serve: Serve, finished_spans: Sequence[ReadableSpan], compression: Compression
) -> None:
    export = DecodingExport()
    exporter = OTLPSpanExporter(f"{serve(export)}/v1/traces", compression=compression)
    assert exported(exporter, finished_spans) is SpanExportResult.SUCCESS
    assert_arrived(export, finished_spans)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_the_grpc_exporter_delivers(
    serve_grpc: Serve, finished_spans: Sequence[ReadableSpan], compression: grpc.Compression
) -> None:
    export = DecodingExport()
    exporter = GrpcSpanExporter(serve_grpc(export), insecure=True, compression=compression)
    assert exported(exporter, finished_spans) is SpanExportResult.SUCCESS
    assert_arrived(export, finished_spans)


def test_the_http_exporter_repeats_what_the_store_could_not_take(
    serve: Serve, finished_spans: Sequence[ReadableSpan]
) -> None:
    export = DecodingExport(refusals=1)
    exporter = OTLPSpanExporter(f"{serve(export)}/v1/traces")
    assert exported(exporter, finished_spans) is SpanExportResult.SUCCESS
    assert_arrived(export, finished_spans)


def test_the_grpc_exporter_repeats_what_the_store_could_not_take(
    serve_grpc: Serve, finished_spans: Sequence[ReadableSpan]
) -> None:
    export = DecodingExport(refusals=1)
    exporter = GrpcSpanExporter(serve_grpc(export), insecure=True)
    assert exported(exporter, finished_spans) is SpanExportResult.SUCCESS
    assert_arrived(export, finished_spans)
