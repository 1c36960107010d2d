"""Tokens on the disk: who can read them, and what they say."""

import json
import stat
import threading
from pathlib import Path

import pytest

from helicone_otel.access import Scope, TokenFile
from helicone_otel.errors import ConfigurationError, NotFound


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile.beside(tmp_path / "new folder" / "sessions.db")


def test_a_secret_is_long_and_kept_nowhere(file: TokenFile) -> None:
    secret = file.create("collector", [Scope.INGEST])
    assert len(secret) >= 40
    assert secret not in file.path.read_text()
    assert secret != file.create("other", [Scope.INGEST])


def test_the_file_and_a_new_folder_are_for_their_owner_only(file: TokenFile) -> None:
    file.create("collector", [Scope.INGEST])
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.path.parent.iterdir()] == ["sessions.db.tokens.json"]


def test_tokens_are_listed_with_their_scopes(file: TokenFile) -> None:
    file.create("a", [Scope.INGEST])
    file.create("b", [Scope.READ, Scope.ADMIN])
    assert [(token.name, set(token.scopes)) for token in file.read()] == [
        ("a", {Scope.INGEST}),
        ("b", {Scope.READ, Scope.ADMIN}),
    ]


def test_a_revoked_token_is_gone_and_the_file_stays(file: TokenFile) -> None:
    file.create("a", [Scope.READ])
    file.revoke("a")
    assert file.read() == []
    assert file.exists()
    with pytest.raises(NotFound, match="'a'"):
        file.revoke("a")


def test_a_name_is_given_once(file: TokenFile) -> None:
    file.create("a", [Scope.READ])
    with pytest.raises(ConfigurationError, match="token revoke a"):
        file.create("a", [Scope.INGEST])


@pytest.mark.parametrize("name", ["", "a b", "../a", "-a", "a\n", "x" * 65])
def test_an_odd_name_is_refused(file: TokenFile, name: str) -> None:
    with pytest.raises(ConfigurationError, match="--name"):
        file.create(name, [Scope.READ])


@pytest.mark.parametrize(
    "text", ["", "[]", '{"tokens": [{}]}', '{"tokens": [], "more": 1}', "\x00"]
)
def test_a_broken_file_is_told_and_left_as_it_is(file: TokenFile, text: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(text)
    for act in (file.read, lambda: file.create("a", [Scope.READ])):
        with pytest.raises(ConfigurationError, match="left as it is"):
            act()
    assert file.path.read_text() == text


def test_tokens_made_at_once_are_all_kept(file: TokenFile) -> None:
    def create(number: int) -> None:
        TokenFile(file.path).create(f"t{number}", [Scope.READ])

    threads = [threading.Thread(target=create, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads(file.path.read_text())["tokens"]) == 20
