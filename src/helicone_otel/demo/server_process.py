"""The real server, as a process of its own."""

import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigurationError

_READY = re.compile(r"helicone-otel is ready: (http://\S+) ")
_START_SECONDS = 30
_STOP_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProcess:
    process: subprocess.Popen[str]
    url: str

    def stop(self) -> None:
        """Let the server drain and end."""
        self.process.terminate()
        self.process.wait(_STOP_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_server(database: Path, *, port: int, grpc_port: int) -> ServerProcess:
    """Start `helicone-otel serve` on loopback; return once it is ready.

    Raises:
        ConfigurationError: it did not start; the message is the server's own.
    """
    command = [sys.executable, "-m", "helicone_otel.cli", "serve", "--db", str(database)]
    ports = ["--port", str(port), "--grpc-port", str(grpc_port)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, *ports],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # a Ctrl-C for the demo is not one for a server that is to stay
    )
    try:
        return ServerProcess(process=process, url=_ready_url(process))
    except BaseException:
        process.terminate()  # a Ctrl-C here must leave no server behind
        raise


def _ready_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101 - asked for above
    deadline = threading.Timer(_START_SECONDS, process.kill)
    deadline.start()
    printed = []
    try:
        for line in process.stdout:
            if ready := _READY.match(line):
                return ready[1]
            printed.append(line)
    finally:
        deadline.cancel()
    process.wait(_STOP_SECONDS)
    process.stdout.close()
    raise ConfigurationError(f"The server did not start: {''.join(printed).strip()}")
