"""What one span says by itself."""

from collections.abc import Mapping
from enum import IntEnum

from msgspec import field

from ..span_kinds import Kind
from .values import Value

NO_START, NO_END, CLAMPED_END = "no-start", "no-end", "clamped-end"
"""Marks of spans whose times had to be made sensible."""


class Strength(IntEnum):
    """How much a key means by naming a session."""

    WEAK = 1
    MIDDLE = 2
    STRONG = 3


class _Said(Value, frozen=True, array_like=True):
    """A value that is written as an array of its fields, so their order is that of the file."""


class SessionClaim(_Said, frozen=True):
    """One key on one span that names a session."""

    session_id: str
    strength: Strength
    key: str


class Usage(_Said, frozen=True):
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


class Cost(_Said, frozen=True):
    nano_usd: int
    source: str
    """`span` if the emitter said it, else the price table and its version."""


class ModelCall(_Said, frozen=True):
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


class SpanFacts(_Said, frozen=True, kw_only=False):
    """Everything one span says by itself; all that resolving a trace needs of it.

    Where one is made for every span, its fields come by their places: of more than fifteen that
    are named CPython makes a dictionary first, which takes ten times as long as all the rest.
    """

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
    claims: tuple[SessionClaim, ...] = ()
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
    linked_trace_ids: tuple[str, ...] = ()
    attribute_count: int = 0
    marks: tuple[str, ...] = ()
    """What was corrected in it."""
    is_cache_hit: bool = False
    """Helicone answered from its cache."""
    provider: str | None = None
    """Of a transport span that may be an LLM request, by its host."""
    trace_id: str = ""
    """Last, because it is written once for all spans of a trace."""
