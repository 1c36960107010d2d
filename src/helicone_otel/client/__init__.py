"""The client half: session headers on LLM calls, session attributes on spans.

`session` and `step` say what the work is; `instrument` makes the application's HTTP calls say it.
"""

from .blocks import session, step
from .current import current_session
from .hooks import async_request_hook, request_hook
from .switch import instrument, uninstrument

__all__ = [
    "async_request_hook",
    "current_session",
    "instrument",
    "request_hook",
    "session",
    "step",
    "uninstrument",
]
