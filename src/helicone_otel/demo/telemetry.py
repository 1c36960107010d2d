"""What an application does to send its spans: a provider, an exporter, instrumentation."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import helicone_otel


@contextmanager
def exporting_to(url: str, *, hosts: Sequence[str]) -> Iterator[None]:
    """Send the spans of the block to the OTLP receiver at *url*; on leaving, all have been sent.

    Calls to *hosts* (`host:port`) get session headers, as calls to Helicone's hosts do.
    """
    provider = TracerProvider(resource=Resource.create({"service.name": "helicone-otel-demo"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    helicone_otel.instrument(tracer_provider=provider, hosts=hosts, http_spans=True)
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    try:
        yield
    finally:
        OpenAIInstrumentor().uninstrument()
        helicone_otel.uninstrument()
        provider.shutdown()
