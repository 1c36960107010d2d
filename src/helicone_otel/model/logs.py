"""Log records as received, and those that are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .facts import SpanFacts
from .spans import Encoding, Origin, Rejection
from .values import AttributeValue, value


@value
class LogRecord:
    """One decoded log record with the attributes that can matter, and its bytes with all of them.

    Its `Origin` holds the ResourceLogs message without records.
    """

    trace_id: str | None
    span_id: str | None
    """The span it was emitted in, if it is known."""
    time_ns: int
    """When it happened, else when it was seen; 0 if neither is known."""
    event_name: str
    body_text: str
    """The beginning of a body that is text."""
    attributes: Mapping[str, AttributeValue]
    attribute_count: int
    """Of all attributes, wanted or not."""
    origin: Origin
    raw: bytes
    """The log record exactly as received, in the origin's encoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedLogs:
    records: Sequence[LogRecord]
    rejections: Sequence[Rejection]


@value
class KeptLogRecord:
    """A log record on its way into the store."""

    record: LogRecord
    identity: bytes
    """A digest that no other record has; sent again, it has the same."""
    event_name: str
    session_id: str | None
    """The session that it names itself."""
    event: SpanFacts | None = None
    """What it says as a call of a model, if it has usage."""


@value
class ReceivedLogRecord:
    """A stored log record as it was received, with what it was kept for."""

    event_name: str
    time_ns: int
    trace_id: str | None
    span_id: str | None
    session_id: str | None
    encoding: Encoding
    envelope: bytes
    """The ResourceLogs message around it, without records."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvent:
    """A stored log record that is a call of a model: what it says as one, and its bytes."""

    facts: SpanFacts
    record: ReceivedLogRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeLogRecord:
    """One log record with all its attributes and its body."""

    event_name: str
    time_ns: int
    attributes: Mapping[str, AttributeValue]
    body: AttributeValue
