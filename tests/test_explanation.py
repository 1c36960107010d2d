"""Law L7: a session's totals are the sum over its counted rows, and no row is left out."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

import recordings
from builders import NANO, chat, facts, span_id, stored
from helicone_otel import session_tree
from helicone_otel.api.explain_words import mark_words
from helicone_otel.errors import NotFound
from helicone_otel.explain_query import AmbiguousSpan, ExplainQueries
from helicone_otel.explanation import ExplainedRow
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.model import Asked, Encoding, Kind, SessionSummary, Strength
from helicone_otel.session_reference import derived_trace_id
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore
from mapping.strategies import as_export_request, worlds
from oracle import Span

TRACE, OTHER = "a" * 32, "b" * 32


@contextmanager
def empty_store(implicit: ImplicitSessions = ImplicitSessions.LLM) -> Iterator[SpanStore]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(SpanStore.open(Path(folder) / "sessions.db", derive_with(implicit))) as opened,
    ):
        yield opened


@pytest.fixture
def store() -> Iterator[SpanStore]:
    with empty_store() as opened:
        yield opened


def sessions_of(store: SpanStore) -> list[SessionSummary]:
    with store.snapshot() as snapshot:
        return snapshot.list_sessions(limit=1000)


def rows_of(store: SpanStore, asked: str, *, limit: int = 7) -> list[ExplainedRow]:
    """Return all rows, page by page."""
    rows: list[ExplainedRow] = []
    after = None
    while True:
        page = ExplainQueries(store).explain(asked, after=after, limit=limit)
        rows += page.rows
        after = page.next_after
        if after is None:
            assert len(rows) == page.row_count
            return rows


def assert_explained(store: SpanStore) -> None:
    """Check law L7 for every session of *store*, against the session's own row."""
    for summary in sessions_of(store):
        rows = rows_of(store, summary.session_id)
        counted = [r.request for r in rows if r.is_counted_in(summary.session_id) and r.request]
        assert session_tree.total(counted) == summary.totals
        assert max(Counter(row.key for row in rows).values()) == 1
        inside = [row for row in rows if row.why.session_id == summary.session_id]
        assert len(inside) == summary.spans
        for row in rows:
            counts = row.is_counted_in(summary.session_id)
            assert row.reason(summary.session_id).startswith(f"{'' if counts else 'not '}counted")
        (whole,) = ExplainQueries(store).explain(summary.session_id, limit=1).sessions
        assert whole.summed == whole.summary.totals == summary.totals
        assert sum(sum(ground.rules.values()) for ground in whole.grounds) == summary.spans


@pytest.mark.parametrize("name", recordings.NAMES)
def test_the_totals_of_recordings_are_explained(store: SpanStore, name: str) -> None:
    ingest = Ingest(store, max_spans=10_000)
    for request in recordings.recording(name).traces:
        ingest.export(json.dumps(request).encode(), Encoding.JSON)
    assert_explained(store)


@settings(max_examples=30)
@given(worlds())
def test_the_totals_of_any_traces_are_explained(spans: Sequence[Span]) -> None:
    with empty_store() as store:
        body = json.dumps(as_export_request(spans)).encode()
        Ingest(store, max_spans=10_000).export(body, Encoding.JSON)
        assert_explained(store)


def test_every_mark_of_the_recordings_is_told_in_words() -> None:
    marks = {
        mark
        for name in recordings.NAMES
        for request in recordings.understood(name).requests
        for mark in request.marks
    }
    assert marks
    assert {mark for mark in marks if mark_words(mark) == mark} == set()


def test_each_call_is_followed_by_what_tells_of_it(store: SpanStore) -> None:
    wrapper = facts(2, 1, kind=Kind.LLM)
    first, second = facts(3, 2, kind=Kind.LLM, call=chat()), facts(5, 1, kind=Kind.LLM, call=chat())
    post = facts(4, 3, kind=Kind.TRANSPORT)
    spans = [facts(1, session="s"), wrapper, first, post, second]
    store.write([stored(span) for span in spans])
    assert [row.facts.span_id for row in rows_of(store, "s")] == list(map(span_id, (3, 2, 4, 5, 1)))


