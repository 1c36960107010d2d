"""Read the rows of a table that lie around its damage."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import zstandard

UNREADABLE = (sqlite3.DatabaseError, zstandard.ZstdError, ValueError, TypeError, LookupError)
"""What reading a row whose bytes are wrong may raise."""
_LAST_ID = 2**62

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedTable(Generic[R]):
    """Ways to read single rows; each may raise what is `UNREADABLE`."""

    after: Callable[[int], R | None]
    """Returns the row with the next larger id."""
    before: Callable[[int], R | None]
    """Returns the row with the next smaller id."""
    id_of: Callable[[R], int]

    def rows(self) -> Iterator[R]:
        """Yield what can be read, in the order of the ids."""
        position = -1
        while True:
            try:
                row = self.after(position)
            except UNREADABLE:
                row = self._beyond_damage(position)
                end = _LAST_ID if row is None else self.id_of(row)
                yield from reversed(list(self._backwards(end, position)))
            if row is None:
                return
            yield row
            position = self.id_of(row)

    def _beyond_damage(self, position: int) -> R | None:
        """Leap ahead, farther each time, until a row can be read or there is none."""
        leap = 1
        while position + leap < _LAST_ID:
            try:
                return self.after(position + leap)
            except UNREADABLE:
                leap *= 2
        return None

    def _backwards(self, end: int, start: int) -> Iterator[R]:
        """Yield the rows between the two, from the last up to one that is damaged."""
        while True:
            try:
                row = self.before(end)
            except UNREADABLE:
                return
            if row is None or self.id_of(row) <= start:
                return
            yield row
            end = self.id_of(row)
