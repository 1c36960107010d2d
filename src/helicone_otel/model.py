"""The values that travel between layers: a span as received, what it means, what a session sums.

All are immutable to the type checker, and nobody changes them. Ids are lower-case hex, times
integer nanoseconds since the Unix epoch, costs integer nano-USD; `None` is absent in the data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TypeAlias, TypeVar, dataclass_transform

from .span_kinds import Kind as Kind  # noqa: PLC0414 - a word of the model, used by the client too

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a dataclass that the type checker holds to be frozen and that is plain at run time.

    For what is built for every span: a frozen one takes four times as long to build.
    """
    return dataclass(slots=True, kw_only=True)(cls)


AttributeValue: TypeAlias = (
    "str | bool | int | float | bytes"
    " | Sequence[AttributeValue] | Mapping[str, AttributeValue] | None"
)


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


@value
class SpanEvent:
    name: str
    time_ns: int


@value
class SpanRecord:
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
    """Of all attributes, wanted or not."""
    events: Sequence[SpanEvent]
    linked_trace_ids: Sequence[str]
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
    """What became of one export request: `accepted` spans are durable."""

    accepted: int
    rejections: Sequence[Rejection] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAttributes:
    """Which attributes the meaning of a span can depend on."""

    keys: frozenset[str]
    prefixes: tuple[str, ...]


NO_START, NO_END, CLAMPED_END = "no-start", "no-end", "clamped-end"
"""Marks of spans whose times had to be made sensible."""


class Strength(IntEnum):
    """How much a key means by naming a session."""

    WEAK = 1
    MIDDLE = 2
    STRONG = 3


@value
class SessionClaim:
    """One key on one span that names a session."""

    session_id: str
    strength: Strength
    key: str


@value
class Usage:
    """Tokens of one model call, in OpenTelemetry's sense.

    Cache reads and writes are parts of the input, reasoning is a part of the output.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None

    @property
    def total_tokens(self) -> int:
        return (self.input_tokens or 0) + (self.output_tokens or 0)


@value
class Cost:
    nano_usd: int
    source: str
    """`span` if the emitter said it, else the price table and its version."""


@value
class ModelCall:
    """What an LLM span says about its call of a model."""

    operation: str
    provider: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    finish_reason: str | None = None
    usage: Usage | None = None
    cost: Cost | None = None
    time_to_first_token_ns: int | None = None
    has_output: bool = False


@value
class SpanFacts:
    """Everything one span says by itself; all that resolving a trace needs of it."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    scope: str
    start_ns: int
    end_ns: int
    kind: Kind
    segment: str | None
    """What the span adds to the path of what is below it; `None` if its kind adds nothing."""
    failed: bool
    status_message: str
    claims: Sequence[SessionClaim] = ()
    """Strongest first."""
    path: str | None = None
    session_name: str | None = None
    user_id: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    fallback_name: str | None = None
    """Workflow or agent name."""
    service_name: str | None = None
    call: ModelCall | None = None
    http_status: int | None = None
    request_id: str | None = None
    carries_llm_request: bool = False
    """A transport span that is an LLM request unless an LLM span covers it."""
    linked_trace_ids: Sequence[str] = ()
    attribute_count: int = 0
    marks: Sequence[str] = ()
    """What was corrected in it."""


class Role(StrEnum):
    """What a span is to its session's totals."""

    COUNTED = "counted"
    """An LLM request: summed."""
    WRAPPER = "wrapper"
    """Stands for the same call as a counted span below it."""
    TRANSPORT = "transport"
    """Carries a request that another span stands for."""
    OTHER = "other"


@value
class ResolvedSpan:
    """A span in its place."""

    facts: SpanFacts
    session_id: str | None
    path: str
    """The span's own path; an LLM request's is that of the folder it lies in."""
    role: Role
    depth: int
    """Levels below the trace's root, from 0."""
    session_name: str | None
    """The explicit name of the span or of its nearest ancestor."""
    user_id: str | None
    properties: Mapping[str, str]


