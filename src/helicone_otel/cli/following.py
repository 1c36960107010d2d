"""Sessions as they begin and change."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.text import Text

from ..api.session_bodies import Session, session_body
from ..model import SessionChange
from ..query import SessionQueries
from ..session_reference import clean_text
from ..store import SpanStore
from .rendering import cost_text, duration_text, time_text

_POLL_SECONDS = 0.5
_PAGE = 100
_MAX_CELL_BYTES = 200


class Change(BaseModel):
    """One change, with what to give as `--after` to go on behind it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    change_id: int
    session_id: str
    session: Session | None
    """Null if it is gone."""


def changes_of(database: Path, *, after: int | None, count: int | None) -> Iterator[Change]:
    """Yield changes as they come, *count* of them or without end.

    Raises:
        StoreUnusable: there is no file, or it is not ours.
    """
    with closing(SpanStore.open_read_only(database)) as store:
        queries = SessionQueries(store)
        seen, left = queries.place_of_change(after), count
        while left is None or left > 0:
            page = _PAGE if left is None else min(_PAGE, left)
            changes = queries.list_changes(after=seen, limit=page)
            for change in changes:
                seen = change.change_id
                yield _body(change)
            if left is not None:
                left -= len(changes)
            if len(changes) < page:
                time.sleep(_POLL_SECONDS)


def print_change(out: Console, change: Change) -> None:
    session = change.session
    if session is None:
        gone = Text(f"{_cell(change.session_id)} is gone", style="dim")
        out.print(gone, soft_wrap=True)
        return
    told = (
        f"{time_text(session.ended_at)}  {_cell(session.name) or '(no name)'}  "
        f"{_cell(session.session_id)}  {session.requests} requests  "
        f"{cost_text(session.cost_usd)}  {session.total_tokens:,} tokens  "
        f"{duration_text(session.duration_ms)}  {session.status}"
    )
    out.print(Text(told, style="red" if session.failed_requests else ""), soft_wrap=True)


def _body(change: SessionChange) -> Change:
    summary = change.summary
    return Change(
        change_id=change.change_id,
        session_id=change.session_id,
        session=None if summary is None else session_body(summary),
    )


def _cell(text: str) -> str:
    return clean_text(text, max_bytes=_MAX_CELL_BYTES)
