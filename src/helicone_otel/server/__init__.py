"""The server: both transports in one event loop."""

from .listening import Addresses
from .running import check_settings, run_server

__all__ = ["Addresses", "check_settings", "run_server"]
