"""Hooks for OpenTelemetry's instrumentations of httpx and httpx2, where ours is not switched on."""

from collections.abc import MutableMapping
from typing import Protocol

from opentelemetry import context as otel_context
from opentelemetry.trace import Span, set_span_in_context

from .reports import report_failure


class RequestInfo(Protocol):
    """What the instrumentations hand to a hook; changes of its headers reach the wire."""

    @property
    def headers(self) -> MutableMapping[str, str]: ...


def request_hook(span: Span, request: RequestInfo) -> None:
    """Add session headers: `HTTPXClientInstrumentor().instrument(request_hook=request_hook)`.

    Does nothing where `instrument()` has wrapped the library. Never raises.
    """
    # What it imports takes milliseconds that an application without hooks need not wait.
    from .carriers import fill  # noqa: PLC0415 - as above

    try:
        headers = request.headers
        context = set_span_in_context(span, otel_context.get_current())
        fill(headers, headers.__setitem__, context)
    except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
        report_failure("Adding session headers", error)


async def async_request_hook(span: Span, request: RequestInfo) -> None:
    """Add session headers to calls of asynchronous clients; see `request_hook`."""
    request_hook(span, request)
