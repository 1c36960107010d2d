"""How far a long command has come, for whoever watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextmanager
def progress_shown(doing: str, total: float | None) -> Iterator[Callable[[float], None]]:
    """Show a bar while the block runs, if a terminal is there; yield what moves it on.

    It goes to standard error, and nothing of it stays. *total* is `None` if it is not known.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task(doing, total=total)
        yield lambda steps: progress.advance(task, steps)
