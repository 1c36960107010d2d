"""Sockets that the server is started with, as systemd does it."""

import configparser
import os
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from soak.server import COMMAND, HasDescriptor, serving, started, told_addresses

UNITS = Path(__file__).parents[2] / "examples" / "systemd"
DEADLINE_SECONDS = 60


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    with (
        socket.create_server(("127.0.0.1", 0)) as http,
        socket.create_server(("127.0.0.1", 0)) as grpc,
    ):
        yield [http, grpc]


def port_of(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])


def refusal(database: Path, given: HasDescriptor, *options: str) -> str:
    """Return what the server says that does not start with this socket."""
    command = [COMMAND, "serve", "--db", str(database), *options]
    with started(command, [given], stderr=subprocess.PIPE) as process:
        _, said = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 1
    return " ".join(said.split())


def test_a_socket_that_lets_strangers_in_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("0.0.0.0", 0)) as everywhere:
        told = refusal(tmp_path / "s.db", everywhere, "--port", str(port_of(everywhere)))
    assert "listens on 0.0.0.0" in told
    assert "say --host 0.0.0.0, or listen on 127.0.0.1" in told


def test_a_socket_for_neither_transport_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as given:
        told = refusal(tmp_path / "s.db", given)
        assert f"port {port_of(given)}, is for neither transport" in told
    assert "say its port with --port or --grpc-port" in told


def test_a_socket_that_is_not_tcp_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as given:
        assert "is not TCP" in refusal(tmp_path / "s.db", given)


def test_a_descriptor_that_is_no_socket_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a file").open("w") as given:
        told = refusal(tmp_path / "s.db", given)
    assert "Descriptor 3, which LISTEN_FDS speaks of, is no socket" in told


def test_one_socket_may_be_given_alone(tmp_path: Path, sockets: list[socket.socket]) -> None:
    http, _ = sockets
    with serving(tmp_path / "s.db", "--port", str(port_of(http)), sockets=[http]) as server:
        assert server.url == f"http://127.0.0.1:{port_of(http)}"
        assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_sockets_meant_for_another_process_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "2")
    with serving(tmp_path / "s.db") as server:
        assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_the_units_in_the_examples_work(tmp_path: Path, sockets: list[socket.socket]) -> None:
    socket_unit = (UNITS / "helicone-otel.socket").read_text()
    service = configparser.ConfigParser(interpolation=None)
    service.read(UNITS / "helicone-otel.service")
    streams = [line for line in socket_unit.splitlines() if line.startswith("ListenStream=")]
    assert streams == ["ListenStream=127.0.0.1:4318", "ListenStream=127.0.0.1:4317"]
    program, *arguments = shlex.split(service["Service"]["ExecStart"])
    assert program == "/opt/helicone-otel/bin/helicone-otel"
    folder = f"/var/lib/{service['Service']['StateDirectory']}"
    here = [argument.replace(folder, str(tmp_path)) for argument in arguments]
    free = [f"--port={port_of(sockets[0])}", f"--grpc-port={port_of(sockets[1])}"]
    with started([COMMAND, *here, *free], sockets) as process:
        try:
            url, _ = told_addresses(process)
            reload = service["Service"]["ExecReload"]
            environment = {**os.environ, "MAINPID": str(process.pid)}
            subprocess.run(["sh", "-c", reload], env=environment, check=True)
            assert told_addresses(process)[0] == url
            assert httpx.get(f"{url}/healthz").status_code == 200
        finally:
            process.kill()
    assert (tmp_path / "sessions.db").exists()
