"""A server that asks for tokens, and a token of each scope."""

from collections.abc import Iterator, Mapping

import pytest

from helicone_otel.access import Scope, TokenFile
from helicone_otel.settings import Settings
from running import RunningServer, serving

Tokens = Mapping[Scope, str]


@pytest.fixture
def tokens(server_settings: Settings) -> Tokens:
    file = TokenFile.beside(server_settings.database)
    return {scope: file.create(scope.value, [scope]) for scope in Scope}


@pytest.fixture
def guarded_server(server_settings: Settings, tokens: Tokens) -> Iterator[RunningServer]:
    assert tokens
    with serving(server_settings) as server:
        yield server
