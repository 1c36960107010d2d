"""What an operator may choose when starting the server."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MIB = 1024 * 1024


class ImplicitSessions(StrEnum):
    """Which traces without any session id become a session of their own."""

    LLM = "llm"
    """Those with a counted LLM request."""
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One server's options; the command line declares their environment names and help."""

    host: str = "127.0.0.1"
    port: int = 4318
    """HTTP port (OTLP, APIs); 0 picks a free one."""
    grpc_port: int = 4317
    """OTLP/gRPC port; 0 picks a free one."""
    database: Path
    implicit_sessions: ImplicitSessions = ImplicitSessions.LLM
    max_body_bytes: int = 20 * MIB
    """Limit of one request's body, on the wire and after decompression."""
    max_spans_per_request: int = 50_000
    max_queue_bytes: int = 64 * MIB
    """Raw span bytes that may wait for the writer; past it, requests get 503."""
    drain_seconds: float = 10.0
    """How long a stopping server waits for requests in flight."""
