"""Sessions as tables and trees for a terminal; plain and wide when piped."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..api.session_bodies import Folder, Session, SessionList, SessionRequest, SessionWhole
from ..session_reference.text import clean_text
from .telling import counted

_PIPED_WIDTH = 2000
_GAP = 3
"""Between two columns: a space of padding on both sides of a space."""
_MAX_CELL_BYTES = 2048
_SECOND_MS, _MINUTE_MS = 1000, 60_000
_NUMBERS = frozenset({"requests", "cost", "tokens", "duration", "latency"})

Cells = Mapping[str, str | Text]


def console() -> Console:
    """Return the console for results; a pipe gets long lines, so that nothing is cut."""
    return Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH, highlight=False)


def print_sessions(out: Console, page: SessionList) -> None:
    if not page.sessions:
        out.print("There are no sessions yet.")
        return
    rows = [
        {
            "session": _text(session.session_id),
            "name": _text(session.name),
            "started (UTC)": time_text(session.started_at),
            **_sums(session),
        }
        for session in page.sessions
    ]
    _print_table(out, rows, _LIST)


def print_session(out: Console, whole: SessionWhole) -> None:
    """Print a session's numbers, then its LLM requests in the folders of their paths."""
    session = whole.session
    out.print()
    name, session_id = _clean(session.name) or "(no name)", _clean(session.session_id)
    out.print(Text.assemble((name, "bold"), "  ", session_id), soft_wrap=True)
    out.print(_headline(session), style="dim", soft_wrap=True)
    shared = _shared_properties(whole.requests)
    if whose := _whose(whole.requests, shared):
        out.print(Text(whose, style="dim"), soft_wrap=True)
    rows = [
        _folder_cells(prefix, node)
        if isinstance(node, Folder)
        else _request_cells(prefix, whole.requests[node], shared)
        for prefix, node in _walk(whole.tree)
    ]
    _print_table(out, rows, _TREE)
    if whole.is_cut:
        out.print("There is more than fits here; the API's /requests and /spans tell all.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How a table fits its terminal."""

    wide_from: int
    """The width from which every column has room."""
    narrow: Sequence[str]
    """The columns shown where it has not."""
    elastic: str
    """The column that is cut if even these do not fit."""


_LIST = _Layout(wide_from=150, narrow=("session", "name", "cost", "status"), elastic="name")
_TREE = _Layout(
    wide_from=118, narrow=("path", "requests", "cost", "duration", "status"), elastic="path"
)


def _print_table(out: Console, rows: Sequence[Cells], layout: _Layout) -> None:
    shown = list(rows[0]) if out.width >= layout.wide_from else layout.narrow
    widths = {name: max(_width(name), *(_width(row[name]) for row in rows)) for name in shown}
    excess = sum(widths.values()) + _GAP * (len(shown) - 1) - out.width
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in shown:
        width = widths[name] - (max(excess, 0) if name == layout.elastic else 0)
        justify: Literal["left", "right"] = "right" if name in _NUMBERS else "left"
        table.add_column(
            name, justify=justify, no_wrap=True, overflow="ellipsis", width=max(width, 1)
        )
    for row in rows:
        table.add_row(*(row[name] for name in shown))
    out.print(table)


def _width(cell: str | Text) -> int:
    return cell_len(cell.plain if isinstance(cell, Text) else cell)


def _headline(session: Session) -> Text:
    priced = f", {session.unpriced_requests} without a price" if session.unpriced_requests else ""
    return Text(
        f"{time_text(session.started_at)} UTC, {counted(session.requests, 'LLM request')}{priced}, "
        f"{counted(session.spans, 'span')} in {counted(len(session.trace_ids), 'trace')}, "
        f"trace {session.trace_id}"
    )


def _shared_properties(requests: Sequence[SessionRequest]) -> dict[str, str]:
    """Return what every request has, to be said once."""
    first = requests[0].properties if requests else {}
    return {
        name: value
        for name, value in first.items()
        if all(request.properties.get(name) == value for request in requests)
    }


def _whose(requests: Sequence[SessionRequest], shared: Mapping[str, str]) -> str:
    users = sorted({request.user_id for request in requests if request.user_id})
    said = [f"user {user}" for user in users] + _pairs(shared)
    return _clean(", ".join(said))


def _pairs(properties: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in properties.items()]


def _walk(root: Folder) -> Iterator[tuple[str, Folder | int]]:
    """Yield folders and positions of requests with the lines that hang them on the tree."""
    yield "", root
    stack = _hang(root, "")
    while stack:
        prefix, indent, node = stack.pop()
        yield prefix, node
        if isinstance(node, Folder):
            stack.extend(_hang(node, indent))


def _hang(folder: Folder, indent: str) -> list[tuple[str, str, Folder | int]]:
    """Return what hangs below *folder*, last first: (its prefix, the indent below it, itself)."""
    below: list[Folder | int] = [*folder.own_requests, *folder.children]
    last = len(below) - 1
    hung = [
        (indent + ("└─ " if i == last else "├─ "), indent + ("   " if i == last else "│  "), node)
        for i, node in enumerate(below)
    ]
    return hung[::-1]


def _folder_cells(prefix: str, folder: Folder) -> Cells:
    return {"path": Text.assemble(prefix, (folder.segment or "/", "bold")), **_sums(folder)}


def _request_cells(prefix: str, request: SessionRequest, shared: Mapping[str, str]) -> Cells:
    own = {name: v for name, v in request.properties.items() if shared.get(name) != v}
    details = [_clean(text) for text in (request.model or "unknown model", *_pairs(own))]
    style = "red" if request.failed else "cyan"
    latency = duration_text(request.latency_ms)
    return {
        "path": Text.assemble(prefix, ("● " + "  ".join(details), style)),
        "requests": "",
        "cost": cost_text(request.cost_usd),
        "tokens": "-" if request.total_tokens is None else f"{request.total_tokens:,}",
        "duration": latency,
        "latency": latency,
        "status": _status(str(request.status), failed=request.failed),
    }


def _sums(of: Session | Folder) -> Cells:
    failed = of.failed_requests
    return {
        "requests": str(of.requests),
        "cost": cost_text(of.cost_usd),
        "tokens": f"{of.total_tokens:,}",
        "duration": duration_text(of.duration_ms),
        "latency": duration_text(of.average_latency_ms),
        "status": _status(f"{failed} failed" if failed else "success", failed=failed > 0),
    }


def _status(text: str, *, failed: bool) -> Text:
    return Text(text, style="red" if failed else "green")


def cost_text(cost_usd: float | None) -> str:
    return "no price" if cost_usd is None else f"${cost_usd:.6f}"


def duration_text(milliseconds: float) -> str:
    if milliseconds < _SECOND_MS:
        return f"{milliseconds:.0f} ms"
    if milliseconds < _MINUTE_MS:
        return f"{milliseconds / _SECOND_MS:.2f} s"
    minutes, rest = divmod(milliseconds, _MINUTE_MS)
    return f"{minutes:.0f} min {rest / _SECOND_MS:.0f} s"


def time_text(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M:%S}"


def _text(value: str) -> Text:
    return Text(_clean(value))


def _clean(value: str) -> str:
    # Values come from strangers: no escape sequence may reach the terminal.
    return clean_text(value, max_bytes=_MAX_CELL_BYTES)
