"""Opened spans as an export request in OTLP/JSON."""

import base64
import math
from collections.abc import Iterable, Mapping
from itertools import groupby

from ..model import AttributeValue, WholeSpan

Json = dict[str, object]


def encode_json(spans: Iterable[WholeSpan]) -> Json:
    """Return an ExportTraceServiceRequest, which any OTLP receiver takes."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeSpans": [
                    {
                        "scope": {
                            "name": name,
                            "version": version,
                            "attributes": _attributes(scope),
                        },
                        "spans": [_span(span) for span in members],
                    }
                ],
            }
            for (resource, name, version, scope), members in groupby(
                spans, key=lambda s: (s.resource, s.scope_name, s.scope_version, s.scope)
            )
        ]
    }


def _span(span: WholeSpan) -> Json:
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "traceState": span.trace_state,
        "parentSpanId": span.parent_span_id,
        "name": span.name,
        "kind": int(span.kind),
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(span.end_ns),
        "attributes": _attributes(span.attributes),
        "events": [
            {
                "name": event.name,
                "timeUnixNano": str(event.time_ns),
                "attributes": _attributes(event.attributes),
            }
            for event in span.events
        ],
        "links": [
            {
                "traceId": link.trace_id,
                "spanId": link.span_id,
                "attributes": _attributes(link.attributes),
            }
            for link in span.links
        ],
        "status": {"code": span.status_code, "message": span.status_message},
    }


def _attributes(attributes: Mapping[str, AttributeValue]) -> list[Json]:
    return [{"key": key, "value": _any_value(value)} for key, value in attributes.items()]


def _any_value(value: AttributeValue) -> Json:
    match value:
        case None:
            return {}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value if math.isfinite(value) else _spelled(value)}
        case str():
            return {"stringValue": value}
        case bytes():
            return {"bytesValue": base64.b64encode(value).decode()}
        case Mapping():
            return {"kvlistValue": {"values": _attributes(value)}}
        case _:
            return {"arrayValue": {"values": [_any_value(item) for item in value]}}


def _spelled(value: float) -> str:
    """Return what protobuf's JSON has for a number that JSON has not."""
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
