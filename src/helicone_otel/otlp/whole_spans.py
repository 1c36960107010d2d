"""Stored spans with everything they hold, for somebody who looks at them."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from ..model import AttributeValue, Encoding, ReceivedSpan, WholeEvent, WholeLink, WholeSpan
from .assembly import encode_request
from .checks import kind_of
from .conversion import document_of
from .json_fields import JsonObject, enum_of, integer_of, list_of, object_of, text_of
from .json_values import json_value, members_of
from .limits import MAX_TIME_NS

_KINDS = dict(Span.SpanKind.items())
_STATUS_CODES = dict(Status.StatusCode.items())
_TIMES = range(MAX_TIME_NS + 1)


def open_spans(spans: Iterable[ReceivedSpan]) -> list[WholeSpan]:
    """Return *spans* opened, in their order; they have been accepted, so they can be."""
    opened: list[WholeSpan] = []
    for (encoding, envelope), group in groupby(spans, key=lambda s: (s.encoding, s.envelope)):
        opened += _opened_together(encoding, envelope, [span.raw for span in group])
    return opened


def _opened_together(
    encoding: Encoding, envelope: bytes, raw: Sequence[bytes]
) -> Iterable[WholeSpan]:
    request = document_of(encode_request(envelope, raw, encoding), encoding)
    (resource_item,) = request["resourceSpans"]
    (scope_item,) = resource_item["scopeSpans"]
    resource = _attributes(object_of(resource_item.get("resource"), "resource"))
    scope = object_of(scope_item.get("scope"), "scope")
    for span in scope_item["spans"]:
        yield _whole(span, resource, scope)


def _whole(span: JsonObject, resource: dict[str, AttributeValue], scope: JsonObject) -> WholeSpan:
    status = object_of(span.get("status"), "status")
    return WholeSpan(
        trace_id=text_of(span.get("traceId"), "traceId").lower(),
        span_id=text_of(span.get("spanId"), "spanId").lower(),
        parent_span_id=_parent_id(span),
        trace_state=text_of(span.get("traceState"), "traceState"),
        name=text_of(span.get("name"), "name"),
        kind=kind_of(enum_of(span.get("kind"), "kind", _KINDS)),
        start_ns=_time(span, "startTimeUnixNano"),
        end_ns=_time(span, "endTimeUnixNano"),
        status_code=enum_of(status.get("code"), "status code", _STATUS_CODES),
        status_message=text_of(status.get("message"), "status message"),
        attributes=_attributes(span),
        events=[_event(object_of(e, "event")) for e in list_of(span.get("events"), "events")],
        links=[_link(object_of(link, "link")) for link in list_of(span.get("links"), "links")],
        resource=resource,
        scope_name=text_of(scope.get("name"), "scope name"),
        scope_version=text_of(scope.get("version"), "scope version"),
        scope=_attributes(scope),
    )


def _parent_id(span: JsonObject) -> str:
    sent = text_of(span.get("parentSpanId"), "parentSpanId").lower()
    return sent if sent.strip("0") else ""


def _event(event: JsonObject) -> WholeEvent:
    return WholeEvent(
        name=text_of(event.get("name"), "event name"),
        time_ns=_time(event, "timeUnixNano"),
        attributes=_attributes(event),
    )


def _link(link: JsonObject) -> WholeLink:
    return WholeLink(
        trace_id=text_of(link.get("traceId"), "traceId").lower(),
        span_id=text_of(link.get("spanId"), "spanId").lower(),
        attributes=_attributes(link),
    )


def _time(message: JsonObject, name: str) -> int:
    return integer_of(message.get(name), name, _TIMES)


def _attributes(message: JsonObject) -> dict[str, AttributeValue]:
    members = members_of(list_of(message.get("attributes"), "attributes"), "attributes")
    return {key: json_value(value) for key, value in members.items()}
