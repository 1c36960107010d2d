"""What the client adds to an HTTP call: the same call bare and wrapped, turn and turn about.

Run it with `make bench`. The call goes to a transport in memory, so the difference is ours.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack

import httpx2
from opentelemetry.sdk.trace import TracerProvider
from rich.console import Console
from rich.table import Table

import helicone_otel

LISTED, UNLISTED = "https://ai-gateway.helicone.ai/v1", "https://api.example.com/v1"
CALLS = 2000
Case = tuple[str, str, bool]
CASES: tuple[Case, ...] = (
    ("listed host, session and step", LISTED, True),
    ("listed host, no session", LISTED, False),
    ("host off the list, session and step", UNLISTED, True),
)


def main() -> None:
    table = Table(title="Header injection, µs over the bare call (httpx2, transport in memory)")
    for column in ("case", "bare median", "added median", "added p99"):
        table.add_column(column, justify="right" if column != "case" else "left")
    for name, url, in_session in CASES:
        bare, wrapped = _measure(url, in_session=in_session)
        median, slow = _median_and_p99(bare)
        wrapped_median, wrapped_slow = _median_and_p99(wrapped)
        added = (wrapped_median - median, wrapped_slow - slow)
        table.add_row(name, *(f"{value:.0f}" for value in (median, *added)))
    Console(width=100).print(table)


def _median_and_p99(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def _measure(url: str, *, in_session: bool) -> tuple[list[float], list[float]]:
    """Return the microseconds of bare and of wrapped calls."""
    provider = TracerProvider()
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    bare: list[float] = []
    wrapped: list[float] = []
    with httpx2.Client(transport=transport) as client:
        for _ in range(10):
            bare += _time(client, url, CALLS // 10)
            helicone_otel.instrument(tracer_provider=provider, http_spans=False)
            with ExitStack() as scope:
                if in_session:
                    scope.enter_context(helicone_otel.session("Bench", id="s", user_id="u"))
                    scope.enter_context(helicone_otel.step("call"))
                wrapped += _time(client, url, CALLS // 10)
            helicone_otel.uninstrument()
    provider.shutdown()
    return bare, wrapped


def _time(client: httpx2.Client, url: str, calls: int) -> list[float]:
    return [_once(lambda: client.post(url, json={})) for _ in range(calls)]


def _once(call: Callable[[], object]) -> float:
    started = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - started) / 1000


if __name__ == "__main__":
    main()
