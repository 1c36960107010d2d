"""The store through its public methods: a second store would have to pass the same."""

import json
import random
import resource
import signal
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import NANO, TRACE, chat, facts, origin, stored
from helicone_otel.errors import NotFound, StoreUnavailable, StoreUnusable
from helicone_otel.ingest import derive_with
from helicone_otel.model import (
    EVERYTHING,
    DerivedTrace,
    Kind,
    LlmRequest,
    SessionSummary,
    SpanFacts,
    TraceFacts,
)
from helicone_otel.settings import ImplicitSessions, StoreSettings
from helicone_otel.store import SpanStore, StoredSpan
from helicone_otel.store.facts_codec import decode_part
from helicone_otel.store.trace_parts import unpack_raw

OTHER_TRACE = "b" * 32
derive = derive_with(ImplicitSessions.LLM)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpanStore]:
    opened = SpanStore.open(tmp_path / "sessions.db", derive)
    yield opened
    opened.close()


def agent_session(session: str = "s", trace_id: str = TRACE) -> list[SpanFacts]:
    """Return a root, two steps and a call in each."""
    spans = [
        facts(1, session=session, session_name="Agent", path="/", end_ns=9 * NANO),
        facts(2, 1, name="plan"),
        facts(3, 2, kind=Kind.LLM, call=chat(nano_usd=700)),
        facts(4, 1, name="write"),
        facts(5, 4, kind=Kind.LLM, call=chat(tokens=(1, 2), nano_usd=None)),
    ]
    return [replace(span, trace_id=trace_id) for span in spans]


def contents(store: SpanStore) -> tuple[list[SessionSummary], list[list[LlmRequest]]]:
    with store.snapshot() as snapshot:
        sessions = snapshot.list_sessions(limit=1000)
        return sessions, [snapshot.list_requests(session.session_id) for session in sessions]


def session_of(store: SpanStore, session_id: str) -> SessionSummary:
    with store.snapshot() as snapshot:
        return snapshot.get_session(session_id)


def test_a_session_is_the_sum_of_its_requests(store: SpanStore) -> None:
    store.write([stored(span) for span in agent_session()])
    session = session_of(store, "s")
    totals = session.totals
    assert (session.name, session.spans, totals.requests) == ("Agent", 5, 2)
    assert (totals.cost_nano_usd, totals.unpriced_requests) == (700, 1)
    assert (totals.input_tokens, totals.output_tokens) == (11, 7)
    assert totals.duration_ns == 3 * NANO
    assert session.elapsed_ns == 8 * NANO
    assert totals.average_latency_ns == NANO
    assert [request.path for request in contents(store)[1][0]] == ["/plan", "/write"]


def test_a_session_over_two_traces_is_one(store: SpanStore) -> None:
    store.write([stored(span) for span in agent_session()])
    store.write([stored(span) for span in agent_session(trace_id=OTHER_TRACE)])
    session = session_of(store, "s")
    assert session.totals.requests == 4
    assert len(session.trace_ids) == 2


def test_an_explicit_name_in_any_trace_names_the_session(store: SpanStore) -> None:
    store.write([stored(facts(1, session="s", name="first root", start_ns=1))])
    assert session_of(store, "s").name == "first root"
    late = facts(1, trace_id=OTHER_TRACE, session="s", session_name="Said", start_ns=9)
    store.write([stored(late)])
    assert session_of(store, "s").name == "Said"


def test_a_late_root_moves_its_trace_to_its_session(store: SpanStore) -> None:
    spans = agent_session()
    store.write([stored(span) for span in spans[1:]])
    assert [s.session_id for s in contents(store)[0]] != ["s"]
    store.write([stored(spans[0])])
    assert [s.session_id for s in contents(store)[0]] == ["s"]
    assert session_of(store, "s").missing_parents == 0


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_order_batches_and_copies_of_arrival_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: random.Random, size: int
) -> None:
    spans = [*agent_session(), *agent_session(trace_id=OTHER_TRACE), facts(7, 9, kind=Kind.LLM)]
    arriving = [stored(span) for span in spans]
    arriving += order.sample(arriving, k=4)
    order.shuffle(arriving)
    folder = tmp_path_factory.mktemp("arrival")
    whole = _written(folder / "whole.db", [[stored(span) for span in spans]])
    pieces = [arriving[i : i + size] for i in range(0, len(arriving), size)]
    assert _written(folder / "pieces.db", pieces) == whole


