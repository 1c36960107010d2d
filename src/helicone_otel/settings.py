"""What an operator may choose when starting the server."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

KIB = 1024
MIB = 1024 * KIB


class ImplicitSessions(StrEnum):
    """Which traces without any session id become a session of their own."""

    LLM = "llm"
    """Those with a counted LLM request."""
    ALL = "all"
    NONE = "none"


class Synchronous(StrEnum):
    """What an acknowledgement promises; the values are those of SQLite's `synchronous`."""

    FULL = "full"
    """Acknowledged spans survive a crash and a loss of power."""
    NORMAL = "normal"
    """They survive a crash of the program; a loss of power may cost the last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """How the database file is written."""

    synchronous: Synchronous = Synchronous.FULL
    max_queue_bytes: int = 64 * MIB
    """Raw span bytes that may wait for the writer; past it, requests get 503."""
    max_queue_spans: int = 100_000
    """Spans that may wait for the writer."""
    queue_wait_s: float = 3.0
    """How long a request waits for room in the queue before it is refused."""
    min_free_bytes: int = 200 * MIB
    """Room on the disk that is left to others; below it, requests get 503."""
    question_seconds: float = 5.0
    """How long SQLite may work on one question."""
    upkeep_pause_s: float = 0.5
    """How often what speeds up questions is brought up to date."""
    keep_days: float | None = None
    """Sessions that ended earlier are removed; `None` keeps all."""
    max_file_bytes: int | None = None
    """Past it the oldest sessions are removed; `None` is no limit."""
    retention_pause_s: float = 60.0
    """How often the file is held against these two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """How long and how many an HTTP connection may be."""

    max_connections: int = 256
    """More get 503; twice as many are not even answered."""
    max_head_bytes: int = 64 * KIB
    """Of a request's line and headers."""
    head_seconds: float = 10.0
    """From the connection, or the first byte of a later request, to the end of its headers."""
    body_seconds: float = 30.0
    """From the end of the headers to that of the body."""
    response_seconds: float = 30.0
    """Without the reader taking anything."""
    idle_seconds: float = 60.0
    """Between two requests."""
    farewell_seconds: float = 0.5
    """How long a stopping server still takes requests on connections that it has, gRPC's too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One server's options; the command line declares their environment names and help."""

    host: str = "localhost"
    """`localhost` is both loopbacks."""
    port: int = 4318
    """HTTP port (OTLP, APIs); 0 picks a free one."""
    grpc_port: int = 4317
    """OTLP/gRPC port; 0 picks a free one."""
    database: Path
    implicit_sessions: ImplicitSessions = ImplicitSessions.LLM
    max_body_bytes: int = 20 * MIB
    """Limit of one request's body, on the wire and after decompression."""
    max_spans_per_request: int = 50_000
    workers: int = 0
    """Further processes that read large requests."""
    token: str | None = field(default=None, repr=False)
    """The operator's own, good for everything."""
    insecure_no_auth: bool = False
    """Let other machines in without a token."""
    allowed_hosts: Sequence[str] = ()
    """Names in the Host header besides those of loopback and `host`."""
    allowed_origins: Sequence[str] = ()
    """Web pages that may send telemetry, as `https://app.example.com`."""
    connections: ConnectionLimits = ConnectionLimits()
    store: StoreSettings = StoreSettings()
    drain_seconds: float = 5.0
    """How long a stopping server waits for requests in flight; who waits for the next one gives up
    after ten."""
