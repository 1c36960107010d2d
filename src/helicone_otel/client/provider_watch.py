"""Notice the tracer providers that an application sets, so that their first trace is annotated."""

from collections.abc import Callable
from functools import wraps

from opentelemetry import trace
from opentelemetry.trace import TracerProvider


class ProviderWatch:
    """Wraps `opentelemetry.trace.set_tracer_provider`.

    Not noticed is who imported the function by its name before, and `OTEL_PYTHON_TRACER_PROVIDER`:
    such a provider is met at the next block or call.
    """

    def __init__(self, serve: Callable[[TracerProvider], None]) -> None:
        """Have *serve* called with each provider; it MUST NOT raise.

        Also with one that comes too late to be the global one: Logfire goes on with its own then.
        """
        self._original = original = trace.set_tracer_provider

        @wraps(original)
        def set_tracer_provider(tracer_provider: TracerProvider) -> None:
            original(tracer_provider)
            if self._active:
                serve(tracer_provider)

        self._active = True
        self._wrapper = set_tracer_provider
        trace.set_tracer_provider = set_tracer_provider

    def remove(self) -> None:
        """Put the original back; where someone wrapped ours, it stays and only passes calls on."""
        self._active = False
        if trace.set_tracer_provider is self._wrapper:
            trace.set_tracer_provider = self._original
