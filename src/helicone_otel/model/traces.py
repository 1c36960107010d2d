"""What a trace means: its spans in their places, and the LLM requests counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .facts import Cost, SpanFacts, Usage
from .values import Value


class Role(StrEnum):
    """What a span is to its session's totals."""

    COUNTED = "counted"
    """An LLM request: summed."""
    WRAPPER = "wrapper"
    """Stands for the same call as a counted span below it."""
    TWIN = "twin"
    """Stands for the same call as a counted span beside it."""
    COMPLETION = "completion"
    """Says how the stream of another span ended."""
    HOLLOW = "hollow"
    """Calls itself an LLM span and shows no trace of a call, beside one that does."""
    TRANSPORT = "transport"
    """Carries a request that another span stands for."""
    COVERED = "covered"
    """A log record of a call that a span tells of."""
    OTHER = "other"


class TraceFacts(Value, frozen=True):
    """All that is known of one trace."""

    trace_id: str
    spans: Sequence[SpanFacts]
    """Each span id once."""
    events: Sequence[SpanFacts] = ()
    """Log records that may be calls of a model."""
    continues: str | None = None
    """The trace whose implicit session it goes on with; `None` takes the one it links to."""


class ResolvedSpan(Value, frozen=True):
    """A span in its place."""

    facts: SpanFacts
    session_id: str | None
    path: str
    """The span's own path; an LLM request's is that of the folder it lies in."""
    role: Role
    session_name: str | None
    """The explicit name of the span or of its nearest ancestor."""
    user_id: str | None
    properties: Mapping[str, str]


class LlmRequest(Value, frozen=True, kw_only=False):
    """One counted call of a model; made by places, as `SpanFacts` is."""

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
    scope_name: str
    """The instrumentation whose span is counted."""
    response_id: str | None
    """As the provider has it."""
    is_event: bool
    """A log record tells of it, and no span does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTrace:
    """All of one trace's spans in their places, parents first, and the LLM requests counted."""

    trace_id: str
    spans: Sequence[ResolvedSpan]
    requests: Sequence[LlmRequest]
    missing_parents: int
    told_in: Collection[str]
    """Other traces with spans of the same calls."""
    names_session: bool
    """Whether one of its spans names a session."""
    linked_trace_id: str | None
    """The only other trace that its earliest root links to."""
