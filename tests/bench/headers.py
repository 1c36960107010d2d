"""What the client adds to an HTTP call: each wrapped call beside a bare one.

Run it with `make bench`. The call goes to a transport in memory, so the difference is ours. Times
are of the calling thread's processor, and calls are made in pairs: what slows one down on a busy
machine slows down the other.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import NamedTuple

import httpx2
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from rich.console import Console
from rich.table import Table

from helicone_otel import instrument, session, step, uninstrument

LISTED = "https://ai-gateway.helicone.ai/v1/chat/completions"
UNLISTED = "https://api.example.com/v1/forecast"
ROUNDS, PAIRS = 10, 600
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
    target: str
    place: Callable[[], AbstractContextManager[object]]
    """Entered around each pair of calls."""
    url: str = LISTED
    llm_spans: bool = False


@contextmanager
def new_step() -> Iterator[None]:
    with session("Bench", user_id="u"), step("call"):
        yield


def new_span() -> AbstractContextManager[object]:
    return trace.get_tracer("app").start_as_current_span("work")


CASES = (
    Case("headers only, in a step of a new session", "25 and 80", new_step),
    Case("headers only, below a span of a new trace", "25 and 80", new_span),
    Case("the step, and a span of our own", "120", new_step, llm_spans=True),
    Case("no session, no span", "5", nullcontext),
    Case("a host off the list, in a step", "5", new_step, url=UNLISTED, llm_spans=True),
)


class BareClient(httpx2.Client):
    """Keeps the method that `instrument()` replaces."""

    _send_single_request = httpx2.Client._send_single_request


class Nowhere(SpanExporter):
    """Keeps nothing: what piles up in memory would slow down the garbage collector."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS if spans else SpanExportResult.FAILURE


class Answer(httpx2.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield json.dumps(ANSWER).encode()


def main() -> None:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere(), max_queue_size=100_000))
    trace.set_tracer_provider(provider)
    table = Table(title="µs of a call over the bare one (httpx2, transport in memory)")
    for column in ("case", "bare median", "added median", "added p99", "target"):
        table.add_column(column, justify="right" if column != "case" else "left")
    for case in CASES:
        numbers = map(statistics.median, zip(*_measure(case), strict=True))
        table.add_row(case.name, *(f"{number:.0f}" for number in numbers), case.target)
    console = Console(width=100)
    console.print(table)
    console.print(f"import of helicone_otel over the SDK alone: {_import_ms():.1f} ms, target 15")


def _measure(case: Case) -> list[tuple[float, float, float]]:
    """Return of each round the bare calls' median, and what ours add to it and to their p99."""
    instrument(llm_spans=case.llm_spans)
    with BareClient(transport=_transport()) as bare, httpx2.Client(transport=_transport()) as ours:
        rounds = [
            [_pair(case, bare, ours, ours_first=bool(n % 2)) for n in range(PAIRS)]
            for _ in range(ROUNDS + 1)
        ]
    uninstrument()
    return [_summary(pairs) for pairs in rounds[1:]]  # the first one warms up


def _summary(pairs: list[tuple[float, float]]) -> tuple[float, float, float]:
    bare, wrapped = ([*times] for times in zip(*pairs, strict=True))
    added = statistics.median(theirs[1] - theirs[0] for theirs in pairs)
    return statistics.median(bare), added, _p99(wrapped) - _p99(bare)


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def _transport() -> httpx2.MockTransport:
    headers = {"content-type": "application/json"}
    return httpx2.MockTransport(lambda _: httpx2.Response(200, headers=headers, stream=Answer()))


def _pair(
    case: Case, bare: httpx2.Client, ours: httpx2.Client, *, ours_first: bool
) -> tuple[float, float]:
    with case.place():
        _time(bare, case.url)  # the first call after other work pays for that
        if ours_first:
            wrapped_time = _time(ours, case.url)
            return _time(bare, case.url), wrapped_time
        return _time(bare, case.url), _time(ours, case.url)


def _time(client: httpx2.Client, url: str) -> float:
    started = time.thread_time_ns()
    client.post(url, json=ASKED)
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
