"""What a session sums."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from .traces import LlmRequest
from .values import Value

Interval: TypeAlias = tuple[int, int]
"""From and to, in nanoseconds."""


class SessionStatus(StrEnum):
    SUCCESS = "success"
    FAILED = "failed"


class RequestTotals(Value, frozen=True):
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


class SessionSlice(Value, frozen=True):
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
    active: Sequence[Interval]
    """When it was at work, in order; none touches another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedTrace:
    """What the store keeps of a resolved trace; replaced whole whenever a span of it arrives."""

    trace_id: str
    requests: Sequence[LlmRequest]
    slices: Sequence[SessionSlice]
    told_in: Collection[str] = ()
    """Other traces that tell of the same calls."""
    linked_trace_id: str | None = None
    """The only other trace that its earliest root links to."""
    names_session: bool = False
    """Whether one of its spans names a session."""


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
    active_ns: int
    """How long requests were on their way, or steps with none below them."""

    @property
    def elapsed_ns(self) -> int:
        """From the first to the last moment of all its spans."""
        return self.end_ns - self.start_ns
