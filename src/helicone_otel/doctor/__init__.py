"""Find out why sessions do not show: Helicone's troubleshooting as checks of a running server."""

from .checks import Check, Outcome
from .environment import check_environment
from .examination import examine
from .server_client import ServerAddresses

__all__ = ["Check", "Outcome", "ServerAddresses", "check_environment", "examine"]
