"""Spans with everything that was received of them, opened because somebody looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .facts import SpanFacts
from .spans import Encoding
from .values import AttributeValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSpan:
    """A stored span: what it says by itself, and its bytes."""

    facts: SpanFacts
    encoding: Encoding
    envelope: bytes
    """The ResourceSpans message as received but without spans, in `encoding`."""
    raw: bytes
    """The span message exactly as received, in `encoding`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeEvent:
    name: str
    time_ns: int
    attributes: Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeLink:
    trace_id: str
    span_id: str
    attributes: Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeSpan:
    """One span with all its attributes, events and links."""

    trace_id: str
    span_id: str
    parent_span_id: str
    """Empty for a root."""
    trace_state: str
    name: str
    kind: int
    start_ns: int
    end_ns: int
    status_code: int
    status_message: str
    attributes: Mapping[str, AttributeValue]
    events: Sequence[WholeEvent]
    links: Sequence[WholeLink]
    resource: Mapping[str, AttributeValue]
    scope_name: str
    scope_version: str
    scope: Mapping[str, AttributeValue]
