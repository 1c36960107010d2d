"""Switch the client on in code, and off again."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from opentelemetry.trace import TracerProvider

if TYPE_CHECKING:  # the SDK is slow to import, and may not be wanted
    from opentelemetry.sdk.trace import ReadableSpan


def instrument(  # noqa: PLR0913 - options, all by keyword
    *,
    tracer_provider: TracerProvider | None = None,
    hosts: str | Iterable[str] = (),
    http_spans: bool = False,
    llm_spans: bool | None = None,
    request_ids: bool | None = None,
    redact: Callable[[str], str] | None = None,
    path: "Callable[[ReadableSpan], str | None] | None" = None,
    propagate: Literal["baggage"] | None = None,
) -> None:
    """Put session headers on LLM calls, and session attributes on the provider's spans.

    Headers go only to Helicone's hosts, those of `HELICONE_OTEL_HOSTS`, and *hosts*: `host`,
    `host:port`, `*.domain` or a URL, of which host and port count. Without a port an entry means
    any, a URL that of its scheme.

    The default provider is the global one, also if it is set later. Where a module that sets it
    had imported `set_tracer_provider` by its name before, it is met at the next block, or call
    outside one: what it started until then adds nothing to a path and names no session.

    *http_spans* turns on OpenTelemetry's instrumentations of httpx and httpx2 where they are off:
    for HTTP spans and `traceparent` if nothing else in the application turns them on. They can be
    turned on once, so hooks that the application passes to `instrument()` of theirs later are lost.

    LLM calls over HTTP that no other instrumentation covers get a span, with model, usage and time
    to first chunk, whatever their host; *llm_spans* switches that, by default
    `HELICONE_OTEL_LLM_SPANS` does (`false` is off). Messages are captured only if
    `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` says so, without the secrets that can be
    told by their looks; what *redact* returns for a text is written in its place.

    Each attempt of a call has a `Helicone-Request-Id` of its own; *request_ids* switches that, by
    default `HELICONE_OTEL_REQUEST_IDS` does.

    *path* may name the path of a span that starts, by its name and attributes so far; where it
    returns `None`, the path is derived as ever. With `propagate="baggage"` the session also rides
    in W3C baggage, to listed hosts only, and is read from there; spans say so where it was.

    Does nothing if `HELICONE_OTEL_DISABLED` is `true`; a second call replaces what the first one
    chose.
    """
    # What it imports takes a tenth of a second that an application without it need not wait.
    from .instrumentor import HeliconeInstrumentor  # noqa: PLC0415

    instrumentor = HeliconeInstrumentor()
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()
    instrumentor.instrument(
        tracer_provider=tracer_provider,
        hosts=hosts,
        http_spans=http_spans,
        llm_spans=llm_spans,
        request_ids=request_ids,
        redact=redact,
        path=path,
        propagate=propagate,
    )


def uninstrument() -> None:
    """Undo `instrument`; does nothing if it is not on."""
    from .instrumentor import HeliconeInstrumentor  # noqa: PLC0415 - as above

    instrumentor = HeliconeInstrumentor()
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()
