"""The file of tokens beside a database.

It is apart from the database so that a database can be given away, and for its owner only.
"""

import fcntl
import os
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import ConfigurationError, NotFound
from .scopes import Scope
from .tokens import Token, digest_of, make_secret

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class TokenFile:
    """Changes replace the file whole, so that a reader sees the one before or the one after."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def beside(cls, database: Path) -> "TokenFile":
        return cls(database.with_name(f"{database.name}.tokens.json"))

    def exists(self) -> bool:
        return self.path.exists()

    def read(self) -> Sequence[Token]:
        """Return the tokens; none if there is no file.

        Raises:
            ConfigurationError: the file cannot be read.
        """
        try:
            document = _Document.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            raise ConfigurationError(
                f"{self.path} cannot be read as a file of tokens. It is left as it is; move it "
                "away and make new tokens, or restore it."
            ) from error
        return [row.token() for row in document.tokens]

    def create(self, name: str, scopes: Collection[Scope]) -> str:
        """Add a token; return its secret, which is kept nowhere.

        Raises:
            ConfigurationError: the name is taken or odd, or the file cannot be written.
        """
        if not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"--name is {name!r}, expected 1 to 64 letters, digits, dots, dashes or "
                "underscores, the first a letter or digit."
            )
        with self._changing() as tokens:
            if any(token.name == name for token in tokens):
                raise ConfigurationError(
                    f"There is a token {name!r} already. Choose another --name, or revoke it "
                    f"with `helicone-otel token revoke {name}`."
                )
            secret = make_secret()
            now = datetime.now(UTC).isoformat(timespec="seconds")
            digest = digest_of(secret)
            tokens.append(Token(name=name, scopes=frozenset(scopes), digest=digest, created_at=now))
        return secret

    def revoke(self, name: str) -> None:
        """Take a token away; the file stays, so that revoking the last one opens nothing.

        Raises:
            NotFound: there is none of that name.
        """
        with self._changing() as tokens:
            kept = [token for token in tokens if token.name != name]
            if len(kept) == len(tokens):
                raise NotFound(f"There is no token {name!r} in {self.path}.")
            tokens[:] = kept

    @contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        """Lend the tokens for a change that is written at the end of the block."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = os.open(self.path.parent, os.O_RDONLY)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # until it is closed; two may change at once
            tokens = list(self.read())
            yield tokens
            self._replace(tokens)
        finally:
            os.close(folder)

    def _replace(self, tokens: Sequence[Token]) -> None:
        document = _Document(tokens=[_Row.of(token) for token in tokens])
        try:
            made, name = tempfile.mkstemp(dir=self.path.parent, prefix=f"{self.path.name}.")
            with open(made, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                file.write(document.model_dump_json(indent=2) + "\n")
            Path(name).replace(self.path)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(f"{self.path} cannot be written: {error.strerror}.")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Row(_Strict):
    name: str
    scopes: list[Scope]
    sha256: str
    created_at: str

    @classmethod
    def of(cls, token: Token) -> "_Row":
        return cls(
            name=token.name,
            scopes=sorted(token.scopes),
            sha256=token.digest,
            created_at=token.created_at,
        )

    def token(self) -> Token:
        return Token(
            name=self.name,
            scopes=frozenset(self.scopes),
            digest=self.sha256,
            created_at=self.created_at,
        )


class _Document(_Strict):
    tokens: list[_Row]
