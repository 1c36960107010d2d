"""Who may come in: tokens and scopes, host names; `guard` and `areas` apply them to HTTP."""

from .binding import check_binding
from .gate import Gate
from .hosts import HostNames, is_loopback, listen_addresses
from .refusal import Refusal
from .scopes import ANY_SCOPE, Scope
from .token_file import TokenFile
from .tokens import Token

__all__ = [
    "ANY_SCOPE",
    "Gate",
    "HostNames",
    "Refusal",
    "Scope",
    "Token",
    "TokenFile",
    "check_binding",
    "is_loopback",
    "listen_addresses",
]
