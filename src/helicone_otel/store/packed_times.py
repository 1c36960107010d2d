"""Times at work, as a slice keeps them: pairs of 64-bit integers."""

import struct
from collections.abc import Sequence
from itertools import chain

from ..model import Interval
from ..session_activity import union

_PAIR = struct.Struct("<2q")


def packed_times(times: Sequence[Interval]) -> bytes:
    return struct.pack(f"<{2 * len(times)}q", *chain.from_iterable(times))


class CoveredTime:
    """SQL's `covered_ns`: how long the times of all rows together last."""

    def __init__(self) -> None:
        self._times: list[Interval] = []

    def step(self, packed: bytes) -> None:
        self._times += _PAIR.iter_unpack(packed)

    def finalize(self) -> int:
        return sum(end - start for start, end in union(self._times))
