"""Two sessions side by side: folder by folder, and where they part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from .model import LlmRequest, RequestTotals
from .session_tree import PathNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an LLM request is to a comparison: where it lies, what it asks, how it ended."""

    path: str
    operation: str
    model: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first request in which two sessions differ; `None` where one has ended."""

    position: int
    left: Step | None
    right: Step | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPair:
    """One path with the sums of everything below it; `None` where a session lacks it."""

    path: str
    left: RequestTotals | None
    right: RequestTotals | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDiff:
    folders: Sequence[FolderPair]
    """The root first; each path after the one above it."""
    divergence: Divergence | None
    """`None` if both take the same steps."""


def compare_sessions(
    left: Sequence[LlmRequest],
    left_tree: PathNode,
    right: Sequence[LlmRequest],
    right_tree: PathNode,
) -> SessionDiff:
    """Compare the requests of two sessions, both in start order."""
    ours, theirs = _totals(left_tree), _totals(right_tree)
    return SessionDiff(
        folders=[
            FolderPair(path=path, left=ours.get(path), right=theirs.get(path))
            for path in _in_order([*ours, *theirs])
        ],
        divergence=_first_difference(left, right),
    )


def _totals(root: PathNode) -> dict[str, RequestTotals]:
    found: dict[str, RequestTotals] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        found[node.path] = node.totals
        waiting.extend(node.children[::-1])
    return found


def _in_order(paths: Iterable[str]) -> list[str]:
    """Return distinct paths, each after the one above it; siblings in the order they come."""
    first_seen = {path: index for index, path in reversed(list(enumerate(paths)))}
    return sorted(first_seen, key=lambda path: _ancestry(path, first_seen))


def _ancestry(path: str, first_seen: dict[str, int]) -> list[int]:
    pieces = path.strip("/").split("/") if path != "/" else []
    above = ["/" + "/".join(pieces[: depth + 1]) for depth in range(len(pieces))]
    return [first_seen[folder] for folder in above]


def _first_difference(left: Sequence[LlmRequest], right: Sequence[LlmRequest]) -> Divergence | None:
    for position, (one, other) in enumerate(zip_longest(map(_step, left), map(_step, right))):
        if one != other:
            return Divergence(position=position, left=one, right=other)
    return None


def _step(request: LlmRequest) -> Step:
    return Step(
        path=request.path,
        operation=request.operation,
        model=request.request_model or request.response_model or "",
        failed=request.failed,
    )
