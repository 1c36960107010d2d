"""What meaning costs: the processor time that facts, resolution and sums add to a span."""

import gc
import time
from collections import defaultdict
from collections.abc import Callable

from rich.table import Table

from bench.workload import requests
from helicone_otel import mapping, otlp, session_tree
from helicone_otel.mapping import FactsReader
from helicone_otel.model import DecodedRequest, Encoding, SpanFacts
from helicone_otel.pricing import price

SPANS = 10_000
ATTRIBUTES = 20
"""Of every span."""
BAR_US = 12
_ROUNDS = 15


def measure_meaning() -> Table:
    """Return the fastest of some rounds over whole traces."""
    bodies = requests(SPANS, content_bytes=200, least_attributes=ATTRIBUTES)
    decoded = [_decoded(body) for body in bodies]
    by_trace: defaultdict[str, list[SpanFacts]] = defaultdict(list)
    for facts in (facts for request in decoded for facts in _facts(request)):
        by_trace[facts.trace_id].append(facts)
    traces = [mapping.resolve(spans, price=price) for spans in by_trace.values()]
    spans = sum(map(len, by_trace.values()))
    gc.collect()
    gc.freeze()  # what the bench holds is not there in a server
    facts_us = _cpu_us(lambda: [_facts(request) for request in decoded]) / spans
    resolve_us = _cpu_us(lambda: [mapping.resolve(t, price=price) for t in by_trace.values()])
    resolve_us /= spans
    sums_us = _cpu_us(lambda: [session_tree.slices_of(trace) for trace in traces]) / spans
    table = Table(title=f"What meaning costs, spans with {ATTRIBUTES} attributes")
    for column in ("", "CPU/span", "bar"):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("facts", f"{facts_us:.1f} us")
    table.add_row("resolution", f"{resolve_us:.1f} us")
    table.add_row("both", f"{facts_us + resolve_us:.1f} us", f"{BAR_US} us")
    table.add_row("sums of sessions", f"{sums_us:.1f} us")
    return table


def _decoded(body: bytes) -> DecodedRequest:
    wanted = mapping.WANTED_ATTRIBUTES
    return otlp.decode(body, Encoding.PROTOBUF, wanted=wanted, max_spans=50_000)


def _facts(request: DecodedRequest) -> list[SpanFacts]:
    reader = FactsReader(price)
    return [reader.read(span) for span in request.spans]


def _cpu_us(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.thread_time_ns()
        work()
        times.append(time.thread_time_ns() - started)
    return min(times) / 1000
