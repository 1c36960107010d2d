"""What a token is good for."""

from enum import StrEnum


class Scope(StrEnum):
    """A token may have several; none implies another."""

    INGEST = "ingest"
    """Send telemetry."""
    READ = "read"
    """Ask questions."""
    ADMIN = "admin"
    """Change or delete what is stored."""


ANY_SCOPE = frozenset(Scope)
