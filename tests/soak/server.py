"""The server as a process that can be killed."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

COMMAND = str(Path(sys.executable).with_name("helicone-otel"))
_READY = re.compile(r"(http://\S+) .*, (\S+) \(OTLP/gRPC\)")
_START_WITH_SOCKETS = """
import os, sys
count = int(sys.argv[1])
for number in range(count):
    os.dup2(int(sys.argv[2 + number]), 3 + number)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(count))
command = sys.argv[2 + count:]
os.execv(command[0], command)
"""
"""As systemd starts the service of a socket unit."""


class HasDescriptor(Protocol):
    """A socket, or what is given in place of one."""

    def fileno(self) -> int: ...


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    url: str
    grpc_address: str
    start_seconds: float

    def start_anew(self) -> None:
        """Return when the program has replaced itself."""
        self.process.send_signal(signal.SIGUSR2)
        assert told_addresses(self.process) == (self.url, self.grpc_address)


@contextmanager
def serving(
    database: Path, *options: str, sockets: Sequence[HasDescriptor] = ()
) -> Iterator[Server]:
    """Run `serve` on *sockets*, else on free ports, and kill it at the end, if nobody has."""
    began = time.perf_counter()
    command = [COMMAND, "serve", "--port", "0", "--grpc-port", "0", "--db", str(database), *options]
    with started(command, sockets) as process:
        try:
            url, grpc_address = told_addresses(process)
            yield Server(process, url, grpc_address, time.perf_counter() - began)
        finally:
            process.kill()


@contextmanager
def started(
    command: Sequence[str], sockets: Sequence[HasDescriptor], *, stderr: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Start *command* with *sockets* as systemd would, if there are any."""
    with _descriptors(sockets) as descriptors:
        if descriptors:
            numbers = [str(len(descriptors)), *map(str, descriptors)]
            command = [sys.executable, "-c", _START_WITH_SOCKETS, *numbers, *command]
        process = subprocess.Popen(
            command,
            # Of what is killed, something is left over.
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            pass_fds=descriptors,
        )
    with process:
        yield process


def told_addresses(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the URL of HTTP and the address of gRPC, when the server says that it is ready."""
    assert process.stdout is not None
    ready = _READY.search(process.stdout.readline())
    assert ready, "the server did not start"
    return ready[1], ready[2]


@contextmanager
def _descriptors(sockets: Sequence[HasDescriptor]) -> Iterator[Sequence[int]]:
    """Give descriptors that are none of those that the server is to have."""
    numbers = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD_CLOEXEC, 50) for each in sockets]
    try:
        yield numbers
    finally:
        for number in numbers:
            os.close(number)
