"""Export requests in protobuf as span records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from ..errors import BadPayload
from ..model import AttributeValue, Encoding, Origin, SpanEvent, SpanRecord
from .checks import (
    SPAN_ID_BYTES,
    TRACE_ID_BYTES,
    Malformed,
    SpanSizes,
    check_attribute_count,
    check_time,
    kind_of,
)
from .large_items import LargeItems
from .limits import shorten_name, shorten_text
from .protobuf_attributes import AttributeReader
from .wire import WireScope, parse_event, parse_link, parse_request, parse_span

_NO_TRACE = bytes(TRACE_ID_BYTES)
_NO_SPAN = bytes(SPAN_ID_BYTES)


def protobuf_scopes(
    body: bytes, reader: AttributeReader
) -> Iterator[tuple[Origin, Sequence[bytes]]]:
    """Yield each scope's origin and raw spans.

    Raises:
        BadPayload: *body* is not an ExportTraceServiceRequest.
    """
    for resource, scopes in parse_request(body):
        wanted = _resource(resource, reader)
        for scope in scopes:
            yield _origin(scope, wanted), scope.spans


def protobuf_record(
    raw: bytes, origin: Origin, reader: AttributeReader, sizes: SpanSizes, large: LargeItems
) -> SpanRecord:
    """Return the span that *raw* is.

    Raises:
        Malformed: it cannot be kept.
        TooLarge: the request holds too many events and links, or too much in *large* items.
    """
    span = parse_span(raw, large)
    attributes, events, links, status = span.attributes, span.events, span.links, span.status
    sizes.check(attributes=len(attributes), events=len(events), links=len(links))
    return SpanRecord(
        trace_id=_id(span.trace_id, "trace_id", TRACE_ID_BYTES),
        span_id=_id(span.span_id, "span_id", SPAN_ID_BYTES),
        parent_span_id=_parent_id(span.parent_span_id),
        name=shorten_name(span.name),
        kind=kind_of(span.kind),
        start_ns=check_time(span.start_time_unix_nano, "start_time_unix_nano"),
        end_ns=check_time(span.end_time_unix_nano, "end_time_unix_nano"),
        status_code=status.code,
        status_message=shorten_text(status.message),
        attributes=reader.read(attributes),
        attribute_count=len(attributes),
        events=[_event(event) for event in events] if events else (),
        linked_trace_ids=_linked_trace_ids(links) if links else (),
        origin=origin,
        raw=raw,
    )


def _resource(resource: Resource, reader: AttributeReader) -> dict[str, AttributeValue]:
    try:
        check_attribute_count(len(resource.attributes), "a resource")
    except Malformed as reason:
        raise BadPayload(f"the request cannot be read: {reason}") from reason
    return reader.read_parsed(resource.attributes)


def _origin(scope: WireScope, resource: Mapping[str, AttributeValue]) -> Origin:
    return Origin(
        encoding=Encoding.PROTOBUF,
        envelope=scope.envelope,
        resource=resource,
        scope_name=shorten_name(scope.name),
    )


def _id(value: bytes, name: str, length: int) -> str:
    if len(value) != length:
        raise Malformed(f"{name} has {len(value)} bytes, expected {length}")
    if value in (_NO_TRACE, _NO_SPAN):
        raise Malformed(f"{name} is all zeros, expected {length} bytes that are not")
    return value.hex()


def _parent_id(value: bytes) -> str | None:
    if not value or value == _NO_SPAN:
        return None
    return _id(value, "parent_span_id", SPAN_ID_BYTES)


def _event(raw: bytes) -> SpanEvent:
    event = parse_event(raw)
    time_ns = check_time(event.time_unix_nano, "event time_unix_nano")
    return SpanEvent(name=shorten_name(event.name), time_ns=time_ns)


def _linked_trace_ids(links: Iterable[bytes]) -> tuple[str, ...]:
    valid = (
        link.trace_id.hex()
        for link in map(parse_link, links)
        if len(link.trace_id) == TRACE_ID_BYTES and link.trace_id != _NO_TRACE
    )
    return tuple(dict.fromkeys(valid))
