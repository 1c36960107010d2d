"""The entry point of `opentelemetry-instrument`: session headers without a line of code."""

import logging
from collections.abc import Collection
from typing import Any

from opentelemetry.instrumentation.instrumentor import (  # type: ignore[attr-defined] # unchecked
    BaseInstrumentor,
)

from .activation import DISABLED_VARIABLE, Activation, is_disabled
from .hosts import allow_list
from .http_spans import Instrumentor, turn_off_http_spans, turn_on_http_spans
from .http_wrapping import HttpWrapping
from .injection import Injection
from .processor import HeliconeSpanProcessor

log = logging.getLogger(__name__)


class HeliconeInstrumentor(BaseInstrumentor):  # type: ignore[misc] # as above
    """Puts session headers on calls to allow-listed hosts; one per process."""

    _wrapping: HttpWrapping | None = None
    _http_spans: tuple[Instrumentor, ...] = ()

    def instrumentation_dependencies(self) -> Collection[str]:
        """Return none: httpx, httpx2 or both may be there, now or later."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:  # noqa: ANN401 - OpenTelemetry's signature
        """Switch on.

        Takes `tracer_provider` (default: the global one), `hosts` (in addition to Helicone's and
        those of `HELICONE_OTEL_HOSTS`), `http_spans` (default off: under `opentelemetry-instrument`
        the user chooses the instrumentations).
        """
        if is_disabled():
            log.debug("Not instrumented: %s is set", DISABLED_VARIABLE)
            return
        provider = kwargs.get("tracer_provider")
        activation = Activation(provider, HeliconeSpanProcessor)
        activation.ensure_processor()
        Activation.current = activation
        if kwargs.get("http_spans", False):
            self._http_spans = tuple(turn_on_http_spans(provider))
        self._wrapping = HttpWrapping(Injection(allow_list(kwargs.get("hosts") or ()), activation))
        self._wrapping.install()

    def _uninstrument(self, **_kwargs: Any) -> None:  # noqa: ANN401 - OpenTelemetry's signature
        if self._wrapping is not None:
            self._wrapping.remove()
            self._wrapping = None
        turn_off_http_spans(self._http_spans)
        self._http_spans = ()
        if Activation.current is not None:
            Activation.current.close()
            Activation.current = None
