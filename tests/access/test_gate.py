"""Who gets in with which Authorization."""

from http import HTTPStatus
from pathlib import Path

import pytest

from helicone_otel.access import ANY_SCOPE, Gate, Scope, TokenFile
from helicone_otel.errors import ConfigurationError

INGEST, READ = frozenset({Scope.INGEST}), frozenset({Scope.READ})
OPERATOR = "an-operator-s-own-secret"


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "tokens.json")


def gate(file: TokenFile, *, operator: str | None = None, may_be_open: bool = True) -> Gate:
    return Gate(file, operator_secret=operator, may_be_open=may_be_open)


def status(gate: Gate, authorization: str | None, needs: frozenset[Scope] = READ) -> int:
    refusal = gate.refusal(authorization, needs)
    return HTTPStatus.OK if refusal is None else refusal.status


@pytest.mark.parametrize("authorization", [None, "", "Bearer any key", "nonsense"])
def test_without_tokens_any_key_or_none_will_do(file: TokenFile, authorization: str | None) -> None:
    assert status(gate(file), authorization) == 200


def test_where_it_may_not_be_open_nobody_gets_in_without_tokens(file: TokenFile) -> None:
    assert status(gate(file, may_be_open=False), "Bearer any key") == 401


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER  {} ", "{}"])
def test_a_token_gets_in_with_and_without_the_word_before_it(file: TokenFile, form: str) -> None:
    secret = file.create("reader", [Scope.READ])
    assert status(gate(file), form.format(secret)) == 200


@pytest.mark.parametrize(
    "form", [None, "", "Bearer", "Bearer ", "Bearer {}x", "Basic {}", "Bearer \udcff", "Bearer é"]
)
def test_anything_else_is_unauthenticated(file: TokenFile, form: str | None) -> None:
    secret = file.create("reader", [Scope.READ])
    sent = None if form is None else form.format(secret[:-1])
    refusal = gate(file).refusal(sent, READ)
    assert refusal is not None
    assert refusal.status == 401
    assert refusal.headers == {"WWW-Authenticate": "Bearer"}
    assert secret[:-1] not in refusal.message


def test_a_token_of_another_scope_is_told_which_it_has_and_needs(file: TokenFile) -> None:
    secret = file.create("collector", [Scope.INGEST])
    refusal = gate(file).refusal(f"Bearer {secret}", READ)
    assert refusal is not None
    assert refusal.status == 403
    assert "'collector' is good for ingest, expected read" in refusal.message
    assert secret not in refusal.message


def test_one_of_several_scopes_will_do(file: TokenFile) -> None:
    secret = file.create("collector", [Scope.INGEST])
    assert status(gate(file), secret, ANY_SCOPE) == 200


def test_the_operator_s_own_is_good_for_everything(file: TokenFile) -> None:
    opened = gate(file, operator=OPERATOR)
    assert status(opened, f"Bearer {OPERATOR}", INGEST) == 200
    assert status(opened, None, INGEST) == 401


def test_an_operator_s_secret_that_could_be_guessed_is_refused(file: TokenFile) -> None:
    with pytest.raises(ConfigurationError, match="token create") as refused:
        gate(file, operator="hunter2")
    assert "hunter2" not in str(refused.value)


def test_tokens_made_and_revoked_hold_at_once(file: TokenFile) -> None:
    opened = gate(file)
    assert status(opened, None) == 200
    secret = file.create("reader", [Scope.READ])
    assert (status(opened, None), status(opened, secret)) == (401, 200)
    file.revoke("reader")
    assert status(opened, secret) == 401


def test_revoking_the_last_token_opens_nothing(file: TokenFile) -> None:
    file.create("reader", [Scope.READ])
    file.revoke("reader")
    assert status(gate(file), None) == 401


def test_a_file_that_breaks_lets_nobody_in_until_it_is_mended(file: TokenFile) -> None:
    secret = file.create("reader", [Scope.READ])
    opened, whole = gate(file), file.path.read_text()
    file.path.write_text("{")
    assert status(opened, secret) == 401
    file.path.write_text(whole)
    assert status(opened, secret) == 200


def test_a_file_that_is_broken_at_the_start_stops_the_start(file: TokenFile) -> None:
    file.path.write_text("{")
    with pytest.raises(ConfigurationError, match="left as it is"):
        gate(file)
