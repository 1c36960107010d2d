"""Start a receiver for a measurement and look at it from outside."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BARE = [sys.executable, "-m", "bench.bare_receiver"]
OURS = [sys.executable, "-m", "helicone_otel.cli", "serve", "--port", "0", "--grpc-port", "0"]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Receiver:
    name: str
    url: str
    grpc_address: str
    process: subprocess.Popen[str]
    folder: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        """Let it drain and close its file."""
        self.process.terminate()
        self.process.wait(60)

    def disk_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.folder.iterdir())

    def memory_mib(self) -> float:
        """Return the resident memory of the process and those it started."""
        return sum(_status_kib(pid, "VmRSS") for pid in [self.pid, *_children(self.pid)]) / 1024

    def cpu_seconds(self) -> float:
        return sum(map(cpu_seconds, [self.pid, *_children(self.pid)]))


@contextmanager
def receiver(name: str) -> Iterator[Receiver]:
    """Run `bare` or `helicone-otel` over a new file, with everything on."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        command = [*BARE, str(database)] if name == "bare" else [*OURS, "--db", str(database)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            words = process.stdout.readline().split("ready: ")[1].split()
            grpc_address = words[4] if name != "bare" else ""
            server = Receiver(name, words[0], grpc_address, process, Path(folder))
            yield server
            server.stop()


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()  # a child belongs to the thread that started it
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _status_kib(pid: int, field: str) -> int:
    for line in _read(pid, "status").splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    return 0


def cpu_seconds(pid: int) -> float:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _read(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()
