"""The `helicone` of `OTEL_PROPAGATORS`: session headers for whatever OpenTelemetry instruments.

For requests, urllib3 and aiohttp; httpx and httpx2 are wrapped, which serves more. This module is
imported while OpenTelemetry's API is: it may import nothing that needs the SDK.
"""

from collections.abc import MutableMapping

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)

from .. import semconv
from .carriers import fill
from .redirects import guard_redirects
from .reports import report_failure


class HeliconePropagator(TextMapPropagator):
    """Writes headers to listed hosts; reads none: a session goes on by its trace."""

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        if not isinstance(carrier, MutableMapping):
            return
        inside = otel_context.get_current() if context is None else context
        try:
            guard_redirects(type(carrier))
            fill(carrier, lambda name, value: setter.set(carrier, name, value), inside)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Adding session headers", error)

    def extract(
        self,
        carrier: CarrierT,  # noqa: ARG002 - the base class's
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,  # noqa: ARG002 - the base class's
    ) -> Context:
        return otel_context.get_current() if context is None else context

    @property
    def fields(self) -> set[str]:
        return {
            semconv.HEADER_SESSION_ID,
            semconv.HEADER_SESSION_PATH,
            semconv.HEADER_SESSION_NAME,
            semconv.HEADER_USER_ID,
            semconv.HEADER_REQUEST_ID,
        }