def _written(
    path: Path, batches: Sequence[Sequence[StoredSpan]]
) -> tuple[list[SessionSummary], list[list[LlmRequest]]]:
    store = SpanStore.open(path, derive)
    try:
        for batch in batches:
            store.write(batch)
        return contents(store)
    finally:
        store.close()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_two_copies_the_fuller_wins_in_any_order(
    store: SpanStore, order: tuple[int, ...]
) -> None:
    unended = facts(1, kind=Kind.LLM, session="s", call=chat(nano_usd=1), end_ns=0)
    shorter = facts(1, kind=Kind.LLM, session="s", call=chat(nano_usd=2), attribute_count=3)
    fuller = facts(1, kind=Kind.LLM, session="s", call=chat(nano_usd=3), attribute_count=9)
    copies = [stored(unended, raw=b"u"), stored(shorter, raw=b"s"), stored(fuller, raw=b"f")]
    for index in order:
        store.write([copies[index]])
    assert session_of(store, "s").totals.cost_nano_usd == 3
    for copy in copies:  # sent once more, they change nothing
        store.write([copy])
    assert rows_in(store, "superseded_copy") == 2
    assert len(kept_spans(store)) == 3


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_fuller_copy_wins_when_its_trace_is_read_back(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    shorter = facts(1, kind=Kind.LLM, session="s", call=chat(nano_usd=2), attribute_count=3)
    fuller = facts(1, kind=Kind.LLM, session="s", call=chat(nano_usd=3), attribute_count=9)
    copies = [stored(shorter, raw=b"s"), stored(fuller, raw=b"f")]
    batches = [*([copies[index]] for index in order), [stored(facts(2, 1))]]
    for spans in batches:
        store = SpanStore.open(tmp_path / "sessions.db", derive)
        store.write(spans)
        cost = session_of(store, "s").totals.cost_nano_usd
        store.close()
    assert cost == 3


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_copies_that_differ_in_their_resource_only_are_two(
    store: SpanStore, order: tuple[int, int]
) -> None:
    copies = [
        StoredSpan(facts=facts(1, session=name), origin=origin(scope=name), raw=b"same")
        for name in ("a", "b")
    ]
    for index in order:
        store.write([copies[index]])
    winner = [session.session_id for session in contents(store)[0]]
    assert winner == _winner_of_resources()
    assert rows_in(store, "superseded_copy") == 1


def _winner_of_resources() -> list[str]:
    digests = {name: sha256(b"protobuf\0" + name.encode()).digest() for name in ("a", "b")}
    return [max(digests, key=lambda name: digests[name])]


def rows_in(store: SpanStore, table: str) -> int:
    with closing(sqlite3.connect(store.path)) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def kept_spans(store: SpanStore) -> list[tuple[bytes, str, bytes]]:
    """Return bytes, encoding and envelope of every copy of every span in the file."""
    found = []
    with closing(sqlite3.connect(store.path)) as connection:
        origins = {
            row_id: (encoding, envelope)
            for row_id, encoding, envelope in connection.execute(
                "SELECT id, encoding, envelope FROM origin"
            )
        }
        parts = connection.execute("SELECT trace_id, origins, spans, raw FROM trace_part")
        for trace_id, origin_ids, packed, raw in parts:
            spans = decode_part(trace_id, packed)
            for span, body in zip(spans, unpack_raw(raw, spans), strict=True):
                found.append((body, *origins[json.loads(origin_ids)[span.origin]]))
    return found


def test_the_bytes_of_every_span_are_kept_with_their_origin(store: SpanStore) -> None:
    spans = [
        StoredSpan(facts=span, origin=origin(scope="lib"), raw=b"\x00" + span.name.encode())
        for span in agent_session()
    ]
    store.write(spans)
    store.write(spans)
    assert sorted(kept_spans(store)) == sorted((span.raw, "protobuf", b"lib") for span in spans)


def test_what_was_written_is_there_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "sessions.db"
    first = SpanStore.open(path, derive)
    first.write([stored(span) for span in agent_session()])
    before = contents(first)
    first.close()
    again = SpanStore.open_read_only(path)
    assert contents(again) == before
    again.close()


def test_file_and_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "mine" / "sessions.db"
    SpanStore.open(path, derive).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_reader_sees_a_running_writers_commits(store: SpanStore) -> None:
    store.write([stored(facts(1, session="s"))])
    reader = SpanStore.open_read_only(store.path)
    store.write([stored(facts(2, session="t", trace_id=OTHER_TRACE))])
    assert {session.session_id for session in contents(reader)[0]} == {"s", "t"}
    with pytest.raises(StoreUnavailable, match="reading only"):
        reader.write([stored(facts(1))])
    reader.close()


def test_many_threads_write_at_once(store: SpanStore) -> None:
    def write(number: int) -> None:
        trace_id = f"{number:032x}"
        store.write([stored(span) for span in agent_session(f"s{number % 3}", trace_id)])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sessions, _ = contents(store)
    assert {session.session_id: session.totals.requests for session in sessions} == {
        f"s{number}": 20 for number in range(3)
    }


def test_a_batch_that_cannot_be_derived_costs_the_others_nothing(tmp_path: Path) -> None:
    derived: list[str] = []
    busy, go_on = threading.Event(), threading.Event()

    def derive_slowly(traces: Sequence[TraceFacts]) -> Sequence[DerivedTrace]:
        names = [span.name for trace in traces for span in trace.spans]
        derived.extend(names)
        if "first" in names:
            busy.set()
            assert go_on.wait(10)
        if "bad" in names:
            raise ZeroDivisionError
        return derive(traces)

    store = SpanStore.open(tmp_path / "sessions.db", derive_slowly)
    outcomes: dict[str, Exception | None] = {}

    def write(name: str) -> None:
        trace_id = sha256(name.encode()).hexdigest()[:32]
        try:
            store.write([stored(facts(1, session=name, name=name, trace_id=trace_id))])
            outcomes[name] = None
        except Exception as error:  # noqa: BLE001 - it is the outcome
            outcomes[name] = error

    threads = {
        name: threading.Thread(target=write, args=(name,)) for name in ("first", "good", "bad")
    }
    threads["first"].start()
    assert busy.wait(10)
    # While the writer is busy with the first batch, the others queue up and become one group.
    queue = store._writer()._waiting
    threads["good"].start()
    _wait_until(lambda: queue.qsize() == 1)
    threads["bad"].start()
    _wait_until(lambda: queue.qsize() == 2)
    go_on.set()
    for thread in threads.values():
        thread.join()
    assert outcomes["good"] is None
    assert isinstance(outcomes["bad"], ZeroDivisionError)
    assert {s.session_id for s in contents(store)[0]} == {"first", "good"}
    assert derived.count("good") == 2  # once together with the bad one, once alone
    store.close()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline


def test_after_a_failed_commit_the_same_spans_can_be_sent_again(tmp_path: Path) -> None:
    store = SpanStore.open(tmp_path / "sessions.db", derive)
    store.write([stored(facts(1, session="s"))])
    large = [stored(facts(n, 1), raw=random.randbytes(200_000)) for n in range(2, 40)]
    with _largest_file(2_000_000), pytest.raises(StoreUnavailable, match="cannot be written"):
        store.write(large)
    assert session_of(store, "s").spans == 1
    store.write([stored(facts(50, 1))])  # does not see what was rolled back
    assert session_of(store, "s").spans == 2
    store.write(large)
    assert session_of(store, "s").spans == 40
    assert len(kept_spans(store)) == 40
    store.close()


@contextmanager
def _largest_file(size_bytes: int) -> Iterator[None]:
    """Let writes past *size_bytes* of a file fail, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    on_excess = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, on_excess)


def test_a_full_disk_is_not_writable(tmp_path: Path) -> None:
    store = SpanStore.open(tmp_path / "sessions.db", derive)
    store.check_writable()
    with _largest_file(1), pytest.raises(StoreUnavailable, match="cannot be written"):
        store.check_writable()
    store.check_writable()
    store.close()


def test_reading_from_many_short_threads_keeps_few_connections(store: SpanStore) -> None:
    store.write([stored(facts(1, session="s"))])
    for _ in range(50):
        reader = threading.Thread(target=session_of, args=(store, "s"))
        reader.start()
        reader.join()
    assert len(store._reading._idle) == 1


def test_spans_that_nobody_reads_to_their_end_leave_the_connection_free(store: SpanStore) -> None:
    for number in (1, 2):
        store.write([stored(facts(number, session="s"))])
    with store.snapshot() as snapshot:
        (trace_id,) = snapshot.get_session("s").trace_ids
        abandoned = iter(snapshot.received_spans(trace_id))
        next(abandoned)
    with store.snapshot() as again:  # it is lent the same connection, and needs it to itself
        assert again.get_session("s").spans == 2
    assert len(store._reading._idle) == 1
    del abandoned


def test_the_answers_of_a_snapshot_agree_while_a_writer_writes(store: SpanStore) -> None:
    store.write([stored(facts(1, session="s"))])
    with store.snapshot() as snapshot:
        before = snapshot.get_session("s").totals.requests
        store.write([stored(facts(2, 1, kind=Kind.LLM))])
        assert len(snapshot.list_requests("s")) == before
    assert session_of(store, "s").totals.requests == before + 1


def test_a_full_queue_refuses_and_takes_again_when_it_is_empty(tmp_path: Path) -> None:
    store = SpanStore.open(
        tmp_path / "sessions.db", derive, StoreSettings(max_queue_bytes=10, queue_wait_s=0)
    )
    large = stored(facts(1, session="large"), raw=b"x" * 100)
    store.write([large])  # an empty queue takes any request
    blocker = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    blocker.execute("BEGIN IMMEDIATE")
    waiting = threading.Thread(
        target=store.write, args=([stored(facts(2, session="a"), raw=b"y" * 20)],)
    )
    waiting.start()
    _wait_until(lambda: store.status().waiting_bytes > 0)
    refused = _refused(lambda: store.write([stored(facts(3, session="b"), raw=b"z")]))
    blocker.execute("COMMIT")
    waiting.join()
    assert refused
    store.write([stored(facts(3, session="b"), raw=b"z")])
    assert {s.session_id for s in contents(store)[0]} == {"large", "a", "b"}
    blocker.close()
    store.close()


def test_a_request_waits_for_room_before_it_is_refused(tmp_path: Path) -> None:
    settings = StoreSettings(max_queue_spans=1, queue_wait_s=20)
    store = SpanStore.open(tmp_path / "sessions.db", derive, settings)
    blocker = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    blocker.execute("BEGIN IMMEDIATE")
    writers = [
        threading.Thread(target=store.write, args=([stored(facts(number, session="s"))],))
        for number in (1, 2, 3)
    ]
    for writer in writers:
        writer.start()
    _wait_until(lambda: store.status().waiting_bytes > 0)
    blocker.execute("COMMIT")
    blocker.close()
    for writer in writers:
        writer.join(20)
    assert session_of(store, "s").spans == 3
    store.close()


def _refused(write: Callable[[], None]) -> bool:
    """Try until the waiting batch fills the queue; the writes before it find it empty."""
    while True:
        try:
            write()
        except StoreUnavailable as error:
            return "full" in str(error)


def test_a_closed_store_refuses(tmp_path: Path) -> None:
    store = SpanStore.open(tmp_path / "sessions.db", derive)
    store.close()
    with pytest.raises(StoreUnavailable, match="stopping"):
        store.write([stored(facts(1))])


def test_numbers_beyond_what_sqlite_holds_saturate(store: SpanStore) -> None:
    end = 2**63 - 1
    spans = [facts(n, kind=Kind.LLM, session="s", start_ns=1, end_ns=end) for n in range(1, 5)]
    store.write([stored(span) for span in spans])
    store.write([stored(facts(1, trace_id=OTHER_TRACE, session="s", start_ns=1, end_ns=end))])
    assert session_of(store, "s").totals.latency_ns == end
    with store.snapshot() as snapshot:
        (group,) = snapshot.group_sessions(EVERYTHING)
    assert group.requests == 4


def test_an_unknown_session_is_not_found(store: SpanStore) -> None:
    with pytest.raises(NotFound, match="'nope'"):
        session_of(store, "nope")


# files that are not to be touched


def test_another_programs_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE precious (value)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="another program"):
        SpanStore.open(path, derive)
    with pytest.raises(StoreUnusable, match="another program"):
        SpanStore.open_read_only(path)
    assert path.read_bytes() == before


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    SpanStore.open(path, derive).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnusable, match="schema version 99"):
        SpanStore.open(path, derive)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 1000)
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        SpanStore.open(path, derive)
    assert path.read_text().startswith("Dear reader")


def test_a_missing_file_is_named_with_advice(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="helicone-otel serve"):
        SpanStore.open_read_only(tmp_path / "none.db")


@pytest.mark.parametrize("path", ["/proc/none/x.db", "/etc/hostname/x.db", "/tmp"])
def test_a_place_that_cannot_hold_a_file_is_refused_with_advice(path: str) -> None:
    with pytest.raises(StoreUnusable, match="--db"):
        SpanStore.open(Path(path), derive)


def test_an_empty_file_is_told_from_a_foreign_one(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(StoreUnusable, match="is empty"):
        SpanStore.open_read_only(path)


def test_two_programs_may_create_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    failures: list[Exception] = []
    together = threading.Barrier(6)

    def open_and_close() -> None:
        together.wait()
        try:
            SpanStore.open(path, derive).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure
            failures.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
