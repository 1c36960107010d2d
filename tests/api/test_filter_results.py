"""Every filter selects what a plain evaluator selects, however far upkeep has come."""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import NANO, chat, facts, stored
from helicone_otel.annotate import Annotations
from helicone_otel.api.filter_grammar import session_filter
from helicone_otel.ingest import derive_with
from helicone_otel.model import Kind, SessionGroup
from helicone_otel.settings import ImplicitSessions, StoreSettings
from helicone_otel.store import SpanStore, StoredSpan
from plain_filters import Groups, Tree, select_groups

NEVER_S = 3600.0
MILLI = 10**6
TEXTS = ["", "a", "A", "b", "ab", "aB%", "a_b", "ß", "SS", "*", "[a]", "?", "null", "__empty__"]
KEYS = ["env", "a-b", "A_B", "Helicone-Session-Id", "helicone-session-name", "gone"]
TAGS = {"s0": ["a", "ab"], "s2": ["b"]}


def calls(chance: random.Random, *, count: int) -> Iterator[StoredSpan]:
    """Yield calls of few sessions, alike enough that any condition finds some and not others."""
    for number in range(1, count + 1):
        start_ns = chance.randrange(0, 5000) * MILLI + chance.randrange(3)
        call = chat(
            tokens=(chance.randrange(4), chance.randrange(4)),
            nano_usd=chance.choice([None, 0, 1000, 3500, 2 * NANO]),
            model=chance.choice(["a", "ab"]),
        )
        yield stored(
            facts(
                number,
                kind=Kind.LLM,
                trace_id=f"{number:032x}",
                start_ns=start_ns,
                end_ns=start_ns + chance.randrange(4) * MILLI,
                session=f"s{chance.randrange(6)}",
                session_name=chance.choice([None, "a", "A", "ab", "aB%", "[a]"]),
                user_id=chance.choice([None, "a", "b", "ß"]),
                properties=properties(chance),
                call=replace(call, provider=chance.choice([None, "a", "openai"])),
                http_status=chance.choice([200, 200, 429, 500]),
            )
        )


def properties(chance: random.Random) -> Mapping[str, str]:
    said = {
        "env": chance.choice(["a", "ab", "aB%", ""]),
        "a-b": chance.choice(["a", "b", ""]),
        "a_b": chance.choice(["a", ""]),
    }
    return {name: value for name, value in said.items() if value}


@pytest.fixture(scope="module", params=["stale", "half stale", "kept"])
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SpanStore]:
    """Return a store whose groups upkeep has summed, or not, or not since the latest spans."""
    path: Path = tmp_path_factory.mktemp("filters") / "sessions.db"
    settings = StoreSettings(upkeep_pause_s=NEVER_S)
    store = SpanStore.open(path, derive_with(ImplicitSessions.LLM), settings)
    spans = list(calls(random.Random(7), count=40))
    store.write(spans[:30])
    if request.param != "stale":
        store.catch_up()
    store.write(spans[30:])
    if request.param == "kept":
        store.catch_up()
    for session_id, tags in TAGS.items():
        for tag in tags:
            Annotations(store).tag_session(session_id, tag)
    yield store
    store.close()


