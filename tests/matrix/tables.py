"""What arrived, as tables: one that fits the README, one with all of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .calls import WAYS

WITHOUT_SDK = "no SDK"
"""The set-up in which nothing is recorded."""


class Cell(NamedTuple):
    """What came of one call."""

    headers: bool
    """They arrived as they should."""
    told: Sequence[str]
    """Whose spans told of it: `ours`, `theirs`."""
    with_usage: bool
    error: str = ""

    @property
    def is_complete(self) -> bool:
        return self.headers and len(self.told) == 1 and self.with_usage

    def __str__(self) -> str:
        if self.error:
            return self.error
        headers = "headers" if self.headers else "**no headers**"
        told = " and ".join(self.told) or "none"
        return f"{headers}; spans: {told}" + (" with usage" if self.with_usage else "")


class Tried(NamedTuple):
    """One library in every set-up; `None` where it has no such way of calling."""

    case: str
    version: str
    cells: Mapping[str, Sequence[Cell | None]]
    """By set-up, in the order of the ways."""


def compact_table(tried: Sequence[Tried]) -> Iterator[str]:
    yield f"| library | version | {' | '.join(WAYS)} |"
    yield "|---" * (2 + len(WAYS)) + "|"
    for case, version, cells in tried:
        by_way = zip(*cells.values(), strict=True)
        marks = [_mark(dict(zip(cells, of_way, strict=True))) for of_way in by_way]
        yield f"| {case} | {version} | {' | '.join(marks)} |"


def full_table(tried: Sequence[Tried]) -> Iterator[str]:
    """Yield a row for the set-ups of a case in which the same came of it."""
    yield f"| case | version | set-up | {' | '.join(WAYS)} |"
    yield "|---" * (3 + len(WAYS)) + "|"
    for case, version, cells in tried:
        alike: dict[str, list[str]] = {}
        for setup, of_setup in cells.items():
            said = " | ".join("-" if cell is None else str(cell) for cell in of_setup)
            alike.setdefault(said, []).append(setup)
        for said, setups in alike.items():
            yield f"| {case} | {version} | {', '.join(setups)} | {said} |"


def _mark(cells: Mapping[str, Cell | None]) -> str:
    tried = {setup: cell for setup, cell in cells.items() if cell is not None}
    if not tried:
        return "-"
    if failed := [setup for setup, cell in tried.items() if cell.error or not cell.headers]:
        return "✗ " + ", ".join(failed)
    recorded = [cell for setup, cell in tried.items() if setup != WITHOUT_SDK]
    return "✓" if all(cell.is_complete for cell in recorded) else "headers"
