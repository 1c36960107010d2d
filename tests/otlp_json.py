"""OTLP/JSON requests, written as one would by hand."""

from collections.abc import Mapping, Sequence
from typing import Any


def span(
    trace_id: str,
    span_id: str,
    *,
    parent: str = "",
    name: str = "work",
    kind: int = 1,
    start_ns: int = 1_709_208_000_000_000_000,
    end_ns: int | None = None,
    attributes: Mapping[str, str | int | float] | None = None,
    failed: bool = False,
) -> dict[str, Any]:
    return {
        "traceId": trace_id,
        "spanId": span_id,
        "parentSpanId": parent,
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + 10**9 if end_ns is None else end_ns),
        "attributes": [_attribute(key, value) for key, value in (attributes or {}).items()],
        "status": {"code": 2} if failed else {},
    }


def request(spans: Sequence[Mapping[str, Any]], *, service: str = "test-app") -> dict[str, Any]:
    resource = {"attributes": [_attribute("service.name", service)]}
    scope_spans = [{"scope": {"name": "test"}, "spans": list(spans)}]
    return {"resourceSpans": [{"resource": resource, "scopeSpans": scope_spans}]}


def _attribute(key: str, value: str | float) -> dict[str, Any]:
    match value:
        case str():
            return {"key": key, "value": {"stringValue": value}}
        case int():
            return {"key": key, "value": {"intValue": str(value)}}
        case float():
            return {"key": key, "value": {"doubleValue": value}}
