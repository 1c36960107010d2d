"""Spans as received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .values import AttributeValue, Value


class Encoding(StrEnum):
    """The two encodings of OTLP."""

    PROTOBUF = "protobuf"
    JSON = "json"


class OtelSpanKind(IntEnum):
    """`opentelemetry.proto.trace.v1.Span.SpanKind`."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


STATUS_ERROR = 2
"""`opentelemetry.proto.trace.v1.Status.StatusCode.STATUS_CODE_ERROR`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a span came from: its resource and instrumentation scope, shared by many spans."""

    encoding: Encoding
    envelope: bytes
    """The ResourceSpans message as received but without spans, in `encoding`."""
    resource: Mapping[str, AttributeValue]
    """The wanted resource attributes."""
    scope_name: str


class SpanEvent(Value, frozen=True):
    name: str
    time_ns: int


class SpanRecord(Value, frozen=True):
    """One decoded span with the attributes that can matter, and its bytes with all of them."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: OtelSpanKind
    start_ns: int
    end_ns: int
    status_code: int
    status_message: str
    attributes: Mapping[str, AttributeValue]
    attribute_count: int
    """Of all attributes as sent, wanted or not."""
    events: Sequence[SpanEvent]
    linked_trace_ids: tuple[str, ...]
    origin: Origin
    raw: bytes
    """The span message exactly as received, in the origin's encoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One span that cannot be kept."""

    index: int
    """Position among the request's spans, from 0."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedRequest:
    spans: Sequence[SpanRecord]
    rejections: Sequence[Rejection]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOutcome:
    """What became of one export request: what was accepted and kept is durable."""

    accepted: int
    kept: int | None = None
    """How many of the accepted items are stored, where it is not all."""
    rejections: Sequence[Rejection] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAttributes:
    """Which attributes the meaning of a span can depend on."""

    keys: frozenset[str]
    prefixes: tuple[str, ...]