operators_of_text = st.sampled_from(
    ["equals", "not-equals", "like", "ilike", "contains", "not-contains"]
)
on_text = st.dictionaries(
    operators_of_text,
    st.one_of(st.sampled_from(TEXTS), st.text("abAB%_*ßs", max_size=3)),
    min_size=1,
    max_size=2,
)
numbers = st.sampled_from(["equals", "not-equals", "gt", "gte", "lt", "lte"])
on_number = st.dictionaries(numbers, st.integers(-1, 6), min_size=1, max_size=2)
on_status = st.dictionaries(numbers, st.sampled_from([200, 400, 429]), min_size=1, max_size=1)
on_cost = st.dictionaries(
    numbers, st.sampled_from([0, 1e-06, 3.5e-06, 0.5, 2, 2.0000035]), min_size=1, max_size=1
)
moments = st.integers(0, 5000).map(lambda ms: f"1970-01-01T00:00:0{ms / 1000:.3f}Z")
on_moment = st.dictionaries(
    st.sampled_from(["equals", "gt", "gte", "lt", "lte"]), moments, min_size=1, max_size=2
)
of_requests = st.one_of(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("user_id", "provider", "model"), on_text)),
    st.fixed_dictionaries({"country_code": on_text}),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("latency", "total_tokens"), on_number)),
    st.fixed_dictionaries({"status": on_status}),
    st.fixed_dictionaries({"cost": on_cost}),
    st.fixed_dictionaries({"threat": st.booleans().map(lambda flag: {"equals": flag})}),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("request_created_at", "response_created_at"), on_moment)
    ),
    st.fixed_dictionaries(
        {"properties": st.dictionaries(st.sampled_from(KEYS), on_text, min_size=1, max_size=2)}
    ),
    st.fixed_dictionaries({"property_key": st.sampled_from(KEYS).map(lambda k: {"equals": k})}),
)
of_sessions = st.one_of(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("session_session_id", "session_session_name"), on_text)
    ),
    st.fixed_dictionaries({"session_tag": on_text}),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("session_total_requests", "session_total_tokens"), on_number)
    ),
    st.fixed_dictionaries({"session_total_cost": on_cost}),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("session_created_at", "session_latest_request_created_at"), on_moment
        ),
    ),
)
leaves = st.one_of(
    st.just("all"),
    of_requests.map(lambda columns: {"request_response_rmt": columns}),
    of_sessions.map(lambda columns: {"sessions_request_response_rmt": columns}),
)
trees: st.SearchStrategy[Tree] = st.recursive(
    leaves,
    lambda inner: st.fixed_dictionaries(
        {"left": inner, "operator": st.sampled_from(["and", "or"]), "right": inner}
    ),
    max_leaves=5,
)


@given(tree=trees)
def test_a_filter_selects_what_a_plain_evaluator_selects(asked: SpanStore, tree: Tree) -> None:
    with asked.snapshot() as snapshot:
        found = snapshot.group_sessions(session_filter(tree))
        sessions = snapshot.list_sessions(limit=1000)
        requests = [r for s in sessions for r in snapshot.list_requests(s.session_id)]
    assert len(requests) == 40
    assert sorted(map(numbers_of, found)) == sorted(
        expected(select_groups(tree, requests, tags=TAGS))
    )


def numbers_of(group: SessionGroup) -> tuple[object, ...]:
    return (
        group.session_id,
        group.session_name,
        group.requests,
        group.cost_nano_usd,
        group.input_tokens,
        group.output_tokens,
        group.first_start_ns,
        group.last_start_ns,
        group.latency_ns,
        sorted(group.user_ids),
    )


def expected(groups: Groups) -> Iterator[tuple[object, ...]]:
    for (session_id, name), requests in groups.items():
        usages = [r.usage for r in requests if r.usage]
        yield (
            session_id,
            name,
            len(requests),
            sum(r.cost.nano_usd for r in requests if r.cost),
            sum(u.input_tokens or 0 for u in usages),
            sum(u.output_tokens or 0 for u in usages),
            min(r.start_ns for r in requests),
            max(r.start_ns for r in requests),
            sum(r.end_ns - r.start_ns for r in requests),
            sorted({r.user_id or "" for r in requests}),
        )


@given(tree=trees)
def test_totals_names_and_measures_are_of_the_same_groups(asked: SpanStore, tree: Tree) -> None:
    wanted = session_filter(tree)
    with asked.snapshot() as snapshot:
        groups = snapshot.group_sessions(wanted)
        totals = snapshot.total_groups(wanted)
        names = snapshot.list_session_names(wanted, limit=100)
        measures = snapshot.measure_groups(wanted)
        page = snapshot.group_sessions(wanted, limit=2, offset=1)
    assert page == groups[1:3]
    assert (totals.groups, totals.requests) == (len(groups), total(groups))
    assert sum(name.requests for name in names) == total(groups)
    assert {name.name for name in names} == {group.session_name for group in groups}
    assert sorted(m.cost_nano_usd for m in measures) == sorted(g.cost_nano_usd for g in groups)


def total(groups: Sequence[SessionGroup]) -> int:
    return sum(group.requests for group in groups)
