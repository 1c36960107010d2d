"""Answers over HTTP: Helicone's session API and our own."""

from .helicone_sessions import helicone_session_router
from .sessions import session_router

__all__ = ["helicone_session_router", "session_router"]
