"""Run what a file needs now and then, and tell what came of it."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.filesize import decimal

from .. import maintenance
from ..errors import NotFound
from ..model import Signal
from ..settings import ImplicitSessions
from ..store import FileMaintenance, Limits, Prunable, maintaining
from .progress import progress_shown
from .telling import counted, counted_items, tell


def rebuild_file(database: Path, implicit: ImplicitSessions) -> None:
    traces, items, unread = 0, Counter[Signal](), Counter[Signal]()
    with maintaining(database) as file:
        total = file.parts.count_traces() + file.log_records.count()
        with progress_shown("Rebuilding", total) as advance:
            for page in maintenance.rebuild_log_records(file):
                items[Signal.LOGS] += page.records
                unread[Signal.LOGS] += page.unread
                advance(page.records)
            for trace in maintenance.rebuild(file, implicit):
                traces += 1
                items[Signal.TRACES] += trace.spans
                unread[Signal.TRACES] += trace.unread
                advance(1)
    tell(f"Rebuilt {counted_items(items, counted(traces, 'trace'))}.")
    if unread.total():
        tell(f"{counted_items(unread)} could not be read anew and stay as they were.")


def prune_file(
    database: Path, *, keep_days: float | None, max_bytes: int | None, dry_run: bool
) -> None:
    """Remove what is over the limits; with *dry_run* only say what that is."""
    limits = Limits(now_ns=time.time_ns(), keep_days=keep_days, max_bytes=max_bytes)
    with maintaining(database) as file:
        planned = file.prunable(limits)
        if dry_run:
            tell(f"Would remove {_sum_of(planned)} of {database}.")
            return
        file.note_arrivals(limits.now_ns)
        before = file.used_bytes()
        removed = _prune(file, limits, len(planned))
        file.shrink()
        after = file.used_bytes()
    sizes = f"{decimal(before)} before, {decimal(after)} now"
    tell(f"Removed {_sum_of(removed)} of {database}: {sizes}.")


def delete_one_session(database: Path, session_id: str, implicit: ImplicitSessions) -> None:
    with maintaining(database) as file:
        try:
            deleted = maintenance.delete_session(file, session_id, implicit)
        except NotFound as error:
            told = f"{error} `helicone-otel sessions` lists those of {database}."
            raise NotFound(told) from error
    items = {Signal.TRACES: deleted.spans, Signal.LOGS: deleted.log_records}
    tell(f"Deleted {counted_items(items)} of session {session_id}.")
    if deleted.shared_traces:
        shared = counted(deleted.shared_traces, "trace")
        tell(f"In {shared} the spans of other sessions stay.")


def salvage_file(database: Path, implicit: ImplicitSessions) -> None:
    """Put what can be read of *database* in its place; it is kept under another name."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    new = database.with_name(f"{database.name}.salvaged-{stamp}")
    aside = database.with_name(f"{database.name}.damaged-{stamp}")
    items = Counter[Signal]()
    with progress_shown("Salvaging", None) as advance:
        for signal, some in maintenance.salvage_into(new, database, implicit):
            items[signal] += some
            advance(some)
    maintenance.put_in_place(new, database, aside)
    tell(f"Salvaged {counted_items(items)} into {database}. The damaged file is {aside}.")


def _prune(file: FileMaintenance, limits: Limits, expected: int) -> list[Prunable]:
    removed = []
    with progress_shown("Pruning", expected) as advance:
        for group in file.prune(limits):
            removed.append(group)
            advance(1)
    return removed


def _sum_of(groups: Sequence[Prunable]) -> str:
    sessions = sum(len(group.session_ids) for group in groups)
    items = {
        Signal.TRACES: sum(group.spans for group in groups),
        Signal.LOGS: sum(group.log_records for group in groups),
    }
    return counted_items(items, counted(sessions, "session"))
