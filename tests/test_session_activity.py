"""When a session was at work."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import NANO, llm_request, placed
from helicone_otel.model import Interval, Kind, ResolvedSpan, Role
from helicone_otel.session_activity import activity, union


def at_work(*spans: ResolvedSpan) -> list[tuple[float, float]]:
    """Return when *spans* were at work; those counted are requests of the session."""
    requests = [
        replace(
            llm_request("/"),
            span_id=span.facts.span_id,
            start_ns=span.facts.start_ns,
            end_ns=span.facts.end_ns,
        )
        for span in spans
        if span.role is Role.COUNTED
    ]
    return [(start / NANO, end / NANO) for start, end in activity(spans, requests)]


def test_a_step_is_at_work_unless_a_step_or_request_is_below_it() -> None:
    spans = [
        placed(1, start=0, end=100),
        placed(2, 1, start=10, end=20),
        placed(3, 1, start=30, end=40),
        placed(4, 3, kind=Kind.LLM, role=Role.COUNTED, start=31, end=32),
        placed(5, 1, start=50, end=60),
        placed(6, 5, kind=Kind.TRANSPORT, start=51, end=52),
        placed(7, 6, kind=Kind.SERVER, start=51, end=52),
        placed(8, 7, start=51, end=52),
    ]
    assert at_work(*spans) == [(10, 20), (31, 32), (51, 52)]


def test_a_step_that_only_sent_something_was_at_work() -> None:
    sent = placed(2, 1, kind=Kind.TRANSPORT, start=5, end=6)
    assert at_work(placed(1, start=0, end=10), sent) == [(0, 10)]


def test_spans_that_call_each_other_their_parents_are_at_work_once() -> None:
    assert at_work(placed(1, 2, start=0, end=9), placed(2, 1, start=1, end=3)) == [(1, 3)]


INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda t: (t[0], sum(t))))


@given(INTERVALS)
def test_a_union_covers_each_moment_once(intervals: list[Interval]) -> None:
    merged = union(intervals)
    moments = {moment for start, end in intervals for moment in range(start, end)}
    assert [moment for start, end in merged for moment in range(start, end)] == sorted(moments)
    assert all(end < start for (_, end), (start, _) in pairwise(merged))
