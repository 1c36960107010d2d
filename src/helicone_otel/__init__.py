"""helicone-otel: an OpenTelemetry-native bridge for Helicone Sessions."""

from .client import current_session, instrument, session, step, uninstrument
from .session import SessionReference

__all__ = [
    "SessionReference",
    "current_session",
    "instrument",
    "session",
    "step",
    "uninstrument",
]
