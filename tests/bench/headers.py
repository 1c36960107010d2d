"""What the client adds to an HTTP call: the same call bare and wrapped, turn and turn about.

Run it with `make bench`. The call goes to a transport in memory, so the difference is ours. Times
are of the calling thread's processor: on a busy machine the clock on the wall measures the others.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import httpx2
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from rich.console import Console
from rich.table import Table

import helicone_otel

LISTED = "https://ai-gateway.helicone.ai/v1/chat/completions"
UNLISTED = "https://api.example.com/v1/forecast"
TURNS, CALLS = 40, 50
IMPORTS = 15
ASKED = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "How so? " * 50}]}
USAGE = {"prompt_tokens": 103, "completion_tokens": 102, "total_tokens": 205}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Because. " * 50},
        }
    ],
    "usage": USAGE,
}


class Case(NamedTuple):
    name: str
    url: str
    in_session: bool = True
    llm_spans: bool = False
    target: str = ""


CASES = (
    Case("headers only, in a step of a session", LISTED, target="25 and 80"),
    Case("the same with a span of our own", LISTED, llm_spans=True, target="120"),
    Case("no session, no span", LISTED, in_session=False, target="5"),
    Case("a host off the list, in a step", UNLISTED, llm_spans=True, target="5"),
)


class Nowhere(SpanExporter):
    """Keeps nothing: what piles up in memory would slow down the garbage collector."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS if spans else SpanExportResult.FAILURE


class Answer(httpx2.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield json.dumps(ANSWER).encode()


def main() -> None:
    table = Table(title="µs of a call over the bare one (httpx2, transport in memory)")
    for column in ("case", "bare median", "added median", "added p99", "target"):
        table.add_column(column, justify="right" if column != "case" else "left")
    for case in CASES:
        bare, wrapped = _measure(case)
        median, slow = _median_and_p99(bare)
        wrapped_median, wrapped_slow = _median_and_p99(wrapped)
        added = (wrapped_median - median, wrapped_slow - slow)
        table.add_row(case.name, *(f"{value:.0f}" for value in (median, *added)), case.target)
    console = Console(width=100)
    console.print(table)
    console.print(f"import of helicone_otel over the SDK alone: {_import_ms():.1f} ms, target 15")


def _median_and_p99(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def _measure(case: Case) -> tuple[list[float], list[float]]:
    """Return the microseconds of bare and of wrapped calls."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    headers = {"content-type": "application/json"}
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers=headers, stream=Answer())
    )
    bare: list[float] = []
    wrapped: list[float] = []
    with httpx2.Client(transport=transport) as client:
        for _ in range(TURNS):
            bare += _times(client, case.url)
            helicone_otel.instrument(tracer_provider=provider, llm_spans=case.llm_spans)
            with _place(case):
                _times(client, case.url, calls=2)
                wrapped += _times(client, case.url)
            helicone_otel.uninstrument()
    provider.shutdown()
    return bare, wrapped


@contextmanager
def _place(case: Case) -> Iterator[None]:
    if not case.in_session:
        yield
        return
    with helicone_otel.session("Bench", id="s", user_id="u"), helicone_otel.step("call"):
        yield


def _times(client: httpx2.Client, url: str, calls: int = CALLS) -> list[float]:
    return [_once(lambda: client.post(url, json=ASKED)) for _ in range(calls)]


def _once(call: Callable[[], object]) -> float:
    started = time.thread_time_ns()
    call()
    return (time.thread_time_ns() - started) / 1000


def _import_ms() -> float:
    """Return how much longer the import takes, both by their fastest runs."""
    alone, both = "import opentelemetry.sdk.trace", "import opentelemetry.sdk.trace, helicone_otel"
    times: dict[str, list[float]] = {alone: [], both: []}
    for _ in range(IMPORTS):
        for statement, measured in times.items():
            measured.append(_import_time(statement))
    return min(times[both]) - min(times[alone])


def _import_time(statement: str) -> float:
    code = f"{statement}\nimport time; print(time.process_time() * 1000)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return float(ran.stdout)


if __name__ == "__main__":
    main()
