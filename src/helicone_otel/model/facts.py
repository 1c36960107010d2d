"""What one span says by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import IntEnum

from ..span_kinds import Kind
from .values import value

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
    """Of an LLM span; else what it says of usage, which counts where nothing better does."""
    http_status: int | None = None
    request_id: str | None = None
    carries_llm_request: bool = False
    """A transport span that is an LLM request unless an LLM span covers it."""
    linked_trace_ids: Sequence[str] = ()
    attribute_count: int = 0
    marks: Sequence[str] = ()
    """What was corrected in it."""
    is_cache_hit: bool = False
    """Helicone answered from its cache."""
