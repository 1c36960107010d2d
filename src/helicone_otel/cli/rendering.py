"""Sessions as tables and trees for a terminal; plain and wide when piped."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..api.session_bodies import Folder, Session, SessionList, SessionRequest, SessionWhole
from ..session_reference.text import clean_text

_PIPED_WIDTH = 200
_MAX_CELL_BYTES = 2048
_SECOND_MS, _MINUTE_MS = 1000, 60_000


def console() -> Console:
    """Return the console for results; a pipe gets long lines, so that nothing is cut."""
    return Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH, highlight=False)


def print_sessions(out: Console, page: SessionList) -> None:
    if not page.sessions:
        out.print("There are no sessions yet.")
        return
    table = _table("session", "name", "started (UTC)")
    _add_number_columns(table)
    for session in page.sessions:
        table.add_row(
            Text(session.session_id, no_wrap=True),
            _text(session.name),
            time_text(session.started_at),
            *_numbers(session),
        )
    out.print(table)


def print_session(out: Console, whole: SessionWhole) -> None:
    """Print a session's numbers, then its LLM requests in the folders of their paths."""
    session = whole.session
    out.print()
    out.print(Text.assemble((session.name or "(no name)", "bold"), "  ", session.session_id))
    out.print(_headline(session), style="dim")
    shared = _shared_properties(whole.requests)
    if whose := _whose(whole.requests, shared):
        out.print(Text(whose, style="dim"))
    table = _table("path")
    _add_number_columns(table)
    requests = {request.request_id: request for request in whole.requests}
    for prefix, node in _walk(whole.tree):
        if isinstance(node, Folder):
            table.add_row(Text.assemble(prefix, (node.segment or "/", "bold")), *_numbers(node))
        else:
            request = requests[node]
            table.add_row(
                Text.assemble(prefix, _request_label(request, shared)), *_request_cells(request)
            )
    out.print(table)


def _headline(session: Session) -> Text:
    priced = f", {session.unpriced_requests} without a price" if session.unpriced_requests else ""
    return Text(
        f"{time_text(session.started_at)} UTC, {session.requests} LLM requests{priced}, "
        f"{session.spans} spans in {len(session.trace_ids)} "
        f"{'trace' if len(session.trace_ids) == 1 else 'traces'}, trace {session.trace_id}"
    )


def _walk(root: Folder) -> Iterator[tuple[str, "Folder | str"]]:
    """Yield folders and request ids with the lines that hang them on the tree."""
    yield "", root
    stack = _hang(root, "")
    while stack:
        prefix, indent, node = stack.pop()
        yield prefix, node
        if isinstance(node, Folder):
            stack.extend(_hang(node, indent))


def _hang(folder: Folder, indent: str) -> list[tuple[str, str, "Folder | str"]]:
    """Return what hangs below *folder*, last first: (its prefix, the indent below it, itself)."""
    below: list[Folder | str] = [*folder.request_ids, *folder.children]
    last = len(below) - 1
    hung = [
        (indent + ("└─ " if i == last else "├─ "), indent + ("   " if i == last else "│  "), node)
        for i, node in enumerate(below)
    ]
    return hung[::-1]


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _add_number_columns(table: Table) -> None:
    for column in ("requests", "cost", "tokens", "duration", "latency"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)


def _numbers(of: Session | Folder) -> list[str | Text]:
    status = _status(f"{of.failed_requests} failed" if of.failed_requests else "success")
    return [
        str(of.requests),
        cost_text(of.cost_usd),
        f"{of.total_tokens:,}",
        duration_text(of.duration_ms),
        duration_text(of.average_latency_ms),
        status,
    ]


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


def _request_label(request: SessionRequest, shared: Mapping[str, str]) -> Text:
    own = {name: v for name, v in request.properties.items() if shared.get(name) != v}
    details = [_clean(text) for text in (request.model or "unknown model", *_pairs(own))]
    return Text("● " + "  ".join(details), style="red" if request.failed else "cyan")


def _request_cells(request: SessionRequest) -> list[str | Text]:
    latency = duration_text(request.latency_ms)
    return [
        "",
        cost_text(request.cost_usd),
        "-" if request.total_tokens is None else f"{request.total_tokens:,}",
        latency,
        latency,
        _status(str(request.status), failed=request.failed),
    ]


def _status(text: str, *, failed: bool | None = None) -> Text:
    is_failure = text.endswith("failed") if failed is None else failed
    return Text(text, style="red" if is_failure else "green")


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
