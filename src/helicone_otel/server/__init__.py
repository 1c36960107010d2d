"""The server: both transports in one event loop."""

from .handover import replace_process
from .listening import Addresses, Listeners, open_listeners
from .running import check_settings, run_server

__all__ = [
    "Addresses",
    "Listeners",
    "check_settings",
    "open_listeners",
    "replace_process",
    "run_server",
]
