"""Turn on OpenTelemetry's own spans of httpx and httpx2 where the application has not."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Protocol

from opentelemetry.trace import TracerProvider

from .reports import report_failure


class Instrumentor(Protocol):
    """OpenTelemetry's `BaseInstrumentor`, whose module type checkers are told to skip."""

    @property
    def is_instrumented_by_opentelemetry(self) -> bool: ...
    def instrument(self, *, tracer_provider: TracerProvider | None) -> None: ...
    def uninstrument(self) -> None: ...


def turn_on_http_spans(tracer_provider: TracerProvider | None) -> list[Instrumentor]:
    """Instrument the libraries that are installed; return those that were not on already."""
    turned_on: list[Instrumentor] = []
    for instrumentor in _installed():
        if instrumentor.is_instrumented_by_opentelemetry:
            continue
        try:
            instrumentor.instrument(tracer_provider=tracer_provider)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Turning on HTTP spans", error)
        else:
            turned_on.append(instrumentor)
    return turned_on


def turn_off_http_spans(instrumentors: Sequence[Instrumentor]) -> None:
    for instrumentor in instrumentors:
        if instrumentor.is_instrumented_by_opentelemetry:
            instrumentor.uninstrument()


def _installed() -> list[Instrumentor]:
    # The import pulls in both libraries, so it waits until spans are asked for.
    from opentelemetry.instrumentation.httpx import (  # noqa: PLC0415
        HTTPX2ClientInstrumentor,
        HTTPXClientInstrumentor,
    )

    by_library = {"httpx": HTTPXClientInstrumentor, "httpx2": HTTPX2ClientInstrumentor}
    return [made() for library, made in by_library.items() if find_spec(library) is not None]
