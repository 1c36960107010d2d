"""The entry point of `opentelemetry-instrument`: session headers without a line of code."""

import logging
from collections.abc import Collection
from importlib.util import find_spec
from typing import Any, Protocol

from opentelemetry.instrumentation.instrumentor import (  # type: ignore[attr-defined] # unchecked
    BaseInstrumentor,
)
from opentelemetry.trace import TracerProvider

from .activation import DISABLED_VARIABLE, Activation, is_disabled, wants
from .baggage import SessionBaggagePropagator, propagate_by_baggage, stop_propagating
from .hosts import allow_list
from .http_calls import HttpCalls
from .http_wrapping import HttpWrapping
from .llm_calls import ContentCapture, LlmCalls
from .processor import HeliconeSpanProcessor
from .provider_watch import ProviderWatch
from .reports import report_failure, warn_once

LLM_SPANS_VARIABLE = "HELICONE_OTEL_LLM_SPANS"

log = logging.getLogger(__name__)


class HttpInstrumentor(Protocol):
    """OpenTelemetry's `BaseInstrumentor`, whose module type checkers are told to skip."""

    @property
    def is_instrumented_by_opentelemetry(self) -> bool: ...
    def instrument(self, *, tracer_provider: TracerProvider | None) -> None: ...
    def uninstrument(self) -> None: ...


class HeliconeInstrumentor(BaseInstrumentor):  # type: ignore[misc] # as above
    """Puts session headers on calls to allow-listed hosts; one per process."""

    _provider_watch: ProviderWatch | None = None
    _wrapping: HttpWrapping | None = None
    _http_spans: tuple[HttpInstrumentor, ...] = ()
    _baggage: SessionBaggagePropagator | None = None

    def instrumentation_dependencies(self) -> Collection[str]:
        """Return none: httpx, httpx2 or both may be there, now or later."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:  # noqa: ANN401 - OpenTelemetry's signature
        """Switch on.

        Takes `tracer_provider` (default: the global one), `hosts` (in addition to Helicone's and
        those of `HELICONE_OTEL_HOSTS`), `http_spans` (default off: the user chooses the
        instrumentations), and what `helicone_otel.instrument` takes besides.
        """
        if is_disabled():
            log.debug("Not instrumented: %s is set", DISABLED_VARIABLE)
            return
        provider = kwargs.get("tracer_provider")
        hosts = allow_list(kwargs.get("hosts") or ())
        path = kwargs.get("path")
        activation = Activation(
            provider,
            lambda: HeliconeSpanProcessor(path),
            hosts,
            request_ids=kwargs.get("request_ids"),
        )
        activation.ensure_processor()
        Activation.current = activation
        if kwargs.get("http_spans", False):
            self._http_spans = tuple(_turn_on_http_spans(provider))
        if _wants_baggage(kwargs.get("propagate")):
            self._baggage = propagate_by_baggage()
        llm_calls = None
        if wants(kwargs.get("llm_spans"), LLM_SPANS_VARIABLE):
            llm_calls = LlmCalls(activation, ContentCapture(kwargs.get("redact")))
        self._wrapping = HttpWrapping(HttpCalls(hosts, activation, llm_calls))
        self._wrapping.install()
        if provider is None:
            self._provider_watch = ProviderWatch(activation.serve)

    def _uninstrument(self, **_kwargs: Any) -> None:  # noqa: ANN401 - OpenTelemetry's signature
        if self._provider_watch is not None:
            self._provider_watch.remove()
            self._provider_watch = None
        if self._wrapping is not None:
            self._wrapping.remove()
            self._wrapping = None
        if self._baggage is not None:
            stop_propagating(self._baggage)
            self._baggage = None
        for instrumentor in self._http_spans:
            if instrumentor.is_instrumented_by_opentelemetry:
                instrumentor.uninstrument()
        self._http_spans = ()
        if Activation.current is not None:
            Activation.current.close()
            Activation.current = None


def _wants_baggage(said: object) -> bool:
    if said not in (None, "baggage"):  # not a set: it may be anything
        warn_once(f"propagate={said!r} is not known and ignored: it may be 'baggage'")
    return said == "baggage"


def _turn_on_http_spans(tracer_provider: TracerProvider | None) -> list[HttpInstrumentor]:
    """Instrument the libraries that are installed; return those that were not on already."""
    turned_on: list[HttpInstrumentor] = []
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


def _installed() -> list[HttpInstrumentor]:
    # The import pulls in both libraries, so it waits until spans are asked for.
    from opentelemetry.instrumentation.httpx import (  # noqa: PLC0415
        HTTPX2ClientInstrumentor,
        HTTPXClientInstrumentor,
    )

    by_library = {"httpx": HTTPXClientInstrumentor, "httpx2": HTTPX2ClientInstrumentor}
    return [made() for library, made in by_library.items() if find_spec(library) is not None]
