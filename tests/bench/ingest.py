"""How many spans a second are stored, beside a bare receiver on the same machine.

Run it with `make bench`. Absolute figures drift with the machine; the ratios are what counts.
"""

import statistics
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

import httpx
from rich.console import Console
from rich.table import Table

from bench.meaning import measure_meaning
from bench.senders import (
    CONNECTIONS,
    Send,
    Sent,
    send_all,
    send_grpc,
    send_json,
    send_protobuf,
)
from bench.servers import Receiver, receiver
from bench.workload import SPANS_PER_REQUEST, one_session, renewed, requests
from helicone_otel.model import Encoding
from helicone_otel.otlp import convert_request

SPANS = 40_000
ROUNDS = 3
SMALL, LARGE = 200, 2000
"""Bytes of content in each call: 0.7 and 1.5 KB a span."""
_TIME = {"startTimeUnixMs": 1_794_000_000_000, "endTimeUnixMs": 1_796_000_000_000}
_QUESTIONS: Sequence[tuple[str, str, dict[str, object] | None]] = (
    ("GET", "/api/sessions?limit=100", None),
    (
        "POST",
        "/v1/session/query",
        {"search": "", "timeFilter": _TIME, "timezoneDifference": 0, "filter": "all"},
    ),
    ("POST", "/v1/request/query-clickhouse", {"filter": "all", "limit": 100}),
)


def main() -> None:
    show = Console(width=110).print
    show(measure_against_bare())
    show(measure_wires())
    show(measure_shapes())
    show(measure_a_minute())
    show(measure_meaning())


def measure_against_bare() -> Table:
    table = _table(
        f"Against a bare receiver: HTTP protobuf, {CONNECTIONS} connections, FULL",
        ("bytes/span", "receiver", "spans/s", "of bare", "p50 ack", "p99 ack", "disk", "CPU/span"),
    )
    for content_bytes in (SMALL, LARGE):
        bodies = requests(SPANS, content_bytes=content_bytes)
        size = sum(map(len, bodies)) / _spans(bodies)
        measured: dict[str, list[_Round]] = {"bare": [], "helicone-otel": []}
        for name in [*measured] * ROUNDS:
            measured[name].append(_Round(name, bodies, send_protobuf))
        bare = _middle(measured["bare"])
        for name, rounds in measured.items():
            middle = _middle(rounds)
            table.add_row(
                f"{size:,.0f}",
                name,
                f"{middle.rate:,.0f}",
                f"{middle.rate / bare.rate:.0%}",
                _ms(_quantile(middle.sent.latencies, 50)),
                _ms(_quantile(middle.sent.latencies, 99)),
                f"{middle.disk_bytes / _spans(bodies) / size:.2f} x",
                f"{middle.cpu_seconds / _spans(bodies) * 1e6:.0f} us",
            )
    return table


def measure_wires() -> Table:
    bodies = requests(SPANS, content_bytes=SMALL)
    in_json = [convert_request(body, Encoding.PROTOBUF, Encoding.JSON) for body in bodies]
    wires: dict[str, tuple[Sequence[bytes], Send]] = {
        "HTTP protobuf": (bodies, send_protobuf),
        "HTTP JSON": (in_json, send_json),
        "gRPC": (bodies, send_grpc),
    }
    table = _table("The three wires, 0.7 KB a span", ("wire", "spans/s", "of the first"))
    return _compared(table, wires)


def measure_shapes() -> Table:
    shapes = {
        "20 sessions at once": requests(SPANS, content_bytes=SMALL),
        "1,000 sessions at once": requests(SPANS, content_bytes=SMALL, sessions_at_once=1000),
        "one session of 50,000 spans, shuffled": one_session(50_000, content_bytes=SMALL),
    }
    table = _table("Shapes of traces, 0.7 KB a span", ("shape", "spans/s", "of the first"))
    return _compared(table, {name: (bodies, send_protobuf) for name, bodies in shapes.items()})


def measure_a_minute(seconds: int = 60) -> Table:
    """Send for a minute and ask for lists meanwhile."""
    table = _table(
        f"A minute of load, {CONNECTIONS} connections, 0.7 KB a span",
        ("spans/s", "p50 ack", "p99 ack", "MiB at half", "MiB at the end", "question", "p95"),
    )
    templates = requests(20_000, content_bytes=SMALL)
    with receiver("helicone-otel") as server:
        until = time.monotonic() + seconds
        asked: dict[str, list[float]] = {}
        memory: list[float] = []
        observer = threading.Thread(target=_observe, args=(server, until, asked, memory))
        observer.start()
        runs = count(1)

        def send(to: Receiver, _: Sequence[bytes]) -> list[float]:
            fresh = _fresh(templates, runs, until)
            return [took for body in fresh for took in send_protobuf(to, [body])]

        sent = send_all(server, templates, send)
        observer.join()
    for index, (path, took) in enumerate(asked.items()):
        whole = (
            f"{len(sent.latencies) * SPANS_PER_REQUEST / sent.seconds:,.0f}",
            _ms(_quantile(sent.latencies, 50)),
            _ms(_quantile(sent.latencies, 99)),
            f"{memory[len(memory) // 2]:,.0f}",
            f"{memory[-1]:,.0f}",
        )
        table.add_row(*(whole if index == 0 else [""] * 5), path, _ms(_quantile(took, 95)))
    return table


def _fresh(templates: Sequence[bytes], runs: Iterator[int], until: float) -> Iterator[bytes]:
    while True:
        run = next(runs)
        for body in templates:
            if time.monotonic() > until:
                return
            yield renewed(body, run)


def _observe(
    server: Receiver, until: float, asked: dict[str, list[float]], memory: list[float]
) -> None:
    pause = threading.Event()
    with httpx.Client(base_url=server.url, timeout=60) as client:
        while time.monotonic() < until:
            for method, path, body in _QUESTIONS:
                started = time.perf_counter()
                client.request(method, path, json=body).raise_for_status()
                asked.setdefault(path, []).append(time.perf_counter() - started)
            memory.append(server.memory_mib())
            pause.wait(0.2)


class _Round:
    """One measurement over a new file."""

    def __init__(self, name: str, bodies: Sequence[bytes], send: Send) -> None:
        with receiver(name) as server:
            send_protobuf(server, requests(600, content_bytes=SMALL, seed=2))  # warms up
            cpu_seconds = server.cpu_seconds()
            self.sent: Sent = send_all(server, bodies, send)
            self.cpu_seconds = server.cpu_seconds() - cpu_seconds
            server.stop()
            self.disk_bytes = server.disk_bytes()
        self.rate = _spans(bodies) / self.sent.seconds


def _compared(table: Table, ways: Mapping[str, tuple[Sequence[bytes], Send]]) -> Table:
    """Add a row for each way to send, its rate beside the first one's."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for name in [*ways] * ROUNDS:
        bodies, send = ways[name]
        rates[name].append(_Round("helicone-otel", bodies, send).rate)
    first, *_ = (statistics.median(found) for found in rates.values())
    for name, found in rates.items():
        rate = statistics.median(found)
        table.add_row(name, f"{rate:,.0f}", f"{rate / first:.0%}")
    return table


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _middle(rounds: Sequence[_Round]) -> _Round:
    return sorted(rounds, key=lambda measured: measured.rate)[len(rounds) // 2]


def _spans(bodies: Sequence[bytes]) -> int:
    return len(bodies) * SPANS_PER_REQUEST


def _quantile(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


if __name__ == "__main__":
    main()
