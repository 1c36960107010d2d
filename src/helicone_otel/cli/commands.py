"""The commands and their options; every option can be set in the environment too."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import platformdirs
import typer
from rich.console import Console

from ..errors import ConfigurationError, HeliconeOtelError
from ..settings import ImplicitSessions, Settings

app = typer.Typer(
    name="helicone-otel",
    help="OpenTelemetry traces in, Helicone Sessions out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _default_database() -> Path:
    return platformdirs.user_data_path("helicone-otel") / "sessions.db"


_Database = Annotated[
    Path,
    typer.Option(
        "--db",
        default_factory=_default_database,
        envvar="HELICONE_OTEL_DB",
        help="The SQLite file with all spans and sessions.",
        show_default="in your user data folder",
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command()
def serve(
    database: _Database,
    host: Annotated[
        str,
        typer.Option(envvar="HELICONE_OTEL_HOST", help="Address to listen on; loopback only."),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            envvar="HELICONE_OTEL_PORT",
            min=0,
            max=65535,
            help="Port of OTLP/HTTP and the APIs; 0 picks a free one.",
        ),
    ] = 4318,
    grpc_port: Annotated[
        int,
        typer.Option(
            envvar="HELICONE_OTEL_GRPC_PORT",
            min=0,
            max=65535,
            help="Port of OTLP/gRPC; 0 picks a free one.",
        ),
    ] = 4317,
    implicit_sessions: Annotated[
        ImplicitSessions,
        typer.Option(
            envvar="HELICONE_OTEL_IMPLICIT_SESSIONS",
            help="Which traces that name no session become one: those with an LLM request, "
            "all, or none.",
        ),
    ] = ImplicitSessions.LLM,
) -> None:
    """Receive spans over OTLP and answer questions about sessions, until stopped.

    Point any OpenTelemetry SDK or Collector at it:
    OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
    """
    from .serving import serve_until_stopped  # noqa: PLC0415 - loads the server

    settings = Settings(
        host=host,
        port=port,
        grpc_port=grpc_port,
        database=database,
        implicit_sessions=implicit_sessions,
    )
    with _errors_told():
        serve_until_stopped(settings)


@app.command()
def sessions(
    database: _Database,
    name: Annotated[str | None, typer.Option(help="Only sessions of exactly this name.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: _Json = False,  # noqa: FBT002 - a flag
) -> None:
    """List sessions, the latest first."""
    from . import reading, rendering  # noqa: PLC0415 - loads the store

    with _errors_told():
        page = reading.read_sessions(database, name=name, limit=limit)
    if as_json:
        _print_json(page.model_dump_json())
    else:
        rendering.print_sessions(rendering.console(), page)


@app.command()
def show(
    session_id: Annotated[str, typer.Argument(help="A session's id, as `sessions` lists it.")],
    database: _Database,
    as_json: _Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Show one session: its numbers, and its LLM requests as a tree by path."""
    from . import reading, rendering  # noqa: PLC0415 - loads the store

    with _errors_told():
        whole = reading.read_session(database, session_id)
    if as_json:
        _print_json(whole.model_dump_json())
    else:
        rendering.print_session(rendering.console(), whole)


@app.command()
def demo(
    database: Annotated[
        Path, typer.Option("--db", help="The SQLite file to fill; it is kept.")
    ] = Path(".demo/sessions.db"),
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The server's HTTP port; 0 picks a free one.")
    ] = 0,
    grpc_port: Annotated[
        int, typer.Option(min=0, max=65535, help="The server's gRPC port; 0 picks a free one.")
    ] = 0,
    keep: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--keep", help="Leave the server running at the end.")
    ] = False,
) -> None:
    """See it work in a few seconds: three agents, their headers, their sessions.

    Needs no account and no key: a stand-in answers for the LLM provider, unless OPENAI_API_KEY
    and OPENAI_BASE_URL name a real one.
    """
    with _errors_told():
        try:
            from .demo import run_demo  # noqa: PLC0415 - needs the [demo] extra
            from .rendering import console  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"The demo needs the package {error.name!r}: pip install 'helicone-otel[demo]'"
            ) from error
        run_demo(console(), database, port=port, grpc_port=grpc_port, keep_running=keep)


@contextmanager
def _errors_told() -> Iterator[None]:
    """Tell an expected error in one sentence instead of a traceback."""
    try:
        yield
    except HeliconeOtelError as error:
        told = Console(stderr=True, highlight=False, soft_wrap=True)
        told.print(f"helicone-otel: {error}", markup=False)
        raise typer.Exit(1) from error


def _print_json(text: str) -> None:
    sys.stdout.write(text + "\n")
