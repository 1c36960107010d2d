"""A large file to ask questions of: what spans would have been derived to, written directly."""

import random
import sqlite3
import time
import uuid
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path

from builders import chat, facts, stored
from helicone_otel.ingest import derive_with
from helicone_otel.model import Cost, DerivedTrace, Kind, LlmRequest, SessionSlice, Usage
from helicone_otel.session_activity import union
from helicone_otel.session_tree import total
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore
from helicone_otel.store.database import open_for_writing
from helicone_otel.store.derivation import Derivation
from helicone_otel.store.derived_rows import DerivedRows
from helicone_otel.store.group_upkeep import keep_groups

REQUESTS_PER_SESSION = 10
DAYS = 90
_NANO = 10**9
FIRST_NS = (int(time.time()) - DAYS * 86_400) * _NANO
LARGE_SESSION, LARGE_SPANS = "large-session", 5000
_TOGETHER = 1000
_CACHE_KIB = 256 * 1024
_NAMES = [f"Agent {number}" for number in range(40)]
_MODELS = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4", "gemini-2.5-pro"]
_ENVIRONMENTS = ["production"] * 8 + ["staging", "development"]


def make_file(path: Path, *, sessions: int) -> None:
    """Write *sessions* sessions of ten requests each over the last 90 days, and one of 5,000 spans.

    Then let upkeep come by, and make the words of messages findable.
    """
    with closing(open_for_writing(path)) as database:
        connection = database.conn
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA synchronous = OFF")
        chance = random.Random(1)
        for first in range(0, sessions, _TOGETHER):
            numbers = range(first, min(first + _TOGETHER, sessions))
            _insert(connection, [_session(number, sessions, chance) for number in numbers])
        _index_words(connection, chance)
        while _stepped(connection):
            pass
    _write_large_session(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        # Its spans have no bytes to find words in; those of the others are there.
        connection.execute(
            "UPDATE upkeep SET through_change_id = (SELECT max(change_id) FROM session_change)"
        )


def _insert(connection: sqlite3.Connection, traces: Sequence[DerivedTrace]) -> None:
    connection.execute("BEGIN")
    derivation = Derivation(connection)
    for trace in traces:
        derivation.replace(trace.trace_id, DerivedRows(), trace)
    derivation.flush()
    connection.commit()


def _stepped(connection: sqlite3.Connection) -> int:
    connection.execute("BEGIN")
    sessions = keep_groups(connection, max_sessions=_TOGETHER)
    connection.commit()
    return sessions


def _index_words(connection: sqlite3.Connection, chance: random.Random) -> None:
    """Give each request thirty words of a vocabulary, common and rare."""
    vocabulary = [f"word{number}" for number in range(20_000)]
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(vocabulary))))
    requests = connection.execute(
        "SELECT trace_id, span_id, session_id, end_ns FROM llm_request ORDER BY start_ns"
    ).fetchall()
    connection.execute("BEGIN")
    for number, request in enumerate(requests, start=1):
        words = " ".join(set(chance.choices(vocabulary, cum_weights=weights, k=30)))
        connection.execute(
            "INSERT INTO search_document (trace_id, span_id, session_id, end_ns, words)"
            " VALUES (?, ?, ?, ?, ?)",
            (*request, zlib.compress(words.encode(), 1)),
        )
        connection.execute("INSERT INTO search_word (rowid, words) VALUES (?, ?)", (number, words))
    connection.commit()


def _write_large_session(path: Path) -> None:
    spans = [facts(1, session=LARGE_SESSION, session_name="Large", path="/", trace_id="f" * 32)]
    for number in range(2, LARGE_SPANS + 1):
        is_call = number % 2 == 0
        parent = 1 if number % 2 else number - 1
        spans.append(
            facts(
                number,
                max(1, parent),
                trace_id="f" * 32,
                kind=Kind.LLM if is_call else Kind.STEP,
                start_ns=FIRST_NS + number * 10**6,
                end_ns=FIRST_NS + (number + 1) * 10**6,
                call=chat() if is_call else None,
            )
        )
    store = SpanStore.open(path, derive_with(ImplicitSessions.LLM))
    store.write([stored(span) for span in spans])
    store.settle_traces(["f" * 32])
    store.catch_up()
    store.close()


def _session(number: int, sessions: int, chance: random.Random) -> DerivedTrace:
    trace_id = f"{chance.getrandbits(128):032x}"
    session_id = str(uuid.UUID(trace_id))
    start_ns = FIRST_NS + number * DAYS * 86_400 * _NANO // sessions
    requests = list(_requests(trace_id, session_id, number, start_ns, chance))
    return DerivedTrace(
        trace_id=trace_id,
        requests=requests,
        slices=[_slice(session_id, trace_id, requests)],
    )


def _requests(
    trace_id: str, session_id: str, number: int, start_ns: int, chance: random.Random
) -> Iterator[LlmRequest]:
    properties = {
        "environment": chance.choice(_ENVIRONMENTS),
        "customer": f"customer-{chance.randrange(1000)}",
    }
    for step in range(REQUESTS_PER_SESSION):
        begins = start_ns + step * 7 * _NANO
        model = chance.choice(_MODELS)
        yield LlmRequest(
            trace_id=trace_id,
            span_id=f"{chance.getrandbits(64):016x}",
            request_id=str(uuid.UUID(int=chance.getrandbits(128))),
            session_id=session_id,
            session_name=_NAMES[number % len(_NAMES)],
            path=f"/plan/step-{step % 4}",
            user_id=f"user-{number % 500}",
            properties=properties,
            start_ns=begins,
            end_ns=begins + chance.randrange(200, 5000) * 10**6,
            time_to_first_token_ns=None,
            operation="chat",
            provider="openai",
            request_model=model,
            response_model=model,
            usage=Usage(
                input_tokens=chance.randrange(100, 3000), output_tokens=chance.randrange(10, 800)
            ),
            cost=Cost(nano_usd=chance.randrange(1000, 9_000_000), source="bench"),
            status=500 if chance.random() < 0.01 else 200,
            failed=False,
            scope_name="opentelemetry.instrumentation.openai_v2",
            response_id=f"chatcmpl-{chance.getrandbits(128):032x}",
            is_event=False,
        )


def _slice(session_id: str, trace_id: str, requests: Sequence[LlmRequest]) -> SessionSlice:
    first = requests[0]
    return SessionSlice(
        session_id=session_id,
        trace_id=trace_id,
        start_ns=first.start_ns,
        end_ns=max(request.end_ns for request in requests),
        spans=2 * len(requests),
        missing_parents=0,
        explicit_name=first.session_name,
        explicit_name_start_ns=first.start_ns,
        explicit_name_span_id=first.span_id,
        fallback_name="",
        fallback_name_start_ns=first.start_ns,
        fallback_name_span_id=first.span_id,
        totals=total(requests),
        active=union((request.start_ns, request.end_ns) for request in requests),
    )
