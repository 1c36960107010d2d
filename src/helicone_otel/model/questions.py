"""What is asked of the file, and what groups of matching requests answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import NamedTuple

from .filters import Condition, Field
from .sessions import SessionSummary
from .traces import LlmRequest


class Asked(StrEnum):
    """What an id is of that somebody asks about."""

    SESSION = "session"
    TRACE = "trace"
    SPAN = "span"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTotals:
    """Sums over all matching groups."""

    groups: int
    requests: int
    cost_nano_usd: int
    latency_ns: int


class GroupMeasure(NamedTuple):
    """What a group says to a distribution; a tuple, for there may be very many."""

    session_id: str
    requests: int
    first_start_ns: int
    last_start_ns: int
    cost_nano_usd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOrder:
    """How LLM requests are sorted; of equal ones the newest comes first."""

    field: Field | None = Field.STARTED_MS
    """`None` is by chance."""
    key: str = ""
    """Which property."""
    is_descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedRequest:
    """An LLM request with what people said about it."""

    request: LlmRequest
    scores: Mapping[str, float]


class SessionNumber(StrEnum):
    """What sessions are sorted by and limited to."""

    STARTED = "started_at"
    ENDED = "ended_at"
    FIRST_REQUEST = "first_request_at"
    LATEST_REQUEST = "latest_request_at"
    COST = "cost"
    REQUESTS = "requests"
    ERRORS = "errors"
    UNPRICED = "unpriced"
    WITHOUT_USAGE = "without_usage"
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    TOKENS = "tokens"
    DURATION = "duration"
    ELAPSED = "elapsed"
    ACTIVE = "active"
    LATENCY = "latency"
    """Average over the requests."""
    SPANS = "spans"
    MISSING_PARENTS = "missing_parents"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOrder:
    """How sessions are sorted; of equal ones the one with the smaller id comes later."""

    number: SessionNumber = SessionNumber.STARTED
    is_descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which whole sessions a question is about; `None` and empty ask for all."""

    name: str | None = None
    """Exactly."""
    requests: Sequence[Condition] = ()
    """For each of these, some request of the session meets it."""
    is_failed: bool | None = None
    at_least: Mapping[SessionNumber, float] = dataclass_field(default_factory=dict)
    at_most: Mapping[SessionNumber, float] = dataclass_field(default_factory=dict)
    """In nanoseconds, nano-USD or counts."""
    search: str | None = None
    """In ids and names, ignoring case, and words in messages."""


ANY_SESSION = SessionFilter()


class SessionCursor(NamedTuple):
    """The last session seen: its number in the order of the list, and its id."""

    number: float
    session_id: str


class SpanPlace(NamedTuple):
    """Where a span is among those of a session in start order."""

    start_ns: int
    span_id: str
    trace_id: str


BEFORE_ALL = SpanPlace(-1, "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSession:
    """A session in a list, with what to ask for those behind it."""

    summary: SessionSummary
    cursor: SessionCursor


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChange:
    """A session that is new or has changed, as it is now."""

    change_id: int
    """Later changes have higher ones."""
    session_id: str
    summary: SessionSummary | None
    """`None` if it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTotals:
    """Sums over all sessions."""

    sessions: int
    failed_sessions: int
    traces: int
    spans: int
    requests: int
    failed_requests: int
    unpriced_requests: int
    cost_nano_usd: int
    input_tokens: int
    output_tokens: int
    first_ns: int | None
    last_ns: int | None
    unsearched_sessions: int