def test_a_span_is_explained_with_the_others_of_its_call(store: SpanStore) -> None:
    wrapper, call = facts(2, 1, kind=Kind.LLM), facts(3, 2, kind=Kind.LLM, call=chat())
    spans = [facts(1, trace_id=TRACE), wrapper, call, facts(4, 3, kind=Kind.TRANSPORT), facts(5)]
    store.write([stored(span) for span in spans])
    for number in (2, 3, 4):
        found = {row.facts.span_id for row in rows_of(store, span_id(number))}
        assert found == set(map(span_id, (2, 3, 4)))
    assert [row.facts.span_id for row in rows_of(store, span_id(5))] == [span_id(5)]


def test_a_span_id_of_several_traces_must_be_asked_for_with_its_trace(store: SpanStore) -> None:
    store.write([stored(facts(1, trace_id=trace_id)) for trace_id in (TRACE, OTHER)])
    with pytest.raises(AmbiguousSpan, match=f"{TRACE}/{span_id(1)}"):
        rows_of(store, span_id(1))
    (row,) = rows_of(store, f"{OTHER}/{span_id(1)}")
    assert row.facts.trace_id == OTHER


def test_an_id_of_a_session_and_a_trace_is_the_sessions_unless_asked_otherwise(
    store: SpanStore,
) -> None:
    store.write([stored(facts(1, trace_id=TRACE)), stored(facts(2, trace_id=OTHER, session=TRACE))])
    queries = ExplainQueries(store)
    assert queries.explain(TRACE, limit=9).subject.kind is Asked.SESSION
    (row,) = queries.explain(TRACE, Asked.TRACE, limit=9).rows
    assert row.facts.span_id == span_id(1)
    with pytest.raises(NotFound, match="no span"):
        queries.explain(TRACE, Asked.SPAN, limit=9)


def test_the_derived_trace_id_of_a_session_is_the_sessions(store: SpanStore) -> None:
    store.write([stored(facts(1, session="s", kind=Kind.LLM))])
    derived = derived_trace_id("s", ())
    assert ExplainQueries(store).explain(derived, limit=9).subject.session_id == "s"


def test_a_session_that_was_not_made_is_not_told_of() -> None:
    with empty_store(ImplicitSessions.NONE) as store:
        store.write([stored(facts(1, kind=Kind.LLM, call=chat()))])
        (row,) = rows_of(store, span_id(1))
        assert (row.why.session_id, row.request) == (None, None)
        assert row.reason(None) == "not counted: a call that is in no session"


def test_a_call_that_stands_in_another_session_counts_there(store: SpanStore) -> None:
    told = replace(chat(), response_id="answer-1")
    strong = facts(1, kind=Kind.LLM, session="strong", call=told, end_ns=9 * NANO)
    weak = facts(
        2, kind=Kind.LLM, session="weak", strength=Strength.WEAK, call=told, end_ns=8 * NANO
    )
    store.write([stored(strong), stored(replace(weak, scope="another"))])
    assert_explained(store)
    (row,) = rows_of(store, "weak")
    assert row.reason("weak") == "not counted here: its call is in session strong"
    counted = [row.facts.span_id for row in rows_of(store, "strong") if row.is_counted_in("strong")]
    assert counted == [span_id(2)]


def test_copies_that_were_left_out_are_counted(store: SpanStore) -> None:
    for attributes in (3, 5, 4):
        span = facts(1, session="s", attribute_count=attributes)
        store.write([stored(span, raw=bytes([attributes]))])
    (row,) = rows_of(store, "s")
    assert (row.facts.attribute_count, row.superseded_copies) == (5, 2)


def test_keys_that_gave_way_are_named(store: SpanStore) -> None:
    run = facts(2, 1, session="run", strength=Strength.WEAK, kind=Kind.LLM, call=chat())
    store.write([stored(facts(1, session="root")), stored(run)])
    (session,) = ExplainQueries(store).explain("root", limit=9).sessions
    (conflict,) = session.conflicts
    assert (list(conflict.session_ids), conflict.strength) == (["run"], Strength.WEAK)
    assert list(conflict.examples) == [(run.trace_id, span_id(2))]
