"""Switch the client on in code, and off again."""

from collections.abc import Iterable

from opentelemetry.trace import TracerProvider


def instrument(
    *,
    tracer_provider: TracerProvider | None = None,
    hosts: str | Iterable[str] = (),
    http_spans: bool = True,
) -> None:
    """Put session headers on LLM calls, and session attributes on the provider's spans.

    Headers go only to Helicone's hosts, those of `HELICONE_OTEL_HOSTS`, and *hosts*: `host`,
    `host:port` or `*.domain`; without a port the scheme's own is meant. The default provider is the
    global one, also if it is set later. *http_spans* turns on OpenTelemetry's spans of httpx and
    httpx2 where they are off. Does nothing if `HELICONE_OTEL_DISABLED` is `true`; a second call
    replaces what the first one chose.
    """
    # What it imports takes a tenth of a second that an application without it need not wait.
    from .instrumentor import HeliconeInstrumentor  # noqa: PLC0415

    instrumentor = HeliconeInstrumentor()
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()
    instrumentor.instrument(tracer_provider=tracer_provider, hosts=hosts, http_spans=http_spans)


def uninstrument() -> None:
    """Undo `instrument`; does nothing if it is not on."""
    from .instrumentor import HeliconeInstrumentor  # noqa: PLC0415 - as above

    instrumentor = HeliconeInstrumentor()
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()
