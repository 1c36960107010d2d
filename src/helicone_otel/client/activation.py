"""What `instrument()` switched on, for everything that asks later."""

import os
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from opentelemetry import trace
from opentelemetry.trace import NoOpTracer, Tracer, TracerProvider

from .reports import report_failure

if TYPE_CHECKING:  # an application waits for every import of this package
    from .hosts import AllowList

DISABLED_VARIABLE = "HELICONE_OTEL_DISABLED"
REQUEST_IDS_VARIABLE = "HELICONE_OTEL_REQUEST_IDS"
TRACER_NAME = "helicone_otel"
"""The scope of `session()` and `step()`."""
LLM_CALLS_SCOPE = "helicone_otel.llm_calls"

_PROCESSOR = "_helicone_otel_processor"
_lock = Lock()


class SwitchableProcessor(Protocol):
    """The span processor, seen without importing the SDK."""

    enabled: bool
    path: Any
    """A rule that may name a span's path."""


class Activation:
    """Which tracer provider is served; any thread may ask."""

    current: ClassVar["Activation | None"] = None

    def __init__(
        self,
        tracer_provider: TracerProvider | None,
        new_processor: Callable[[], SwitchableProcessor],
        hosts: "AllowList | None" = None,
        *,
        request_ids: bool | None = None,
    ) -> None:
        self.hosts = hosts
        """Those that may see session headers; `None` means those of the environment."""
        self.request_ids = wants(request_ids, REQUEST_IDS_VARIABLE)
        """Calls get a `Helicone-Request-Id` each."""
        self._given = tracer_provider
        self._new_processor = new_processor
        self._served: list[tuple[TracerProvider, SwitchableProcessor]] = []
        self._is_own_served = False
        self._is_closed = False
        self._tracers: tuple[TracerProvider | None, dict[str, Tracer]] = None, {}

    @property
    def tracer_provider(self) -> TracerProvider:
        """The provider given to `instrument()`, else the global one of the moment."""
        return trace.get_tracer_provider() if self._given is None else self._given

    def tracer(self, scope: str) -> Tracer:
        """Return the tracer for spans of *scope*, its provider ready to annotate them."""
        self.ensure_processor()
        provider = self.tracer_provider
        known_provider, known = self._tracers
        if known_provider is not provider:  # the global one was set meanwhile
            known = {}
            self._tracers = provider, known
        found = known.get(scope)
        if found is None:
            found = known[scope] = trace.get_tracer(scope, tracer_provider=provider)
        return found

    def ensure_processor(self) -> None:
        """Have the provider annotate spans, once it is there to do so; cheap when it does.

        The global provider may be set after `instrument()`, and not everybody sets it in the way
        that is watched. Hence this is asked again and again: by each block, and by each call
        outside one. Spans started before are not annotated: a path or a session name made of them
        is missing their part, which concerns the first trace only. Never raises.
        """
        if not self._is_own_served:
            self.serve(self.tracer_provider)

    def serve(self, provider: TracerProvider) -> None:
        """Have *provider*, which may be another than ours, annotate its spans too. Never raises."""
        try:
            add = getattr(provider, "add_span_processor", None)
            if add is not None:
                with _lock:
                    self._serve(provider, add)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Adding the span processor", error)

    def _serve(self, provider: TracerProvider, add: Callable[[SwitchableProcessor], None]) -> None:
        if self._is_closed:
            return
        self._is_own_served = self._is_own_served or provider is self.tracer_provider
        if any(provider is served for served, _ in self._served):
            return
        known: SwitchableProcessor | None = getattr(provider, _PROCESSOR, None)
        wanted = self._new_processor()
        processor = known or wanted
        processor.enabled, processor.path = True, wanted.path
        self._served.append((provider, processor))
        if known is None:
            add(processor)
            with suppress(AttributeError, TypeError):
                # A provider with slots refuses it: then each `instrument()` adds another one.
                setattr(provider, _PROCESSOR, processor)

    def close(self) -> None:
        """Stop annotating spans; a provider cannot give a processor back, so it falls silent."""
        with _lock:
            self._is_closed = True
            for _, processor in self._served:
                processor.enabled = False


def is_disabled() -> bool:
    """Tell whether `HELICONE_OTEL_DISABLED` switches everything off."""
    return os.environ.get(DISABLED_VARIABLE, "").strip().lower() in {"true", "1"}


def wants(said: bool | None, variable: str) -> bool:  # noqa: FBT001 - as it was said
    """Tell whether something is on that is by default: what was *said*, else the environment."""
    if said is not None:
        return said
    return os.environ.get(variable, "").strip().lower() not in {"false", "0"}


def tracer() -> Tracer:
    """Return the tracer of `session()` and `step()`, its provider ready to annotate spans."""
    if is_disabled():
        return NoOpTracer()
    active = Activation.current
    if active is None:
        return trace.get_tracer(TRACER_NAME)
    return active.tracer(TRACER_NAME)
