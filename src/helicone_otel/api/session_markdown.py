"""A session as compact Markdown: what a coding agent needs to see what happened."""

from collections.abc import Iterator

from ..session_reference import clean_text
from .session_bodies import Folder, Session, SessionRequest, SessionWhole

_MAX_CELL_BYTES = 200


def session_markdown(whole: SessionWhole) -> str:
    """Return Markdown; text from spans is on one line and cannot end a table's cell."""
    session = whole.session
    lines = [
        f"# Session {_cell(session.name or session.session_id)}",
        "",
        *_facts(session),
        "",
        "## Requests by path",
        "",
        "| path | model | status | started | ms | tokens | USD |",
        "|---|---|---|---|---:|---:|---:|",
        *_rows(whole.tree, whole.requests),
        *_rest(whole),
        *_failures(whole),
    ]
    return "\n".join(lines) + "\n"


def _facts(session: Session) -> Iterator[str]:
    yield f"- id: {_cell(session.session_id)}"
    yield f"- status: {session.status}, {session.failed_requests} failed; {session.state}"
    yield f"- time: {session.started_at} to {session.ended_at}"
    yield (
        f"- duration: {session.duration_ms:.0f} ms, active {session.active_ms:.0f} ms, "
        f"average latency {session.average_latency_ms:.0f} ms"
    )
    yield f"- LLM requests: {session.requests}; spans: {session.spans}"
    yield (
        f"- tokens: {session.prompt_tokens} prompt + {session.completion_tokens} completion "
        f"= {session.total_tokens}"
    )
    yield f"- cost: {_cost(session.cost_usd)}; {session.unpriced_requests} without a price"
    yield f"- traces: {', '.join(session.trace_ids)}"


def _rows(root: Folder, requests: list[SessionRequest]) -> Iterator[str]:
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        waiting.extend(folder.children[::-1])
        for position in folder.own_requests:
            request = requests[position]
            tokens = "" if request.total_tokens is None else str(request.total_tokens)
            cells = (
                _cell(folder.path),
                _cell(request.model or "unknown"),
                str(request.status),
                request.started_at,
                f"{request.latency_ms:.0f}",
                tokens,
                _cost(request.cost_usd),
            )
            yield f"| {' | '.join(cells)} |"


def _rest(whole: SessionWhole) -> Iterator[str]:
    if whole.is_cut:
        yield ""
        yield "There is more than is told here: `/requests` and `/spans` have all, page by page."


def _failures(whole: SessionWhole) -> Iterator[str]:
    failed = [call for call in whole.calls if call.failed]
    if failed:
        yield from ("", "## Failed spans", "")
    for call in failed:
        message = _cell(call.status_message) or "no message"
        yield f"- {_cell(call.path)} {_cell(call.name)}: {message}"


def _cost(cost_usd: float | None) -> str:
    return "no price" if cost_usd is None else f"{cost_usd:.6f}"


def _cell(text: str) -> str:
    return clean_text(text, max_bytes=_MAX_CELL_BYTES).replace("\\", "\\\\").replace("|", "\\|")
