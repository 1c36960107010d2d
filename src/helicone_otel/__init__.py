"""helicone-otel: an OpenTelemetry-native bridge for Helicone Sessions."""

from .client import (
    async_request_hook,
    current_session,
    instrument,
    request_hook,
    session,
    step,
    uninstrument,
)
from .session_reference import SessionReference

__all__ = [
    "SessionReference",
    "async_request_hook",
    "current_session",
    "instrument",
    "request_hook",
    "session",
    "step",
    "uninstrument",
]