@value
class LlmRequest:
    """One counted call of a model."""

    trace_id: str
    span_id: str
    request_id: str
    """`helicone.request.id` if known, else a UUID made of the two ids; the same every time."""
    session_id: str
    session_name: str | None
    """As the request or an ancestor says; `None` takes the session's name."""
    path: str
    user_id: str | None
    properties: Mapping[str, str]
    start_ns: int
    end_ns: int
    time_to_first_token_ns: int | None
    operation: str
    provider: str | None
    request_model: str | None
    response_model: str | None
    usage: Usage | None
    cost: Cost | None
    status: int
    """HTTP status, or 200 / 500 by the span's status."""
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTrace:
    """All of one trace's spans in their places, parents first, and the LLM requests counted."""

    trace_id: str
    spans: Sequence[ResolvedSpan]
    requests: Sequence[LlmRequest]
    missing_parents: int


class SessionStatus(StrEnum):
    SUCCESS = "success"
    FAILED = "failed"


@value
class RequestTotals:
    """Sums over LLM requests; what is not known of one is left out of its sum and counted."""

    requests: int
    failed_requests: int
    unpriced_requests: int
    requests_without_usage: int
    cost_nano_usd: int
    input_tokens: int
    output_tokens: int
    latency_ns: int
    """Sum over the requests."""
    first_request_start_ns: int | None
    last_request_start_ns: int | None
    last_request_end_ns: int | None

    @property
    def status(self) -> SessionStatus:
        return SessionStatus.FAILED if self.failed_requests else SessionStatus.SUCCESS

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def duration_ns(self) -> int:
        """From the first request's start to the last request's end; 0 without requests."""
        if self.first_request_start_ns is None or self.last_request_end_ns is None:
            return 0
        return self.last_request_end_ns - self.first_request_start_ns

    @property
    def average_latency_ns(self) -> float:
        return self.latency_ns / self.requests if self.requests else 0.0


@value
class SessionSlice:
    """What one trace contributes to one session; a session is the sum of its slices."""

    session_id: str
    trace_id: str
    start_ns: int
    end_ns: int
    """Of all spans."""
    spans: int
    missing_parents: int
    explicit_name: str | None
    explicit_name_start_ns: int
    explicit_name_span_id: str
    """Which explicit name is the earliest is decided by start, then span id."""
    fallback_name: str
    fallback_name_start_ns: int
    fallback_name_span_id: str
    totals: RequestTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedTrace:
    """What the store keeps of a resolved trace; replaced whole whenever a span of it arrives."""

    trace_id: str
    requests: Sequence[LlmRequest]
    slices: Sequence[SessionSlice]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """A session's numbers over all its traces."""

    session_id: str
    name: str
    trace_ids: Sequence[str]
    start_ns: int
    end_ns: int
    spans: int
    missing_parents: int
    totals: RequestTotals

    @property
    def elapsed_ns(self) -> int:
        """From the first to the last moment of all its spans."""
        return self.end_ns - self.start_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """Which LLM requests a question is about; `None` asks for all."""

    after_ns: int | None = None
    """Requests that start later than this."""
    before_ns: int | None = None
    """Requests that start earlier than this."""
    name_equals: str | None = None
    name_contains: str | None = None
    """Ignoring case."""
    search: str | None = None
    """In the session's id or name, ignoring case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGroup:
    """The matching requests of one session id under one name, as Helicone groups them."""

    session_id: str
    session_name: str
    first_start_ns: int
    last_start_ns: int
    latency_ns: int
    """Sum over the requests."""
    requests: int
    cost_nano_usd: int
    input_tokens: int
    output_tokens: int
    user_ids: Sequence[str]
    """Distinct; `""` stands for requests without a user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionNameUse:
    """How one session name is used by the matching requests."""

    name: str
    sessions: int
    requests: int
    latency_ns: int
    first_start_ns: int
    last_start_ns: int
