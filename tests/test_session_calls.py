"""The tree of a session's calls."""

from hypothesis import given
from hypothesis import strategies as st

from builders import placed
from helicone_otel.model import ResolvedSpan
from helicone_otel.session_calls import call_tree


def shape(*spans: ResolvedSpan) -> list[tuple[str, int]]:
    return [(call.span.facts.name, call.depth) for call in call_tree(spans)]


def test_each_span_is_followed_by_all_below_it() -> None:
    assert shape(placed(4, 2), placed(3, 1), placed(2, 1), placed(1)) == [
        ("span 1", 0),
        ("span 2", 1),
        ("span 4", 2),
        ("span 3", 1),
    ]


def test_span_ids_of_two_traces_do_not_meet() -> None:
    other = "b" * 32
    assert shape(placed(1), placed(2, 1, trace_id=other)) == [("span 1", 0), ("span 2", 0)]


def test_a_long_chain_is_walked_without_recursion() -> None:
    chain = [placed(1), *(placed(number, number - 1) for number in range(2, 5001))]
    assert call_tree(chain)[-1].depth == 4999


@given(st.lists(st.integers(1, 12), min_size=12, max_size=12))
def test_every_span_appears_once_whatever_its_parent(parents: list[int]) -> None:
    spans = [placed(number, parent) for number, parent in enumerate(parents, start=1)]
    names = [name for name, _ in shape(*spans)]
    assert sorted(names) == sorted(span.facts.name for span in spans)
