"""OTLP traces in protobuf, taken apart no further than somebody looks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from ..errors import BadPayload
from .checks import Malformed, check_count
from .descriptors import wire_classes

_GZIP = b"\x1f\x8b"


class WireSpan(Protocol):
    """`opentelemetry.proto.trace.v1.Span` with its attributes as a map; the last of a key wins."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes
    name: str
    kind: int
    start_time_unix_nano: int
    end_time_unix_nano: int
    attributes: Mapping[str, AnyValue]
    events: Sequence[trace_pb2.Span.Event]
    links: Sequence[trace_pb2.Span.Link]
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
    classes = wire_classes()
    request = _parsed(classes.request, body, body)
    check_count(len(request.resource_spans), "resources")
    for part in request.resource_spans:
        resource_spans = _parsed(classes.resource_spans, part, body)
        check_count(len(resource_spans.scope_spans), "scopes of one resource")
        yield resource_spans.resource, _scopes(resource_spans, body)


def fill_envelope(envelope: bytes, spans: Sequence[bytes]) -> bytes:
    """Return an ExportTraceServiceRequest of *spans* in the *envelope* they came in."""
    classes = wire_classes()
    resource_spans = classes.resource_spans.FromString(envelope)
    scope_spans = classes.scope_spans.FromString(resource_spans.scope_spans[0])
    scope_spans.spans.extend(spans)
    resource_spans.scope_spans[0] = scope_spans.SerializeToString()
    request = classes.request(resource_spans=[resource_spans.SerializeToString()])
    return bytes(request.SerializeToString())


def parse_span(raw: bytes) -> WireSpan:
    """Return the span *raw* is.

    Raises:
        Malformed: it is none.
    """
    try:
        span: WireSpan = wire_classes().span.FromString(raw)
    except DecodeError as error:
        raise Malformed(f"{_reason(error)}, expected an OTLP Span in protobuf") from error
    return span


def _scopes(resource_spans: Any, body: bytes) -> Iterator[WireScope]:  # noqa: ANN401 - no types
    parts = resource_spans.scope_spans[:]
    for part in parts:
        scope_spans = _parsed(wire_classes().scope_spans, part, body)
        spans = scope_spans.spans[:]
        scope_spans.ClearField("spans")
        resource_spans.scope_spans[:] = [scope_spans.SerializeToString()]
        envelope = resource_spans.SerializeToString()
        yield WireScope(envelope=envelope, name=scope_spans.scope.name, spans=spans)


def _parsed(message_class: Any, part: bytes, body: bytes) -> Any:  # noqa: ANN401 - no types
    try:
        return message_class.FromString(part)
    except DecodeError as error:
        raise BadPayload(
            f"the body is not an ExportTraceServiceRequest in protobuf: {_reason(error)}"
            f"{_guess(body)}"
        ) from error


def _reason(error: DecodeError) -> str:
    return str(error).rpartition(": ")[2]


def _guess(body: bytes) -> str:
    if body.startswith(b"{"):
        return "; it looks like JSON, which needs Content-Type: application/json"
    if body.startswith(_GZIP):
        return "; it looks like gzip, which needs Content-Encoding: gzip"
    return ""
