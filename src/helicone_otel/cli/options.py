"""Options that several commands have, and how their errors are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import platformdirs
import typer
from rich.console import Console

from ..errors import HeliconeOtelError
from ..settings import ImplicitSessions
from .sizes import parse_size


def _default_database() -> Path:
    return platformdirs.user_data_path("helicone-otel") / "sessions.db"


Database = Annotated[
    Path,
    typer.Option(
        "--db",
        default_factory=_default_database,
        envvar="HELICONE_OTEL_DB",
        help="The SQLite file with all spans and sessions.",
        show_default="in your user data folder",
    ),
]
Implicit = Annotated[
    ImplicitSessions,
    typer.Option(
        "--implicit-sessions",
        envvar="HELICONE_OTEL_IMPLICIT_SESSIONS",
        help="Which traces that name no session become one: those with an LLM request, all, or "
        "none.",
    ),
]
KeepDays = Annotated[
    float | None,
    typer.Option(
        envvar="HELICONE_OTEL_KEEP_DAYS",
        min=0,
        help="Remove sessions whose last span ended longer ago.",
    ),
]
MaxBytes = Annotated[
    int | None,
    typer.Option(
        envvar="HELICONE_OTEL_MAX_BYTES",
        parser=parse_size,
        metavar="SIZE",
        help="Remove the oldest sessions while the file is larger, but none that ended within the "
        "hour.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@contextmanager
def errors_told(exit_code: int = 1) -> Iterator[None]:
    """Tell an expected error in one sentence instead of a traceback, and exit."""
    try:
        yield
    except HeliconeOtelError as error:
        told = Console(stderr=True, highlight=False, soft_wrap=True)
        told.print(f"helicone-otel: {error}", markup=False)
        raise typer.Exit(exit_code) from error
