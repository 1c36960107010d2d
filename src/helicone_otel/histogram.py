"""Helicone's distributions: quantile cuts and histograms of at most ten adaptive bins."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

MAX_BINS = 10
_CELLS = 4096
"""Past so many distinct values, those close together are merged before their gaps are weighed."""


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
    return ordered[bisect_left(ordered, lower) : bisect_right(ordered, upper)]


def histogram(values: Sequence[float]) -> list[Bin]:
    """Return the bins of *values*: one around each distinct value, the closest merged to ten.

    A bin reaches to the midpoints between its value and the neighbours', the outer ones to the
    least and the greatest value. Its half towards a neighbour has height (3 w + w') / 8, an outer
    half w / 2, so all heights sum to the count.
    """
    points = _merge_closest(_gather(list(Counter(sorted(values)).items())))
    if len(points) == 1:
        value, weight = points[0]
        return [Bin(start=value, end=value, height=weight)]
    edges = (
        [
            min(values),
            *((left + right) / 2 for (left, _), (right, _) in pairwise(points)),
            max(values),
        ]
        if points
        else []
    )
    weights = [weight for _, weight in points]
    return [
        Bin(start=start, end=end, height=_half(weights, i, -1) + _half(weights, i, 1))
        for i, (start, end) in enumerate(pairwise(edges))
    ]


def _gather(points: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Merge the values that lie in one of 4,096 equal cells, if there are more values than that."""
    if len(points) <= _CELLS:
        return points
    lowest, highest = points[0][0], points[-1][0]
    scale = (_CELLS - 1) / (highest - lowest)
    sums: dict[int, tuple[float, int]] = {}
    for value, weight in points:
        cell = int((value - lowest) * scale)
        weighted, count = sums.get(cell, (0.0, 0))
        sums[cell] = weighted + value * weight, count + weight
    return [(weighted / count, count) for weighted, count in sums.values()]


def _merge_closest(points: list[tuple[float, int]]) -> list[tuple[float, float]]:
    """Merge the closest two neighbours, the leftmost of equally close ones, until ten are left."""
    chain = _Chain(points)
    for _ in range(len(points) - MAX_BINS):
        chain.merge(chain.closest())
    return chain.points()


class _Chain:
    """Weighted values in order, each linked to its neighbours; a pair is named by its left one.

    A heap finds the closest pair, so that n merges cost O(n log n).
    """

    def __init__(self, points: Sequence[tuple[float, int]]) -> None:
        self._values = [value for value, _ in points]
        self._weights = [float(weight) for _, weight in points]
        self._before = list(range(-1, len(points) - 1))
        self._after = list(range(1, len(points) + 1))
        self._gaps = [math.nan] * len(points)
        self._heap: list[tuple[float, int]] = []
        for left in range(len(points) - 1):
            self._measure(left)

    def closest(self) -> int:
        while True:
            gap, left = heappop(self._heap)
            if gap == self._gaps[left]:  # else it was measured anew, or is gone
                return left

    def merge(self, left: int) -> None:
        right = self._after[left]
        weight = self._weights[left] + self._weights[right]
        self._values[left] = (
            self._values[left] * self._weights[left] + self._values[right] * self._weights[right]
        ) / weight
        self._weights[left] = weight
        self._gaps[left] = self._gaps[right] = math.nan
        self._after[left] = self._after[right]
        if self._after[left] < len(self._values):
            self._before[self._after[left]] = left
            self._measure(left)
        if self._before[left] >= 0:
            self._measure(self._before[left])

    def points(self) -> list[tuple[float, float]]:
        found: list[tuple[float, float]] = []
        index = 0
        while index < len(self._values):
            found.append((self._values[index], self._weights[index]))
            index = self._after[index]
        return found

    def _measure(self, left: int) -> None:
        self._gaps[left] = self._values[self._after[left]] - self._values[left]
        heappush(self._heap, (self._gaps[left], left))


def _half(weights: Sequence[float], index: int, side: int) -> float:
    neighbour = index + side
    if not 0 <= neighbour < len(weights):
        return weights[index] / 2
    return (3 * weights[index] + weights[neighbour]) / 8
