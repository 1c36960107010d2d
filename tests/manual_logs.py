"""Manual logs as they are posted, and the spans made of them."""

import json
from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from helicone_otel.receiver.helicone.spans import span_of

TIMING = {
    "startTime": {"seconds": 1_709_208_000, "milliseconds": 250},
    "endTime": {"seconds": 1_709_208_002, "milliseconds": 0},
}
JSON = {"content-type": "application/json"}


def manual_log(
    request: Mapping[str, Any] | None = None,
    answer: Mapping[str, Any] | str | None = None,
    *,
    meta: Mapping[str, str] | None = None,
    status: int = 200,
    **parts: object,
) -> bytes:
    """Return the body of a log; an *answer* that is text is logged as text."""
    said = {"textBody": answer} if isinstance(answer, str) else {"json": answer or {}}
    log = {
        "providerRequest": {
            "url": "custom-model-nopath",
            "json": request or {"model": "gpt-4o-mini"},
            "meta": meta or {},
        },
        "providerResponse": {"headers": {}, "status": status, **said},
        "timing": TIMING,
    }
    return json.dumps({**log, **parts}).encode()


def logged_span(
    body: bytes, headers: Mapping[str, str] | None = None, *, provider: str = ""
) -> Span:
    """Return the span that a log becomes."""
    made = span_of(body, (headers or {}).items(), provider)
    request = ExportTraceServiceRequest.FromString(made.export_request)
    span: Span
    (span,) = request.resource_spans[0].scope_spans[0].spans
    return span


def attributes_of(span: Span) -> dict[str, Any]:
    """Return the attributes with JSON texts parsed and lists as their first value."""
    return {pair.key: _plain(pair.value) for pair in span.attributes}


def _plain(value: AnyValue) -> object:
    match value.WhichOneof("value"):
        case "array_value":
            return value.array_value.values[0].string_value
        case "string_value":
            return _parsed(value.string_value)
        case member:
            return getattr(value, member or "", None)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
