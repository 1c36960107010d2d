"""Several traces put in their places at once: each keeps its own, and calls are counted once."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from builders import NANO, facts, span_id
from helicone_otel.mapping import resolve_together
from helicone_otel.model import (
    Kind,
    ModelCall,
    ResolvedTrace,
    Role,
    SpanFacts,
    Strength,
    TraceFacts,
)
from helicone_otel.session_reference import session_id_of_trace
from helicone_otel.session_tree import slices_of
from helicone_otel.settings import ImplicitSessions

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32


def together(
    *spans: SpanFacts, implicit: ImplicitSessions = ImplicitSessions.LLM
) -> list[ResolvedTrace]:
    """Resolve *spans*, and log records among them, of traces in the order of their ids."""
    traces = [
        TraceFacts(
            trace_id=trace_id,
            spans=[s for s in spans if s.trace_id == trace_id and s.kind is not Kind.EVENT],
            events=[s for s in spans if s.trace_id == trace_id and s.kind is Kind.EVENT],
        )
        for trace_id in sorted({span.trace_id for span in spans})
    ]
    return resolve_together(traces, implicit=implicit)


def call(
    number: int, parent: int | None = None, *, trace_id: str = ONE, answer: str = ""
) -> SpanFacts:
    told = ModelCall(operation="chat", request_model="m", response_id=answer or None)
    return facts(
        number,
        parent,
        kind=Kind.LLM,
        trace_id=trace_id,
        start_ns=number * NANO,
        end_ns=(100 - number) * NANO,
        call=told,
    )


def numbers(trace: ResolvedTrace) -> list[int]:
    return [int(span.facts.span_id, 16) for span in trace.spans]


def sessions(traces: Sequence[ResolvedTrace]) -> list[set[str | None]]:
    return [{span.session_id for span in trace.spans} for trace in traces]


def test_every_trace_has_its_own_spans_requests_and_missing_parents() -> None:
    one, two, three = together(
        facts(1, trace_id=ONE),
        call(2, 1),
        facts(3, 99, trace_id=TWO),
        facts(4, 98, trace_id=TWO),
        call(5, 4, trace_id=TWO),
        facts(6, trace_id=THREE),
    )
    assert [numbers(trace) for trace in (one, two, three)] == [[1, 2], [3, 4, 5], [6]]
    assert [trace.missing_parents for trace in (one, two, three)] == [0, 2, 0]
    found = [[request.span_id for request in trace.requests] for trace in (one, two, three)]
    assert found == [[span_id(2)], [span_id(5)], []]
    assert [span.path for span in two.spans] == ["/span-3", "/span-4", "/span-4"]
    assert not one.told_in


def test_a_call_that_two_traces_tell_is_counted_once() -> None:
    outer = replace(call(1, answer="r"), scope="framework")
    one, two = together(outer, call(2, trace_id=TWO, answer="r"))
    assert [len(one.requests), len(two.requests)] == [0, 1]
    assert one.spans[0].role is Role.TWIN
    assert (one.told_in, two.told_in) == ({TWO}, {ONE})


def test_a_weak_reference_is_stronger_than_none() -> None:
    outer = replace(call(1, answer="r"), scope="framework", path="/outer")
    weak = facts(2, session="w", strength=Strength.WEAK).claims
    _, two = together(outer, replace(call(2, trace_id=TWO, answer="r"), claims=weak))
    assert [request.session_id for request in two.requests] == ["w"]


def test_a_trace_knows_every_other_that_tells_of_its_calls() -> None:
    first, second = (replace(call(n, answer=f"r{n}"), scope="framework") for n in (1, 2))
    told = [call(3, trace_id=TWO, answer="r1"), call(4, trace_id=THREE, answer="r2")]
    traces = together(first, second, *told)
    assert [trace.trace_id for trace in traces] == [ONE, TWO, THREE]
    assert [trace.told_in for trace in traces] == [{TWO, THREE}, {ONE}, {ONE}]


def test_a_call_that_two_traces_tell_is_where_the_stronger_reference_says() -> None:
    outer = replace(call(1, 9, answer="r"), scope="framework")
    root = facts(9, trace_id=ONE, session="s", start_ns=0, end_ns=100 * NANO)
    _, two = together(root, outer, call(2, trace_id=TWO, answer="r"))
    assert [request.session_id for request in two.requests] == ["s"]
    assert sessions([two]) == [{None}]
    (piece,) = slices_of(two)
    assert (piece.session_id, piece.fallback_name, piece.spans) == ("s", "", 0)


@pytest.mark.parametrize(
    ("session", "is_twin"),
    [
        pytest.param("s", True, id="in one session that somebody named"),
        pytest.param("t", False, id="in another"),
        pytest.param(None, False, id="in none"),
    ],
)
def test_spans_of_two_traces_without_response_ids_are_one_call(
    session: str | None, *, is_twin: bool
) -> None:
    outer = replace(call(1), scope="framework", claims=facts(1, session=session).claims)
    inner = replace(call(2, trace_id=TWO), claims=facts(2, session="s" if session else None).claims)
    one, two = together(outer, inner)
    assert [len(one.requests), len(two.requests)] == ([0, 1] if is_twin else [1, 1])


def test_each_trace_without_ids_is_a_session_of_its_own() -> None:
    traces = together(call(1), call(2, trace_id=TWO), facts(3, trace_id=THREE))
    assert sessions(traces) == [{session_id_of_trace(ONE)}, {session_id_of_trace(TWO)}, {None}]
    assert sessions(together(facts(1, trace_id=ONE), call(2, trace_id=TWO)))[0] == {None}
    every = together(call(1), facts(3, trace_id=THREE), implicit=ImplicitSessions.ALL)
    assert sessions(every) == [{session_id_of_trace(ONE)}, {session_id_of_trace(THREE)}]


def test_an_id_takes_in_the_rest_of_its_own_trace_only() -> None:
    traces = together(
        call(1), facts(2, trace_id=ONE, session="s"), call(3, trace_id=TWO), facts(4, trace_id=TWO)
    )
    assert sessions(traces) == [{"s"}, {session_id_of_trace(TWO)}]
    assert [trace.names_session for trace in traces] == [True, False]


def test_a_trace_goes_on_with_the_session_of_the_one_its_root_links_to() -> None:
    linked = replace(call(2, trace_id=TWO), linked_trace_ids=(ONE, TWO))
    one, two = together(call(1), linked)
    assert sessions([one, two]) == [{session_id_of_trace(ONE)}] * 2
    assert (one.linked_trace_id, two.linked_trace_id) == (None, ONE)


@pytest.mark.parametrize(
    ("spans", "linked"),
    [
        pytest.param([replace(call(2), linked_trace_ids=(TWO, THREE))], None, id="two of them"),
        pytest.param([replace(call(2), linked_trace_ids=(ONE,))], None, id="its own"),
        pytest.param([call(1), replace(call(2), linked_trace_ids=(TWO,))], None, id="a later root"),
        pytest.param([replace(call(1), linked_trace_ids=(TWO,)), call(2)], TWO, id="the first"),
        pytest.param([call(1), replace(call(2, 1), linked_trace_ids=(TWO,))], None, id="a child"),
        pytest.param(
            [
                replace(facts(1, trace_id=ONE, kind=Kind.EVENT), linked_trace_ids=(TWO,)),
                replace(call(2), linked_trace_ids=(THREE,)),
            ],
            THREE,
            id="a log record is no root",
        ),
    ],
)
def test_only_the_one_link_of_the_earliest_root_is_followed(
    spans: list[SpanFacts], linked: str | None
) -> None:
    (trace,) = together(*spans)
    assert trace.linked_trace_id == linked


def test_where_a_trace_goes_on_may_be_known_from_farther_links() -> None:
    linked = replace(call(1), linked_trace_ids=(TWO,))
    (trace,) = resolve_together([TraceFacts(trace_id=ONE, spans=[linked], continues=THREE)])
    assert sessions([trace]) == [{session_id_of_trace(THREE)}]
    assert trace.linked_trace_id == TWO


def event(
    number: int, parent: int | None = None, *, trace_id: str = ONE, answer: str = ""
) -> SpanFacts:
    told = call(number, parent, trace_id=trace_id, answer=answer)
    return replace(told, kind=Kind.EVENT, service_name="agent")


def test_a_call_that_only_log_records_tell_is_counted() -> None:
    one, two = together(event(1), call(2, trace_id=TWO))
    assert [request.is_event for request in (*one.requests, *two.requests)] == [True, False]
    assert not one.told_in


def test_a_log_record_is_covered_by_the_span_it_was_emitted_in() -> None:
    (trace,) = together(call(1), event(2, 1))
    assert [len(trace.requests), trace.requests[0].is_event] == [1, False]
    other = facts(1, trace_id=TWO, kind=Kind.LLM)
    one, two = together(event(2, 1), other)
    assert [len(one.requests), len(two.requests)] == [1, 1]


def test_of_log_records_a_span_covers_each_that_has_its_id() -> None:
    (trace,) = together(
        call(1, answer="r"), event(2, answer="r"), event(3, answer="r"), event(4, answer="s")
    )
    roles = {int(span.facts.span_id, 16): span.role for span in trace.spans}
    assert roles == {1: Role.COUNTED, 2: Role.COVERED, 3: Role.COVERED, 4: Role.COUNTED}


def test_a_session_that_log_records_tell_of_is_summed() -> None:
    later = replace(event(3), session_name="Later", claims=facts(3, session="s").claims)
    first = replace(event(2), session_name="First", claims=facts(2, session="s").claims)
    (trace,) = together(later, first)
    (piece,) = slices_of(trace)
    assert (piece.session_id, piece.trace_id, piece.totals.requests) == ("s", ONE, 2)
    assert (piece.spans, piece.missing_parents) == (0, 0)
    assert (piece.start_ns, piece.end_ns) == (2 * NANO, 98 * NANO)
    explicit = (piece.explicit_name, piece.explicit_name_start_ns, piece.explicit_name_span_id)
    assert explicit == ("First", 2 * NANO, span_id(2))
    fallback = (piece.fallback_name, piece.fallback_name_start_ns, piece.fallback_name_span_id)
    assert fallback == ("agent", 2 * NANO, span_id(2))
    assert sum(end - start for start, end in piece.active) == 96 * NANO


def test_each_session_that_log_records_tell_of_has_its_own_service() -> None:
    def said(number: int, session: str, service: str | None) -> SpanFacts:
        claims = facts(number, session=session).claims
        return replace(event(number), claims=claims, service_name=service)

    spans = [facts(9, trace_id=ONE, session="c", name="root"), call(10, 9)]
    events = [said(1, "a", "shop"), said(2, "b", "mill"), said(3, "a", "late"), said(4, "d", None)]
    (trace,) = together(*spans, *events)
    pieces = {piece.session_id: piece for piece in slices_of(trace)}
    names = {session_id: piece.fallback_name for session_id, piece in pieces.items()}
    assert names == {"a": "shop", "b": "mill", "c": "root", "d": ""}
    counts = {session_id: piece.totals.requests for session_id, piece in pieces.items()}
    assert counts == {"a": 2, "b": 1, "c": 1, "d": 1}
    assert pieces["c"].spans == 2


def test_a_log_record_in_a_session_that_has_spans_is_one_of_its_requests() -> None:
    (trace,) = together(facts(1, trace_id=ONE, session="s"), call(2, 1), event(3))
    (piece,) = slices_of(trace)
    assert (piece.session_id, piece.totals.requests, piece.spans) == ("s", 2, 2)


def test_a_call_names_the_session_it_is_in_though_its_own_span_is_in_none() -> None:
    outer = replace(call(1, answer="r"), scope="framework", claims=facts(1, session="s").claims)
    inner = replace(call(2, answer="r"), session_name="Named")
    (trace,) = together(outer, inner, facts(9, trace_id=ONE, session="other"))
    pieces = {piece.session_id: piece for piece in slices_of(trace)}
    assert pieces["s"].totals.requests == 1
    named = (pieces["s"].explicit_name, pieces["s"].explicit_name_span_id)
    assert named == ("Named", span_id(2))


def test_a_session_of_unnamed_log_records_names_no_span() -> None:
    (piece,) = slices_of(together(event(1))[0])
    assert (piece.explicit_name, piece.explicit_name_start_ns) == (None, 0)
    assert piece.explicit_name_span_id == ""
