"""Helicone's distributions: quantile cuts and histograms of at most ten adaptive bins."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    start: float
    end: float
    height: float
    """How many values, in effect: neighbours share the values between them, so it may be a half."""


def quantile(ordered: Sequence[float], level: float) -> float:
    """Return the quantile of non-empty *ordered* values, linear between order statistics."""
    position = level * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def cut_at_quantile(values: Sequence[float], level: float, *, both_ends: bool) -> list[float]:
    """Return the sorted *values* up to the quantile *level*; with *both_ends*, from `1 - level`."""
    ordered = sorted(values)
    if not ordered:
        return []
    upper = quantile(ordered, level)
    lower = quantile(ordered, 1 - level) if both_ends else ordered[0]
    return [value for value in ordered if lower <= value <= upper]


def histogram(values: Sequence[float]) -> list[Bin]:
    """Return the bins of *values*: one around each distinct value, the closest merged to ten.

    A bin reaches to the midpoints between its value and the neighbours'. Its half towards a
    neighbour has height (3 w + w') / 8, an outer half w / 2, so all heights sum to the count.
    """
    points = _merge_closest(sorted(Counter(values).items()))
    if len(points) == 1:
        value, weight = points[0]
        return [Bin(start=value, end=value, height=weight)]
    edges = (
        [
            points[0][0],
            *((left + right) / 2 for (left, _), (right, _) in pairwise(points)),
            points[-1][0],
        ]
        if points
        else []
    )
    weights = [weight for _, weight in points]
    return [
        Bin(start=start, end=end, height=_half(weights, i, -1) + _half(weights, i, 1))
        for i, (start, end) in enumerate(pairwise(edges))
    ]


def _merge_closest(points: list[tuple[float, int]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = [(value, float(weight)) for value, weight in points]
    while len(merged) > MAX_BINS:
        closest = min(range(len(merged) - 1), key=lambda i: merged[i + 1][0] - merged[i][0])
        (left, left_weight), (right, right_weight) = merged[closest : closest + 2]
        weight = left_weight + right_weight
        mean = (left * left_weight + right * right_weight) / weight
        merged[closest : closest + 2] = [(mean, weight)]
    return merged


def _half(weights: Sequence[float], index: int, side: int) -> float:
    neighbour = index + side
    if not 0 <= neighbour < len(weights):
        return weights[index] / 2
    return (3 * weights[index] + weights[neighbour]) / 8
