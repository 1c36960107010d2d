"""OTLP traces in protobuf, taken apart no further than somebody looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from ..errors import BadPayload, TooLarge
from .checks import Malformed
from .descriptors import wire_classes
from .large_items import SPAN, LargeItems
from .limits import MAX_AROUND_BYTES, MAX_PARTS
from .wire_fields import TooMany, split, write_bytes

_RESOURCES, _SCOPES, _SPANS = 1, 2, 2
"""Field numbers; for logs and metrics they are the same."""
M = TypeVar("M", bound=Message)
_GZIP = b"\x1f\x8b"


class WireSpan(Protocol):
    """`opentelemetry.proto.trace.v1.Span` with its attributes, events and links as bytes."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes
    name: str
    kind: int
    start_time_unix_nano: int
    end_time_unix_nano: int
    attributes: Sequence[bytes]
    events: Sequence[bytes]
    links: Sequence[bytes]
    status: trace_pb2.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class WireScope:
    """The spans of one instrumentation scope."""

    envelope: bytes
    """The ResourceSpans with this one ScopeSpans, without spans."""
    name: str
    spans: Sequence[bytes]


def parse_request(body: bytes) -> Iterator[tuple[Resource, Iterator[WireScope]]]:
    """Take an ExportTraceServiceRequest apart, in its order; parts are made when asked for.

    Raises:
        BadPayload: *body* is not such a message.
        TooLarge: it holds too many resources, or one of them too many scopes.
    """
    for start, stop in _cut(body, 0, len(body), _RESOURCES, "resources")[0]:
        scopes, around = _cut(body, start, stop, _SCOPES, "scopes of one resource")
        resource_spans = _parsed(wire_classes().resource_spans, around, body)
        yield resource_spans.resource, _scopes(scopes, around, body)


def fill_envelope(envelope: bytes, spans: Sequence[bytes]) -> bytes:
    """Return an export request of *spans*, or other items, in the *envelope* they came in."""
    classes = wire_classes()
    resource_spans = classes.resource_spans.FromString(envelope)
    scope_spans = classes.scope_spans.FromString(resource_spans.scope_spans[0])
    scope_spans.spans.extend(spans)
    resource_spans.scope_spans[0] = scope_spans.SerializeToString()
    request = classes.request(resource_spans=[resource_spans.SerializeToString()])
    return bytes(request.SerializeToString())


def parse_span(raw: bytes, large: LargeItems) -> WireSpan:
    """Return the span *raw* is.

    Raises:
        Malformed: it is none.
        TooLarge: there is too much in the *large* items of the request.
    """
    span: WireSpan = _item(wire_classes().span, large.lightened(raw, SPAN), "Span")
    return span


def parse_attribute(raw: bytes) -> KeyValue:
    """Return the attribute *raw* is; raises `Malformed` if it is none."""
    return _item(KeyValue, raw, "KeyValue")


def parse_event(raw: bytes) -> trace_pb2.Span.Event:
    """Return the event *raw* is; raises `Malformed` if it is none."""
    return _item(trace_pb2.Span.Event, raw, "Event")


def parse_link(raw: bytes) -> trace_pb2.Span.Link:
    """Return the link *raw* is; raises `Malformed` if it is none."""
    return _item(trace_pb2.Span.Link, raw, "Link")


def _item(message_class: type[M], raw: bytes, name: str) -> M:
    try:
        item: M = message_class.FromString(raw)
    except DecodeError as error:
        raise Malformed(f"{_reason(error)}, expected an OTLP {name} in protobuf") from error
    return item


def _scopes(
    scopes: Sequence[tuple[int, int]], around_scopes: bytes, body: bytes
) -> Iterator[WireScope]:
    for start, stop in scopes:
        spans, around = _cut(body, start, stop, _SPANS, "items of one scope")
        scope_spans = _parsed(wire_classes().scope_spans, around, body)
        yield WireScope(
            envelope=around_scopes + write_bytes(_SCOPES, around),
            name=scope_spans.scope.name,
            spans=[body[start:stop] for start, stop in spans],
        )


def _cut(
    body: bytes, start: int, stop: int, number: int, parts: str
) -> tuple[Sequence[tuple[int, int]], bytes]:
    """Return where the parts of a message are, and what is around them."""
    try:
        found, around = split(body, start, stop, number=number, most=MAX_PARTS)
    except TooMany as error:
        raise TooLarge(
            f"the request has more than {MAX_PARTS} {parts}: send smaller batches"
        ) from error
    except Malformed as reason:
        raise BadPayload(_not_a_request(str(reason), body)) from reason
    if len(around) > MAX_AROUND_BYTES:
        raise TooLarge(
            f"the request has {len(around)} bytes around its {parts}, expected at most "
            f"{MAX_AROUND_BYTES}"
        )
    return found, around


def _parsed(message_class: Any, part: bytes, body: bytes) -> Any:  # noqa: ANN401 - no types
    try:
        return message_class.FromString(part)
    except DecodeError as error:
        raise BadPayload(_not_a_request(_reason(error), body)) from error


def _not_a_request(reason: str, body: bytes) -> str:
    return f"the body is not an OTLP export request in protobuf: {reason}{_guess(body)}"


def _reason(error: DecodeError) -> str:
    return str(error).rpartition(": ")[2]


def _guess(body: bytes) -> str:
    if body.startswith(b"{"):
        return "; it looks like JSON, which needs Content-Type: application/json"
    if body.startswith(_GZIP):
        return "; it looks like gzip, which needs Content-Encoding: gzip"
    return ""
