"""How many spans a second are stored, beside a bare receiver on the same machine.

Run it with `make bench`. Absolute figures drift with the machine; the ratio is what counts.
"""

import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from bench.workload import SPANS_PER_REQUEST, requests

CONNECTIONS = 4
SPANS = 30_000
ROUNDS = 3
BARE = [sys.executable, "-m", "bench.bare_receiver"]
OURS = [sys.executable, "-m", "helicone_otel.cli", "serve", "--port", "0", "--grpc-port", "0"]


def main() -> None:
    table = Table(title=f"Ingest over HTTP protobuf, {CONNECTIONS} connections, FULL, 2 cores")
    for column in ("bytes/span", "receiver", "spans/s", "of bare", "p50 ack", "p99 ack", "disk"):
        table.add_column(column, justify="right")
    for content_bytes in (200, 2000):
        bodies = requests(SPANS, content_bytes=content_bytes)
        size = sum(map(len, bodies)) / (len(bodies) * SPANS_PER_REQUEST)
        bare_rate = 0.0
        for name in ("bare", "helicone-otel"):
            rounds = [_round(name, bodies) for _ in range(ROUNDS)]
            rate, latencies, disk = sorted(rounds)[ROUNDS // 2]
            bare_rate = bare_rate or rate
            cuts = statistics.quantiles(latencies, n=100)
            table.add_row(
                f"{size:,.0f}",
                name,
                f"{rate:,.0f}",
                f"{rate / bare_rate:.0%}",
                f"{cuts[49] * 1000:.0f} ms",
                f"{cuts[98] * 1000:.0f} ms",
                f"{disk / size:.2f} x",
            )
    Console().print(table)


def _round(name: str, bodies: Sequence[bytes]) -> tuple[float, list[float], float]:
    """Return spans/s, acknowledgement seconds and bytes on disk for each span."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        command = [*BARE, str(database)] if name == "bare" else [*OURS, "--db", str(database)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split("ready: ")[1].split()[0]
            _send(url, bodies[:1])
            started = time.perf_counter()
            with ThreadPoolExecutor(CONNECTIONS) as pool:
                shares = [bodies[1:][index::CONNECTIONS] for index in range(CONNECTIONS)]
                latencies = [
                    t for ts in pool.map(lambda part: _send(url, part), shares) for t in ts
                ]
            seconds = time.perf_counter() - started
            process.terminate()
        spans = len(bodies) * SPANS_PER_REQUEST
        stored = sum(file.stat().st_size for file in Path(folder).iterdir())
        return spans / seconds, latencies, stored / spans


def _send(url: str, bodies: Sequence[bytes]) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    latencies = []
    for body in bodies:
        started = time.perf_counter()
        connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        latencies.append(time.perf_counter() - started)
    connection.close()
    return latencies


if __name__ == "__main__":
    main()
