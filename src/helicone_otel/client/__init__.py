"""The client half: session headers on LLM calls, session attributes on spans.

`session` and `step` say what the work is; `instrument` makes the application's HTTP calls say it.
"""

from .blocks import session, step
from .current import current_session
from .switch import instrument, uninstrument

__all__ = ["current_session", "instrument", "session", "step", "uninstrument"]
