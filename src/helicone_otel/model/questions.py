"""What is asked about sessions, and what groups of requests answer."""

from collections.abc import Sequence
from dataclasses import dataclass


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
