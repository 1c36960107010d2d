"""Export requests in JSON as span records."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeGuard

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from ..errors import BadPayload
from ..model import AttributeValue, Encoding, Origin, Signal, SpanEvent, SpanRecord
from .checks import (
    SPAN_ID_BYTES,
    TRACE_ID_BYTES,
    Malformed,
    SpanSizes,
    check_attribute_count,
    check_count,
    kind_of,
)
from .json_documents import open_document
from .json_fields import JsonObject, enum_of, integer_of, list_of, object_of, text_of
from .json_text import dump_json
from .json_values import json_value, members_of
from .limits import MAX_TIME_NS, shorten_name, shorten_text
from .selection import Selection
from .signals import NAMES, EnvelopeNames, require_signal

_HEX = re.compile(r"[0-9a-f]+")
_TRACE_ID = re.compile(r"[0-9a-fA-F]{32}")
_TIMES = range(MAX_TIME_NS + 1)
_NO_TRACE = "0" * 2 * TRACE_ID_BYTES
_NO_SPAN = "0" * 2 * SPAN_ID_BYTES
_KINDS: Mapping[str, int] = dict(Span.SpanKind.items())
_STATUS_CODES: Mapping[str, int] = dict(Status.StatusCode.items())


def json_scopes(
    body: bytes, selection: Selection, signal: Signal = Signal.TRACES
) -> Iterator[tuple[Origin, Sequence[object]]]:
    """Yield each scope's origin and items, such as spans, as parsed.

    Raises:
        BadPayload: *body* is not an export request of that signal.
    """
    names = NAMES[signal]
    document = open_document(body, names)
    require_signal(document.root, signal)
    try:
        items = list_of(document.root.get(names.resources), names.resources)
        check_count(len(items), "resources")
        for item in items:
            resource_item = object_of(item, f"{names.resources} item")
            for origin, found in _scopes(resource_item, selection, names):
                yield origin, document.items_of(found)
    except Malformed as reason:
        raise BadPayload(f"the request cannot be read: {reason}") from reason


def json_record(
    value: object, origin: Origin, selection: Selection, sizes: SpanSizes
) -> SpanRecord:
    """Return the span that *value* is.

    Raises:
        Malformed: it cannot be kept.
        TooLarge: the request holds too many events and links.
    """
    span = object_of(value, "span")
    sent = list_of(span.get("attributes"), "attributes")
    events = list_of(span.get("events"), "events")
    links = list_of(span.get("links"), "links")
    sizes.check(attributes=len(sent), events=len(events), links=len(links))
    attributes = members_of(sent, "attributes")
    status = object_of(span.get("status"), "status")
    return SpanRecord(
        trace_id=_id(span.get("traceId"), "traceId", 2 * TRACE_ID_BYTES),
        span_id=_id(span.get("spanId"), "spanId", 2 * SPAN_ID_BYTES),
        parent_span_id=_parent_id(span.get("parentSpanId")),
        name=shorten_name(text_of(span.get("name"), "name")),
        kind=kind_of(enum_of(span.get("kind"), "kind", _KINDS)),
        start_ns=_time(span, "startTimeUnixNano"),
        end_ns=_time(span, "endTimeUnixNano"),
        status_code=enum_of(status.get("code"), "status code", _STATUS_CODES),
        status_message=shorten_text(text_of(status.get("message"), "status message")),
        attributes=wanted_json_values(attributes, selection),
        attribute_count=len(sent),
        events=[_event(event) for event in events] if events else (),
        linked_trace_ids=_linked_trace_ids(links) if links else (),
        origin=origin,
        raw=dump_json(span, "span"),
    )


def _scopes(
    resource_item: JsonObject, selection: Selection, names: EnvelopeNames
) -> Iterator[tuple[Origin, Sequence[object]]]:
    resource = object_of(resource_item.get("resource"), "resource")
    sent = list_of(resource.get("attributes"), "resource attributes")
    check_attribute_count(len(sent), "a resource")
    wanted = wanted_json_values(members_of(sent, "resource attributes"), selection)
    for item in list_of(resource_item.get(names.scopes), names.scopes):
        scope_item = object_of(item, f"{names.scopes} item")
        scope = object_of(scope_item.get("scope"), "scope")
        origin = Origin(
            encoding=Encoding.JSON,
            envelope=_envelope(resource_item, scope_item, names),
            resource=wanted,
            scope_name=shorten_name(text_of(scope.get("name"), "scope name")),
        )
        yield origin, list_of(scope_item.get(names.items), names.items)


def _envelope(resource_item: JsonObject, scope_item: JsonObject, names: EnvelopeNames) -> bytes:
    only_scope = {name: value for name, value in scope_item.items() if name != names.items}
    return dump_json({**resource_item, names.scopes: [only_scope]}, f"{names.resources} item")


def _id(value: object, name: str, digits: int) -> str:
    text = text_of(value, name).lower()
    if len(text) != digits:
        raise Malformed(f"{name} has {len(text)} characters, expected {digits} hex digits")
    if not _HEX.fullmatch(text):
        raise Malformed(f"{name} is not hexadecimal, expected {digits} hex digits")
    if not text.strip("0"):
        raise Malformed(f"{name} is all zeros, expected {digits} hex digits that are not")
    return text


def _parent_id(value: object) -> str | None:
    text = text_of(value, "parentSpanId")
    if text in ("", _NO_SPAN):
        return None
    return _id(text, "parentSpanId", 2 * SPAN_ID_BYTES)


def _time(message: JsonObject, name: str) -> int:
    return integer_of(message.get(name), name, _TIMES)


def _event(value: object) -> SpanEvent:
    event = object_of(value, "event")
    name = shorten_name(text_of(event.get("name"), "event name"))
    return SpanEvent(name=name, time_ns=_time(event, "timeUnixNano"))


def _linked_trace_ids(links: Iterable[object]) -> tuple[str, ...]:
    ids = (object_of(link, "link").get("traceId") for link in links)
    return tuple(dict.fromkeys(trace_id.lower() for trace_id in ids if _is_trace_id(trace_id)))


def _is_trace_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _TRACE_ID.fullmatch(value) is not None and value != _NO_TRACE


def wanted_json_values(
    attributes: Mapping[str, object], selection: Selection
) -> dict[str, AttributeValue]:
    return {key: json_value(attributes[key]) for key in selection.of(attributes)}
