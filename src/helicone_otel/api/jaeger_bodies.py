"""Traces as Jaeger's query service answers them to its UI.

Source: the types of Jaeger's UI model, `internal/uimodel/model.go`. Times are microseconds.
"""

import base64
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..model import AttributeValue, OtelSpanKind, WholeSpan
from ..trace_search import service_name
from .traces import plain_attributes

_MICRO = 1000
_MAX_SAFE_INTEGER = 2**53 - 1
"""JavaScript loses digits of larger ones, so they are sent as text."""
_ERROR, _OK = 2, 1

Json = dict[str, Any]


def jaeger_answer(data: Sequence[object], missing: Sequence[str] = ()) -> Json:
    """Return the envelope of every answer; it tells of traces that are *missing*."""
    errors = [{"msg": "trace not found", "traceID": trace_id} for trace_id in missing]
    return {"data": data, "total": len(data), "limit": 0, "offset": 0, "errors": errors or None}


def jaeger_refusal(code: int, message: str) -> Json:
    return {
        "data": None,
        "total": 0,
        "limit": 0,
        "offset": 0,
        "errors": [{"code": code, "msg": message}],
    }


def jaeger_trace(spans: Sequence[WholeSpan]) -> Json:
    """Return one trace of *spans*, which has at least one."""
    processes: dict[str, str] = {}
    told = [_span(span, processes) for span in spans]
    return {
        "traceID": spans[0].trace_id,
        "spans": told,
        "processes": {name: json.loads(process) for process, name in processes.items()},
        "warnings": None,
    }


def span_kind(kind: int) -> str:
    """Return the kind in Jaeger's words; empty if it is not specified."""
    known = OtelSpanKind(kind)
    return "" if known is OtelSpanKind.UNSPECIFIED else known.name.lower()


def _span(span: WholeSpan, processes: dict[str, str]) -> Json:
    process = json.dumps(_process(span), sort_keys=True)
    return {
        "traceID": span.trace_id,
        "spanID": span.span_id,
        "operationName": span.name,
        "references": _references(span),
        "startTime": span.start_ns // _MICRO,
        "duration": max(0, span.end_ns - span.start_ns) // _MICRO,
        "tags": [*_tags(span.attributes), *_own_tags(span)],
        "logs": [
            {
                "timestamp": event.time_ns // _MICRO,
                "fields": [_text("event", event.name), *_tags(event.attributes)],
            }
            for event in span.events
        ],
        "processID": processes.setdefault(process, f"p{len(processes) + 1}"),
        "warnings": None,
    }


def _process(span: WholeSpan) -> Json:
    rest = {key: value for key, value in span.resource.items() if key != "service.name"}
    return {"serviceName": service_name(span.resource), "tags": _tags(rest)}


def _references(span: WholeSpan) -> list[Json]:
    found = [("FOLLOWS_FROM", link.trace_id, link.span_id) for link in span.links]
    if span.parent_span_id:
        found.insert(0, ("CHILD_OF", span.trace_id, span.parent_span_id))
    return [
        {"refType": kind, "traceID": trace_id, "spanID": span_id}
        for kind, trace_id, span_id in found
    ]


def _own_tags(span: WholeSpan) -> Iterable[Json]:
    """Yield what is no attribute in OpenTelemetry but a tag in Jaeger."""
    if kind := span_kind(span.kind):
        yield _text("span.kind", kind)
    if span.status_code == _ERROR:
        yield {"key": "error", "type": "bool", "value": True}
        yield _text("otel.status_code", "ERROR")
    elif span.status_code == _OK:
        yield _text("otel.status_code", "OK")
    texts = {
        "otel.status_description": span.status_message,
        "otel.scope.name": span.scope_name,
        "otel.scope.version": span.scope_version,
        "w3c.tracestate": span.trace_state,
    }
    yield from (_text(key, text) for key, text in texts.items() if text)


def _tags(attributes: Mapping[str, AttributeValue]) -> list[Json]:
    return [_tag(key, value) for key, value in attributes.items()]


def _tag(key: str, value: AttributeValue) -> Json:
    match value:
        case bool():
            return {"key": key, "type": "bool", "value": value}
        case int():
            shown = value if abs(value) <= _MAX_SAFE_INTEGER else str(value)
            return {"key": key, "type": "int64", "value": shown}
        case float() if math.isfinite(value):
            return {"key": key, "type": "float64", "value": value}
        case bytes():
            return {"key": key, "type": "binary", "value": base64.b64encode(value).decode()}
        case str():
            return _text(key, value)
        case _:
            plain = plain_attributes({key: value})[key]
            return _text(key, plain if isinstance(plain, str) else json.dumps(plain))


def _text(key: str, text: str) -> Json:
    return {"key": key, "type": "string", "value": text}
