"""Servers with something to ask about."""

from collections.abc import Iterator

import pytest

from golden_rows import golden_request
from helicone_otel.settings import ImplicitSessions, Settings
from running import RunningServer, serving


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Return a server with the contract's golden rows, for tests that only ask."""
    database = tmp_path_factory.mktemp("golden") / "sessions.db"
    none = ImplicitSessions.NONE
    with serving(
        Settings(database=database, port=0, grpc_port=0, implicit_sessions=none)
    ) as server:
        assert server.http.post("/v1/traces", json=golden_request()).status_code == 200
        yield server


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Return an empty server for all tests of a module."""
    database = tmp_path_factory.mktemp("shared") / "sessions.db"
    with serving(Settings(database=database, port=0, grpc_port=0)) as server:
        yield server


@pytest.fixture
def golden_to_write(server_without_implicit_sessions: RunningServer) -> RunningServer:
    """Return a server with the golden rows that is the test's own."""
    server = server_without_implicit_sessions
    assert server.http.post("/v1/traces", json=golden_request()).status_code == 200
    return server
