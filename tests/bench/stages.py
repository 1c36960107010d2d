"""What each stage of ingest costs, and what is slow in it: all stages in one thread, a new file.

Run it with `make profile`. Times are of the thread's processor, so a busy machine disturbs little;
what the two processes cost each other is in `make bench` alone. The profiler is cProfile.
"""

import cProfile
import gc
import pickle
import pstats
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from bench.meaning import measure_meaning
from bench.workload import SPANS_PER_REQUEST, requests
from helicone_otel import mapping, otlp
from helicone_otel.ingest import derive_with
from helicone_otel.ingest.reading import ReadRequest, read_request
from helicone_otel.mapping import FactsReader
from helicone_otel.model import DerivedTrace, Encoding, TraceFacts
from helicone_otel.pricing import price
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import Derive, StoredSpan, TracePart, pack
from helicone_otel.store.database import open_for_writing
from helicone_otel.store.trace_writer import TraceWriter

REQUESTS, WARM_UP = 90, 10
PER_COMMIT = 2
"""Requests, as they wait for the writer at four connections."""
_MAX_SPANS = 50_000
_LINES = 25

T = TypeVar("T")


def main() -> None:
    bodies = requests(REQUESTS * SPANS_PER_REQUEST, content_bytes=200)[:REQUESTS]
    gc.freeze()  # what the bench itself holds
    show = Console(width=110).print
    show(measure_stages(bodies))
    show(measure_meaning())
    read = _profiled("reading", lambda: [_read(body) for body in bodies])
    with _writer(derive_with(ImplicitSessions.LLM)) as writer:
        _profiled("writing", lambda: _commit_all(writer, read))


def measure_stages(bodies: Sequence[bytes]) -> Table:
    clock = _Clock()
    derive = derive_with(ImplicitSessions.LLM)

    def timed_derive(traces: Sequence[TraceFacts]) -> Sequence[DerivedTrace]:
        return clock.time("derive", lambda: derive(traces))

    with _writer(timed_derive) as writer:
        for index in range(0, len(bodies), PER_COMMIT):
            if index == WARM_UP:
                clock.spent_ns.clear()
            some = bodies[index : index + PER_COMMIT]
            parts = [part for body in some for part in _read_by_stages(body, clock)]
            clock.time("write, commit", partial(writer.commit, parts))
    return clock.table((len(bodies) - WARM_UP) * SPANS_PER_REQUEST)


class _Clock:
    """Processor time by stage; what a stage inside another took is not in the other."""

    def __init__(self) -> None:
        self.spent_ns: defaultdict[str, int] = defaultdict(int)
        self._inner_ns = 0

    def time(self, stage: str, work: Callable[[], T]) -> T:
        outer_ns, self._inner_ns = self._inner_ns, 0
        started = time.thread_time_ns()
        result = work()
        took = time.thread_time_ns() - started
        self.spent_ns[stage] += took - self._inner_ns
        self._inner_ns = outer_ns + took
        return result

    def table(self, spans: int) -> Table:
        table = Table(title="CPU of each stage of ingest, 0.7 KB a span")
        table.add_column("stage")
        table.add_column("us/span", justify="right")
        for stage, spent_ns in self.spent_ns.items():
            table.add_row(stage, f"{spent_ns / 1000 / spans:.1f}")
        table.add_row("all", f"{sum(self.spent_ns.values()) / 1000 / spans:.1f}")
        return table


def _read_by_stages(body: bytes, clock: _Clock) -> Sequence[TracePart]:
    """Do what `read_request` and the hand-over between the processes do."""
    wanted = mapping.WANTED_ATTRIBUTES
    request = clock.time(
        "decode",
        lambda: otlp.decode(body, Encoding.PROTOBUF, wanted=wanted, max_spans=_MAX_SPANS),
    )
    reader = FactsReader(price)
    spans = clock.time(
        "facts",
        lambda: [
            StoredSpan(facts=reader.read(span), origin=span.origin, raw=span.raw)
            for span in request.spans
        ],
    )
    parts = clock.time("pack", lambda: pack(spans))
    read = ReadRequest(parts=parts, spans=len(spans), rejections=())
    sent = clock.time("hand over", lambda: pickle.dumps(read))
    handed: ReadRequest = clock.time("take over", lambda: pickle.loads(sent))
    return handed.parts


@contextmanager
def _writer(derive: Derive) -> Iterator[TraceWriter]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_for_writing(Path(folder) / "bench.db")
        with closing(database):
            yield TraceWriter(database.conn, derive)


def _read(body: bytes) -> ReadRequest:
    return read_request(body, Encoding.PROTOBUF, max_spans=_MAX_SPANS)


def _commit_all(writer: TraceWriter, read: Sequence[ReadRequest]) -> None:
    for index in range(0, len(read), PER_COMMIT):
        some = read[index : index + PER_COMMIT]
        writer.commit(part for request in some for part in request.parts)


def _profiled(title: str, work: Callable[[], T]) -> T:
    profiler = cProfile.Profile()
    result = profiler.runcall(work)
    print(f"\n{title}, by the time in each function itself (the profiler's own included):")
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(_LINES)
    return result


if __name__ == "__main__":
    main()
