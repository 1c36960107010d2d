"""Spans and log records with everything they carry, read from OTLP/JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Attributes: TypeAlias = Mapping[str, Any]
_NO_SPAN = "0" * 16


@dataclass(frozen=True, kw_only=True)
class SpanEvent:
    name: str
    time_ns: int
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Span:
    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    name: str
    kind: int = 1
    start_ns: int
    end_ns: int
    status_code: int = 0
    status_message: str = ""
    attributes: Attributes = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    linked_trace_ids: tuple[str, ...] = ()
    resource: Attributes = field(default_factory=dict)
    scope: str = ""


@dataclass(frozen=True, kw_only=True)
class LogRecord:
    time_ns: int
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str = ""
    body: Any = None
    attributes: Attributes = field(default_factory=dict)
    resource: Attributes = field(default_factory=dict)
    scope: str = ""


def spans_of(request: Mapping[str, Any]) -> list[Span]:
    return [
        _span(raw, resource, scope)
        for resource, scope, raw in _items(request, "resourceSpans", "scopeSpans", "spans")
    ]


def logs_of(request: Mapping[str, Any]) -> list[LogRecord]:
    return [
        _log(raw, resource, scope)
        for resource, scope, raw in _items(request, "resourceLogs", "scopeLogs", "logRecords")
    ]


def _items(
    request: Mapping[str, Any], outer: str, middle: str, inner: str
) -> Iterator[tuple[Attributes, str, Mapping[str, Any]]]:
    for of_resource in request.get(outer, []):
        resource = _attributes(of_resource.get("resource", {}))
        for of_scope in of_resource.get(middle, []):
            scope = of_scope.get("scope", {}).get("name", "")
            yield from ((resource, scope, raw) for raw in of_scope.get(inner, []))


def _span(raw: Mapping[str, Any], resource: Attributes, scope: str) -> Span:
    parent = raw.get("parentSpanId", "").lower()
    status = raw.get("status", {})
    linked = [link.get("traceId", "").lower() for link in raw.get("links", [])]
    return Span(
        trace_id=raw["traceId"].lower(),
        span_id=raw["spanId"].lower(),
        parent_span_id=parent if parent not in ("", _NO_SPAN) else None,
        name=raw.get("name", ""),
        kind=raw.get("kind", 0),
        start_ns=int(raw.get("startTimeUnixNano", 0)),
        end_ns=int(raw.get("endTimeUnixNano", 0)),
        status_code=status.get("code", 0),
        status_message=status.get("message", ""),
        attributes=_attributes(raw),
        events=tuple(
            SpanEvent(
                name=event.get("name", ""),
                time_ns=int(event.get("timeUnixNano", 0)),
                attributes=_attributes(event),
            )
            for event in raw.get("events", [])
        ),
        linked_trace_ids=tuple(dict.fromkeys(linked)),
        resource=resource,
        scope=scope,
    )


def _log(raw: Mapping[str, Any], resource: Attributes, scope: str) -> LogRecord:
    attributes = _attributes(raw)
    return LogRecord(
        time_ns=int(raw.get("timeUnixNano") or raw.get("observedTimeUnixNano") or 0),
        trace_id=raw.get("traceId", "").lower() or None,
        span_id=raw.get("spanId", "").lower() or None,
        event_name=raw.get("eventName") or attributes.get("event.name") or "",
        body=_value(raw.get("body", {})),
        attributes=attributes,
        resource=resource,
        scope=scope,
    )


def _attributes(message: Mapping[str, Any]) -> dict[str, Any]:
    pairs = message.get("attributes", [])
    return {pair["key"]: _value(pair.get("value", {})) for pair in pairs}


def _value(any_value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an attribute holds anything
    for member, content in any_value.items():
        match member:
            case "intValue":
                return int(content)
            case "doubleValue":
                return float(content)
            case "arrayValue":
                return [_value(item) for item in content.get("values", [])]
            case "kvlistValue":
                return {pair["key"]: _value(pair["value"]) for pair in content.get("values", [])}
            case _:
                return content
    return None
