"""The server as a process that can be killed."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("helicone-otel"))


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    url: str
    start_seconds: float


@contextmanager
def serving(database: Path, *options: str) -> Iterator[Server]:
    """Run `serve` on free ports and kill it at the end, if nobody has."""
    began = time.perf_counter()
    command = [COMMAND, "serve", "--port", "0", "--grpc-port", "0", "--db", str(database)]
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}  # of what is killed, something is left over
    with subprocess.Popen(
        [*command, *options], env=quiet, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            ready = re.search(r"http://\S+", process.stdout.readline())
            assert ready, "the server did not start"
            yield Server(process, ready[0], time.perf_counter() - began)
        finally:
            process.kill()
