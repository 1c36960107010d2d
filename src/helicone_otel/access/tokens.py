"""Tokens and how they are told apart without being kept."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from ..errors import ConfigurationError
from .scopes import Scope

MIN_SECRET_CHARS = 22
"""128 bits in base64; a secret somebody chose is at least as long."""

_SECRET_BYTES = 32
_PREFIX = "hot-"
"""Lets a person, or a scan for leaked secrets, see what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    name: str
    scopes: frozenset[Scope]
    digest: str
    """SHA-256 of the secret, in hex; a secret of 128 bits or more needs no slower hash."""
    created_at: str
    """ISO 8601 in UTC."""


def make_secret() -> str:
    return _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def check_secret(secret: str) -> None:
    """Refuse a secret that could be guessed.

    Raises:
        ConfigurationError: it is shorter than `MIN_SECRET_CHARS`.
    """
    if len(secret) < MIN_SECRET_CHARS:
        raise ConfigurationError(
            f"--token has {len(secret)} characters, expected at least {MIN_SECRET_CHARS}. "
            "`helicone-otel token create` makes a good one."
        )


def find_token(tokens: Iterable[Token], secret: str) -> Token | None:
    """Return the token of *secret*; how long it takes tells nothing about any of them."""
    digest, found = digest_of(secret), None
    for token in tokens:
        if hmac.compare_digest(token.digest, digest):
            found = token
    return found
