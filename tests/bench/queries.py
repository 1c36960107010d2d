"""How long questions take of a file with a million LLM requests, through the running server.

Run it with `make bench`, which makes the file anew; `python -m bench.queries FILE` keeps it there
for another run. Absolute figures drift with the machine and with who else uses it: the server's
own CPU time, and the ratio to the plain GROUP BY on the same file, are what counts.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from bench.question_file import DAYS, LARGE_SESSION, make_file
from bench.servers import cpu_seconds

SESSIONS = int(os.environ.get("BENCH_SESSIONS", "100000"))
RUNS = 40
_DAY_MS = 86_400_000
_SERVE = [sys.executable, "-m", "helicone_otel.cli", "serve", "--port", "0", "--grpc-port", "0"]
_PLAIN = """
SELECT session_id, min(start_ns) AS started, max(start_ns), count(*), sum(cost_nano_usd),
  sum(input_tokens), sum(output_tokens), avg(end_ns - start_ns)
FROM llm_request GROUP BY session_id ORDER BY started DESC LIMIT 100
"""


@dataclass(frozen=True, kw_only=True)
class _Measured:
    goal_ms: float
    times_ms: Sequence[float]
    """Sorted."""
    cpu_ms: float
    """Of the server, for one answer."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "bench.db"
        if not path.exists():
            print(f"Making a file of {SESSIONS:,} sessions; this takes minutes ...")
            make_file(path, sessions=SESSIONS)
        plain_ms = _plain_ms(path)
        started = time.perf_counter()
        command = [*_SERVE, "--db", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split("ready: ")[1].split()[0]
            opened_ms = (time.perf_counter() - started) * 1000
            with httpx.Client(base_url=url, timeout=60) as http:
                measured = _measured(http, _newest_ms(path), process.pid)
            _print(measured, opened_ms, plain_ms)
            process.terminate()


def _measured(http: httpx.Client, newest_ms: int, pid: int) -> dict[str, _Measured]:
    def page(days: float, tree: object = "all", *, search: str = "") -> dict[str, object]:
        end = newest_ms + 1
        window = {"startTimeUnixMs": end - days * _DAY_MS, "endTimeUnixMs": end}
        wanted = {"search": search, "timeFilter": window, "filter": tree}
        return {**wanted, "timezoneDifference": 0, "limit": 100}

    def get(path: str, **parameters: str) -> Callable[[], httpx.Response]:
        return lambda: http.get(path, params=parameters)

    def post(path: str, body: Mapping[str, object]) -> Callable[[], httpx.Response]:
        return lambda: http.post(path, json=body)

    staging = {"request_response_rmt": {"properties": {"environment": {"equals": "staging"}}}}
    common = {"request_response_rmt": {"properties": {"environment": {"equals": "production"}}}}
    rare = {"request_response_rmt": {"properties": {"customer": {"equals": "customer-7"}}}}
    metrics = {"nameContains": "", "timezoneDifference": 0}
    questions: dict[str, tuple[float, Callable[[], httpx.Response]]] = {
        "latest 100 sessions": (20, get("/api/sessions")),
        "docs page query, a day": (50, post("/v1/session/query", page(1))),
        "docs page query, a month": (50, post("/v1/session/query", page(30))),
        "docs page query, everything": (50, post("/v1/session/query", page(DAYS + 1))),
        "with a rare property": (150, post("/v1/session/query", page(DAYS + 1, rare))),
        "with a property of 10 %": (150, post("/v1/session/query", page(DAYS + 1, staging))),
        "with a property of 80 %": (150, post("/v1/session/query", page(DAYS + 1, common))),
        "with a search in names": (150, post("/v1/session/query", page(DAYS + 1, search="t 12"))),
        "with a search in ids": (150, post("/v1/session/query", page(DAYS + 1, search="abcde"))),
        "count, everything": (500, post("/v1/session/count", page(DAYS + 1))),
        "metrics, everything": (500, post("/v1/session/metrics/query", metrics)),
        "names": (500, post("/v1/session/name/query", metrics)),
        "a session of 5,000 spans": (300, get(f"/api/sessions/{LARGE_SESSION}")),
        "words of messages, common": (100, get("/api/sessions", search="word3")),
        "words of messages, rare": (100, get("/api/sessions", search="word19999 word3")),
    }
    return {name: _asked(goal, ask, pid) for name, (goal, ask) in questions.items()}


def _asked(goal_ms: float, ask: Callable[[], httpx.Response], pid: int) -> _Measured:
    ask()
    times, cpu_before = [], cpu_seconds(pid)
    for _ in range(RUNS):
        started = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.text
    cpu_ms = (cpu_seconds(pid) - cpu_before) * 1000 / RUNS
    return _Measured(goal_ms=goal_ms, times_ms=sorted(times), cpu_ms=cpu_ms)


def _newest_ms(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (newest_ns,) = connection.execute("SELECT max(start_ns) FROM session").fetchone()
    return int(newest_ns) // 10**6


def _plain_ms(path: Path) -> float:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(_PLAIN).fetchall()
        started = time.perf_counter()
        connection.execute(_PLAIN).fetchall()
        return (time.perf_counter() - started) * 1000


def _print(measured: Mapping[str, _Measured], opened_ms: float, plain_ms: float) -> None:
    table = Table(title=f"Questions over HTTP, {SESSIONS * 10:,} requests; plain GROUP BY = 1")
    for column in ("question", "CPU ms", "p50 ms", "p95 ms", "goal ms", "of plain"):
        table.add_column(column, justify="left" if column == "question" else "right")
    for name, found in measured.items():
        times, goal = found.times_ms, f"{found.goal_ms:.0f}"
        p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        numbers = (f"{found.cpu_ms:.1f}", f"{p50:.1f}", f"{p95:.1f}", goal)
        table.add_row(name, *numbers, f"{p50 / plain_ms:.3f}")
    table.add_row("open the file and serve", "", f"{opened_ms:.0f}", "", "1000", "")
    table.add_row("plain GROUP BY, latest 100 sessions", "", f"{plain_ms:.0f}", "", "", "1")
    Console().print(table)


if __name__ == "__main__":
    main()
