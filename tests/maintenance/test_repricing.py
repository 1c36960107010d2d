"""Costs follow the price table that is installed; what an emitter has reported stays."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import otlp_json
import otlp_logs
from helicone_otel.ingest import Ingest
from helicone_otel.ingest.logs import LogIngest
from helicone_otel.maintenance import RepriceScope, Repricing, rebuild, reprice
from helicone_otel.model import Cost, Encoding, SessionSummary, Usage
from helicone_otel.pricing import price_source
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import FileMaintenance, SpanStore

LLM = ImplicitSessions.LLM
TABLE, NEXT = price_source(), "next-prices 2"
GPT, UNKNOWN = "gpt-4o-mini", "not-yet-listed"


def next_price(*, provider: str | None, model: str, start_ns: int, usage: Usage) -> Cost | None:
    """Return the price of a table that knows one model more, and all tokens at other prices."""
    del provider, start_ns
    rate = {GPT: 3, UNKNOWN: 7}.get(model)
    return None if rate is None else Cost(nano_usd=rate * usage.total_tokens, source=NEXT)


def call(model: str, **more: str | float) -> dict[str, str | int | float]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": 90,
        "gen_ai.usage.output_tokens": 10,
        **more,
    }


def send(ingest: Ingest, trace: int, *calls: dict[str, str | int | float]) -> None:
    """Send a session of one trace with these calls."""
    trace_id = f"{trace:032x}"
    spans = [otlp_json.span(trace_id, "f" * 16, attributes={"session.id": f"s{trace}"})]
    spans += [
        otlp_json.span(trace_id, f"{n:016x}", parent="f" * 16, kind=3, attributes=attributes)
        for n, attributes in enumerate(calls, 1)
    ]
    ingest.export(json.dumps(otlp_json.request(spans)).encode(), Encoding.JSON)


@pytest.fixture
def filled(ingest: Ingest, store: SpanStore) -> SpanStore:
    send(ingest, 1, call(GPT), call(UNKNOWN), call(GPT, **{"gen_ai.usage.cost": 0.5}))
    send(ingest, 2, call(GPT))
    return store


def session(store: SpanStore, session_id: str) -> SessionSummary:
    with store.snapshot() as snapshot:
        return snapshot.get_session(session_id)


def sources(store: SpanStore, session_id: str) -> list[str | None]:
    with store.snapshot() as snapshot:
        requests = snapshot.list_requests(session_id)
    return [request.cost.source if request.cost else None for request in requests]


def everything(path: Path) -> list[tuple[object, ...]]:
    tables = ("trace_part", "llm_request", "session_slice", "session", "session_change")
    with closing(sqlite3.connect(path)) as connection:
        return [row for table in tables for row in connection.execute(f"SELECT * FROM {table}")]


def summed(file: FileMaintenance, *, dry_run: bool = False) -> Repricing:
    found = Repricing()
    for trace in reprice(file, LLM, price=next_price, dry_run=dry_run):
        found.add(trace)
    return found


def test_calls_cost_what_the_table_says_now(filled: SpanStore, file: FileMaintenance) -> None:
    found = summed(file)
    assert (found.requests, found.changed, found.newly_priced) == (3, 2, 1)
    assert (found.no_longer_priced, found.unpriced) == (0, 0)
    assert found.sources_before == {TABLE: 2}
    assert found.after_nano_usd == 300 + 700 + 300
    assert sources(filled, "s1") == [NEXT, NEXT, "span"]
    totals = session(filled, "s1").totals
    assert (totals.cost_nano_usd, totals.unpriced_requests) == (500_000_000 + 300 + 700, 0)


def test_to_do_it_again_writes_nothing(filled: SpanStore, file: FileMaintenance) -> None:
    summed(file)
    before = everything(filled.path)
    again = summed(file)
    assert (again.requests, again.changed, again.newly_priced) == (3, 0, 0)
    assert everything(filled.path) == before


def test_a_dry_run_says_the_same_and_writes_nothing(
    filled: SpanStore, file: FileMaintenance
) -> None:
    before = everything(filled.path)
    expected = summed(file, dry_run=True)
    assert everything(filled.path) == before
    assert summed(file) == expected


def test_the_tables_own_price_is_what_a_rebuild_would_give(
    filled: SpanStore, file: FileMaintenance
) -> None:
    summed(file)
    list(reprice(file, LLM))
    assert sources(filled, "s1") == [TABLE, None, "span"]
    costs = [session(filled, name).totals.cost_nano_usd for name in ("s1", "s2")]
    list(rebuild(file, LLM))
    assert [session(filled, name).totals.cost_nano_usd for name in ("s1", "s2")] == costs


@pytest.mark.parametrize(
    ("scope", "repriced"),
    [
        (RepriceScope(session_id="s2"), {"s2"}),
        (RepriceScope(since_ns=2**62), set()),
        (RepriceScope(since_ns=1), {"s1", "s2"}),
    ],
)
def test_only_what_is_asked_for_is_repriced(
    filled: SpanStore, file: FileMaintenance, scope: RepriceScope, repriced: set[str]
) -> None:
    list(reprice(file, LLM, scope, price=next_price))
    found = {name for name in ("s1", "s2") if NEXT in sources(filled, name)}
    assert found == repriced


def test_a_usage_that_another_span_tells_is_priced_anew(
    store: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    inner: dict[str, str | int | float] = {"gen_ai.operation.name": "chat"}
    spans = [
        otlp_json.span("a" * 32, "1" * 16, kind=3, attributes=call(UNKNOWN)),
        otlp_json.span("a" * 32, "2" * 16, parent="1" * 16, kind=3, attributes=inner),
    ]
    ingest.export(json.dumps(otlp_json.request(spans)).encode(), Encoding.JSON)
    assert summed(file).newly_priced == 1
    (summary,) = store_sessions(store)
    assert summary.totals.cost_nano_usd == 700


def store_sessions(store: SpanStore) -> list[SessionSummary]:
    with store.snapshot() as snapshot:
        return snapshot.list_sessions(limit=9)


def test_what_log_records_say_is_priced_anew(filled: SpanStore, file: FileMaintenance) -> None:
    name = "gen_ai.client.inference.operation.details"
    told = [
        otlp_logs.log_record(name, call(UNKNOWN), trace_id=f"{1:032x}", span_id="f" * 16),
        otlp_logs.log_record(
            name, call(GPT, **{"gen_ai.usage.cost": 0.5}), trace_id=f"{1:032x}", span_id="f" * 16
        ),
    ]
    body = json.dumps(otlp_logs.logs_request(*told)).encode()
    LogIngest(filled, max_records=9).export(body, Encoding.JSON)
    summed(file, dry_run=True)
    assert event_costs(file) == {None, "span"}
    summed(file)
    assert event_costs(file) == {NEXT, "span"}


def event_costs(file: FileMaintenance) -> set[str | None]:
    events = file.parts.events_of(f"{1:032x}").values()
    calls = [event.call for event in events if event.call]
    assert len(calls) == 2
    return {call.cost.source if call.cost else None for call in calls}


def test_spans_that_come_meanwhile_are_kept(
    filled: SpanStore, ingest: Ingest, file: FileMaintenance
) -> None:
    for number, _ in enumerate(reprice(file, LLM, price=next_price)):
        for trace in (1, 2):
            send(ingest, trace, call(GPT), *(call(UNKNOWN) for _ in range(number + 3)))
    assert session(filled, "s1").totals.requests == 5
    assert session(filled, "s2").totals.requests == 5
