"""Whether the bearer of a key may do something."""

import logging
from collections.abc import Collection
from http import HTTPStatus

from ..errors import ConfigurationError
from .refusal import Refusal
from .scopes import ANY_SCOPE, Scope
from .token_file import TokenFile
from .tokens import Token, check_secret, digest_of, find_token

log = logging.getLogger(__name__)

_BEARER = "bearer "
_ADVICE = (
    "send `Authorization: Bearer <token>` with one that `helicone-otel token create` made "
    "(exporters: OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token>)"
)
_Signature = tuple[int, int, int]


class Gate:
    """Asked for every request, on the event loop; a changed token file holds at once.

    As long as there is neither an operator's token nor a file of tokens, it is open, if it may be.
    """

    def __init__(
        self, file: TokenFile, *, operator_secret: str | None, may_be_open: bool = True
    ) -> None:
        """Read the file.

        Raises:
            ConfigurationError: it cannot be read, or the secret could be guessed.
        """
        self._file = file
        self._may_be_open = may_be_open
        self._operator = () if operator_secret is None else (_operator_token(operator_secret),)
        self._signature = self._look()
        self._tokens = file.read()

    @property
    def has_tokens(self) -> bool:
        """Whether tokens were ever set up; a file without any counts."""
        self._refresh()
        return bool(self._operator) or self._signature is not None

    def refusal(self, authorization: str | None, needs: Collection[Scope]) -> Refusal | None:
        """Return why a request with this `Authorization` may not do what one of *needs* allows."""
        if self._may_be_open and not self.has_tokens:
            return None
        if not authorization:
            return _unauthenticated(f"no token was sent: {_ADVICE}")
        token = find_token([*self._operator, *self._tokens], _secret(authorization))
        if token is None:
            return _unauthenticated(f"the token is not one of this server's: {_ADVICE}")
        if token.scopes.isdisjoint(needs):
            return _forbidden(token, needs)
        return None

    def _refresh(self) -> None:
        signature = self._look()
        if signature == self._signature:
            return
        self._signature = signature
        try:
            self._tokens = self._file.read()
        except ConfigurationError as error:
            log.warning("no token of the file is valid until it can be read: %s", error)
            self._tokens = ()

    def _look(self) -> _Signature | None:
        try:
            found = self._file.path.stat()
        except FileNotFoundError:
            return None
        except OSError:
            return (0, 0, 0)
        return found.st_ino, found.st_mtime_ns, found.st_size


def _operator_token(secret: str) -> Token:
    check_secret(secret)
    return Token(name="--token", scopes=ANY_SCOPE, digest=digest_of(secret), created_at="")


def _secret(authorization: str) -> str:
    """Return the key; Helicone's clients may send it without the word before it."""
    if authorization[: len(_BEARER)].lower() == _BEARER:
        return authorization[len(_BEARER) :].strip()
    return authorization.strip()


def _unauthenticated(message: str) -> Refusal:
    return Refusal(
        status=HTTPStatus.UNAUTHORIZED, message=message, headers={"WWW-Authenticate": "Bearer"}
    )


def _forbidden(token: Token, needs: Collection[Scope]) -> Refusal:
    return Refusal(
        status=HTTPStatus.FORBIDDEN,
        message=f"the token {token.name!r} is good for {_listed(token.scopes, 'and')}, expected "
        f"{_listed(needs, 'or')}: use another, or make one with `helicone-otel token create`",
    )


def _listed(scopes: Collection[Scope], word: str) -> str:
    return f" {word} ".join(sorted(scopes)) or "nothing"
