"""Distributions as Helicone's contract has them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.histogram import (
    MAX_BINS,
    Bin,
    _merge_closest,
    cut_at_quantile,
    histogram,
    quantile,
)

values = st.lists(st.integers(0, 10_000).map(float), min_size=1, max_size=60)


def bins(*rows: tuple[float, float, float]) -> list[Bin]:
    return [Bin(start=start, end=end, height=height) for start, end, height in rows]


def test_a_quantile_lies_between_its_neighbours() -> None:
    assert quantile([1, 2, 3, 4], 0.75) == 3.25


@pytest.mark.parametrize(
    ("numbers", "both_ends", "expected"),
    [
        ([3, 1, 1, 1, 2], False, bins((1, 1.5, 2.75), (1.5, 2, 1.25))),
        ([189, 0, 0, 0, 1], False, bins((0, 0.5, 2.75), (0.5, 1, 1.25))),
        (
            [0.252, 0.0005, 0, 0.25, 0.014],
            False,
            bins((0, 0.00025, 1), (0.00025, 0.00725, 1), (0.00725, 0.132, 1), (0.132, 0.25, 1)),
        ),
        (
            [0.252, 0.0005, 0, 0.25, 0.014],
            True,
            bins((0.0005, 0.00725, 1), (0.00725, 0.132, 1), (0.132, 0.25, 1)),
        ),
        ([2, 1, 1, 1, 1], False, bins((1, 1, 4))),
    ],
)
def test_the_contracts_vectors(
    numbers: list[float], expected: list[Bin], *, both_ends: bool
) -> None:
    assert histogram(cut_at_quantile(numbers, 0.75, both_ends=both_ends)) == expected


def test_nothing_has_no_bins() -> None:
    assert histogram(cut_at_quantile([], 0.5, both_ends=True)) == []


@given(values)
def test_heights_sum_to_the_count_and_bins_join_from_least_to_most(numbers: list[float]) -> None:
    found = histogram(numbers)
    assert sum(each.height for each in found) == pytest.approx(len(numbers))
    assert len(found) <= 10
    assert [each.end for each in found[:-1]] == [each.start for each in found[1:]]
    if len(set(numbers)) <= 10:
        assert (found[0].start, found[-1].end) == (min(numbers), max(numbers))


weights = st.integers(1, 5)
points = st.dictionaries(st.integers(0, 200) | st.floats(0, 1), weights, min_size=1, max_size=60)


def merged_slowly(numbers: list[tuple[float, int]]) -> list[tuple[float, float]]:
    merged = [(value, float(weight)) for value, weight in numbers]
    while len(merged) > MAX_BINS:
        closest = min(range(len(merged) - 1), key=lambda i: merged[i + 1][0] - merged[i][0])
        (left, left_weight), (right, right_weight) = merged[closest : closest + 2]
        weight = left_weight + right_weight
        mean = (left * left_weight + right * right_weight) / weight
        merged[closest : closest + 2] = [(mean, weight)]
    return merged


@given(points)
def test_the_closest_are_merged_the_leftmost_first(of: dict[float, int]) -> None:
    numbers = sorted(of.items())
    assert _merge_closest(numbers) == merged_slowly(numbers)


def test_a_hundred_thousand_distinct_values_are_binned() -> None:
    drawn = random.Random(3)
    found = histogram([drawn.random() for _ in range(100_000)])
    assert len(found) == MAX_BINS
    assert sum(each.height for each in found) == pytest.approx(100_000)


def test_very_many_values_keep_their_count_and_ends() -> None:
    values = [number**1.5 for number in range(50_000)]
    bins = histogram(values)
    assert len(bins) == 10
    assert sum(b.height for b in bins) == pytest.approx(len(values))
    assert (bins[0].start, bins[-1].end) == (values[0], values[-1])
