"""Work costs out again with the price table that is installed now."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from ..ingest import derive_with
from ..mapping import Price
from ..model import Cost, SpanFacts
from ..pricing import price as table_price
from ..settings import ImplicitSessions
from ..store import FileMaintenance, PartReader, StoredSpan
from .rereading import reread

_REPORTED, _CACHE = "span", "cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepriceScope:
    """Which traces to look at: those that have such a request."""

    session_id: str | None = None
    since_ns: int = 0

    def traces(self, reader: PartReader) -> Iterator[str]:
        return reader.traces_to_price(self.session_id, self.since_ns)


EVERY_TRACE = RepriceScope()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepricedTrace:
    """What the requests of a trace cost before and after, by span id; none that was reported."""

    before: Mapping[str, Cost | None]
    after: Mapping[str, Cost | None]


@dataclass(slots=True, kw_only=True)
class Repricing:
    """The sum of what was repriced."""

    requests: int = 0
    changed: int = 0
    """That had a price and have another."""
    newly_priced: int = 0
    no_longer_priced: int = 0
    unpriced: int = 0
    """That have no price after."""
    before_nano_usd: int = 0
    after_nano_usd: int = 0
    sources_before: Counter[str] = field(default_factory=Counter)
    """How many costs which version of the table gave."""

    def add(self, trace: RepricedTrace) -> None:
        for span_id, before in trace.before.items():
            self._add(before, trace.after.get(span_id))

    def _add(self, before: Cost | None, after: Cost | None) -> None:
        self.requests += 1
        if before is not None:
            self.before_nano_usd += before.nano_usd
            self.sources_before[before.source] += 1
        if after is not None:
            self.after_nano_usd += after.nano_usd
        self.newly_priced += before is None and after is not None
        self.no_longer_priced += before is not None and after is None
        self.unpriced += after is None
        if before is not None and after is not None:
            self.changed += before.nano_usd != after.nano_usd


def reprice(
    file: FileMaintenance,
    implicit: ImplicitSessions,
    scope: RepriceScope = EVERY_TRACE,
    *,
    price: Price = table_price,
    dry_run: bool = False,
) -> Iterator[RepricedTrace]:
    """Work out again, trace by trace, every cost that no emitter reported.

    A trace that costs the same by the same table is left alone.
    """
    rewriter = file.rewriter(derive_with(implicit, price))
    for trace_id in scope.traces(file.parts):
        reading = _ByTable(file.parts, trace_id, price, dry_run=dry_run)
        reread(file.parts, rewriter, trace_id, reading)
        yield reading.outcome()


class _ByTable:
    """Reads nothing of a trace again but what its calls cost."""

    def __init__(self, reader: PartReader, trace_id: str, price: Price, *, dry_run: bool) -> None:
        self._reader = reader
        self._trace_id = trace_id
        self._price = price
        self._dry_run = dry_run
        self._has_changed = False
        self._before = reader.costs_of(trace_id)
        self._after = self._before

    def read(self, spans: Sequence[StoredSpan]) -> list[StoredSpan]:
        return [replace(span, facts=self.read_event(span.facts)) for span in spans]

    def read_event(self, event: SpanFacts) -> SpanFacts:
        cost = self._cost_of(event)
        if event.call is None or cost == event.call.cost:
            return event
        self._has_changed = True
        return replace(event, call=replace(event.call, cost=cost))

    def accept(self) -> bool:
        self._after = self._reader.costs_of(self._trace_id)
        return not self._dry_run and (self._has_changed or self._after != self._before)

    def outcome(self) -> RepricedTrace:
        return RepricedTrace(before=_by_table(self._before), after=_by_table(self._after))

    def _cost_of(self, facts: SpanFacts) -> Cost | None:
        call = facts.call
        if call is None or (call.cost is not None and call.cost.source == _REPORTED):
            return call.cost if call else None
        model = call.response_model or call.request_model
        if model is None or call.usage is None:
            return None
        return self._price(
            provider=call.provider, model=model, start_ns=facts.start_ns, usage=call.usage
        )


def _by_table(costs: Mapping[str, Cost | None]) -> dict[str, Cost | None]:
    return {
        span_id: cost
        for span_id, cost in costs.items()
        if cost is None or cost.source not in (_REPORTED, _CACHE)
    }
