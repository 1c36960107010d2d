"""helicone-otel: an OpenTelemetry-native bridge for Helicone Sessions."""

from .client import current_session, instrument, session, step, uninstrument
from .session_reference import SessionReference

__all__ = [
    "SessionReference",
    "current_session",
    "instrument",
    "session",
    "step",
    "uninstrument",
]
