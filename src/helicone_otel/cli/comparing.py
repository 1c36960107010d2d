"""Two sessions side by side on a terminal, and as JSON."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..model import RequestTotals
from ..session_diff import SessionDiff, Step, compare_sessions
from ..session_reference import clean_text
from ..store import SpanStore
from ..trace_query import TraceQueries
from .rendering import duration_text

_NANO, _MILLI = 1_000_000_000, 1_000_000
_MAX_CELL_BYTES = 200


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sums(_Body):
    requests: int
    cost_usd: float
    tokens: int
    duration_ms: float
    errors: int


class FolderDelta(_Body):
    path: str
    left: Sums | None
    right: Sums | None
    delta: Sums
    """Right less left; what one lacks counts as nothing."""


class DivergingStep(_Body):
    path: str
    operation: str
    model: str
    failed: bool


class FirstDivergence(_Body):
    position: int
    """Among the LLM requests in start order, from 0."""
    left: DivergingStep | None
    right: DivergingStep | None


class Comparison(_Body):
    left: str
    right: str
    folders: list[FolderDelta]
    first_divergence: FirstDivergence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    title: str
    of: Callable[[Sums], float]
    shown: Callable[[float], str]


_COLUMNS = (
    _Column(title="requests", of=lambda s: s.requests, shown=lambda n: f"{n:,.0f}"),
    _Column(title="cost", of=lambda s: s.cost_usd, shown=lambda n: f"${n:.6f}"),
    _Column(title="tokens", of=lambda s: s.tokens, shown=lambda n: f"{n:,.0f}"),
    _Column(title="duration", of=lambda s: s.duration_ms, shown=duration_text),
    _Column(title="errors", of=lambda s: s.errors, shown=lambda n: f"{n:,.0f}"),
)


def read_comparison(database: Path, left_id: str, right_id: str) -> Comparison:
    """Compare two sessions of the file.

    Raises:
        NotFound: one of them is not there.
        StoreUnusable: there is no file, or it is not ours.
    """
    with closing(SpanStore.open_read_only(database)) as store:
        queries = TraceQueries(store)
        left, right = queries.get_session(left_id), queries.get_session(right_id)
    diff = compare_sessions(left.requests, left.tree, right.requests, right.tree)
    return Comparison(
        left=left_id,
        right=right_id,
        folders=[
            FolderDelta(
                path=pair.path,
                left=_sums(pair.left),
                right=_sums(pair.right),
                delta=_delta(_sums(pair.left), _sums(pair.right)),
            )
            for pair in diff.folders
        ],
        first_divergence=_divergence(diff),
    )


def print_comparison(out: Console, comparison: Comparison) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("path", no_wrap=True, overflow="ellipsis")
    for column in _COLUMNS:
        table.add_column(column.title, justify="right", no_wrap=True)
    for folder in comparison.folders:
        table.add_row(_cell(folder.path), *(_change(folder, column) for column in _COLUMNS))
    out.print(table)
    out.print()
    out.print(_told(comparison.first_divergence), soft_wrap=True)


def _sums(totals: RequestTotals | None) -> Sums | None:
    if totals is None:
        return None
    return Sums(
        requests=totals.requests,
        cost_usd=totals.cost_nano_usd / _NANO,
        tokens=totals.total_tokens,
        duration_ms=totals.duration_ns / _MILLI,
        errors=totals.failed_requests,
    )


def _delta(left: Sums | None, right: Sums | None) -> Sums:
    zero = Sums(requests=0, cost_usd=0, tokens=0, duration_ms=0, errors=0)
    one, other = left or zero, right or zero
    return Sums(
        requests=other.requests - one.requests,
        cost_usd=round(other.cost_usd - one.cost_usd, 9),
        tokens=other.tokens - one.tokens,
        duration_ms=other.duration_ms - one.duration_ms,
        errors=other.errors - one.errors,
    )


def _divergence(diff: SessionDiff) -> FirstDivergence | None:
    found = diff.divergence
    if found is None:
        return None
    return FirstDivergence(
        position=found.position, left=_step(found.left), right=_step(found.right)
    )


def _step(step: Step | None) -> DivergingStep | None:
    if step is None:
        return None
    return DivergingStep(
        path=step.path, operation=step.operation, model=step.model, failed=step.failed
    )


def _change(folder: FolderDelta, column: _Column) -> Text:
    """Return what the right one has, and the change from the left."""
    if folder.right is None:
        return Text("gone", style="red")
    shown = column.shown(column.of(folder.right))
    if folder.left is None:
        return Text(f"{shown} (new)", style="green")
    change = column.of(folder.delta)
    if not change:
        return Text(shown)
    sign = "+" if change > 0 else "-"
    return Text(f"{shown} ({sign}{column.shown(abs(change))})", style="yellow")


def _told(divergence: FirstDivergence | None) -> Text:
    if divergence is None:
        return Text("Both take the same steps.", style="green")
    sides = [_side(divergence.left), _side(divergence.right)]
    return Text(f"They part at LLM request {divergence.position + 1}: {sides[0]} / {sides[1]}")


def _side(step: DivergingStep | None) -> str:
    if step is None:
        return "nothing more"
    failed = " failed" if step.failed else ""
    return _cell(f"{step.path} {step.operation} {step.model}{failed}")


def _cell(text: str) -> str:
    return clean_text(text, max_bytes=_MAX_CELL_BYTES)
