"""Commands that a file needs now and then. A server may run on it meanwhile."""

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..errors import ConfigurationError
from ..model import Encoding, Signal
from ..settings import ImplicitSessions
from .options import Database, Implicit, KeepDays, MaxBytes, errors_told
from .telling import tell

app = typer.Typer()


class FileFormat(StrEnum):
    """How requests stand in a file."""

    JSONL = "jsonl"
    PROTOBUF = "protobuf"

    @property
    def encoding(self) -> Encoding:
        return Encoding.JSON if self is FileFormat.JSONL else Encoding.PROTOBUF


class ReceivedSignal(StrEnum):
    """What can be exported of what was received."""

    TRACES = Signal.TRACES.value
    LOGS = Signal.LOGS.value

    @property
    def as_signal(self) -> Signal:
        return Signal(self.value)


@app.command("export")
def export_spans(
    database: Database,
    session_id: Annotated[
        str | None, typer.Option("--session", help="Only what belongs to this session.")
    ] = None,
    signal: Annotated[
        ReceivedSignal | None,
        typer.Option(
            help="Only spans (traces) or only log records (logs).",
            show_default="both, each in requests of its own",
        ),
    ] = None,
    file_format: Annotated[
        FileFormat,
        typer.Option(
            "--format",
            help="A line of OTLP/JSON for each request, or its protobuf with the length before it.",
        ),
    ] = FileFormat.JSONL,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; - is standard output.")
    ] = Path("-"),
    implicit: Implicit = ImplicitSessions.LLM,
) -> None:
    """Write all spans and log records as they came, as the Collector's file exporter would.

    `helicone-otel import` makes the same file of it again.
    """
    from .exporting import Wanted, export_file  # noqa: PLC0415 - loads the store

    signals = (Signal.TRACES, Signal.LOGS) if signal is None else (signal.as_signal,)
    wanted = Wanted(
        encoding=file_format.encoding, signals=signals, session_id=session_id, implicit=implicit
    )
    with errors_told():
        export_file(database, output, wanted)


@app.command("import")
def import_spans(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|-", help="What `export` or the Collector's file exporter wrote."
        ),
    ],
    database: Database,
    implicit: Implicit = ImplicitSessions.LLM,
) -> None:
    """Store the spans and log records of a file; those that are there already change nothing."""
    from .importing import import_file  # noqa: PLC0415 - loads the store

    with errors_told():
        is_whole = import_file(database, source, implicit)
    if not is_whole:
        raise typer.Exit(1)


@app.command()
def rebuild(database: Database, implicit: Implicit = ImplicitSessions.LLM) -> None:
    """Work sessions, costs and all else out again from spans and log records as received.

    For a new version that knows more, or another --implicit-sessions.
    """
    from .maintenance import rebuild_file  # noqa: PLC0415 - loads the store

    with errors_told():
        rebuild_file(database, implicit)


@app.command()
def reprice(
    database: Database,
    session_id: Annotated[
        str | None, typer.Option("--session", help="Only the traces of this session.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="Only traces with a request that started since, in UTC.",
        ),
    ] = None,
    dry_run: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--dry-run", help="Only say what would change.")
    ] = False,
    as_json: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--json", help="Print JSON instead of text.")
    ] = False,
    implicit: Implicit = ImplicitSessions.LLM,
) -> None:
    """Work out again what calls cost, with the prices of the genai-prices installed now.

    Costs that emitters have reported stay. Get new prices with
    `pip install --upgrade genai-prices`, restart the server, then reprice what it has.
    """
    from . import repricing  # noqa: PLC0415 - loads the store

    with errors_told():
        repriced = repricing.reprice_file(
            database, implicit, session_id=session_id, since=since, dry_run=dry_run
        )
    if as_json:
        sys.stdout.write(repriced.model_dump_json() + "\n")
    else:
        for line in repricing.told(repriced):
            tell(line)


@app.command()
def prune(
    database: Database,
    keep_days: KeepDays = None,
    max_bytes: MaxBytes = None,
    dry_run: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
) -> None:
    """Remove old sessions whole, and make the file smaller.

    `serve` does it by itself if it is given the same options.
    """
    from .maintenance import prune_file  # noqa: PLC0415 - loads the store

    with errors_told():
        if keep_days is None and max_bytes is None:
            raise ConfigurationError("Say what to keep: --keep-days 30, --max-bytes 5GB, or both.")
        prune_file(database, keep_days=keep_days, max_bytes=max_bytes, dry_run=dry_run)


@app.command()
def delete(
    session_id: Annotated[str, typer.Argument(help="A session's id, as `sessions` lists it.")],
    database: Database,
    implicit: Implicit = ImplicitSessions.LLM,
) -> None:
    """Delete one session with all of its spans and log records; other sessions keep theirs."""
    from .maintenance import delete_one_session  # noqa: PLC0415 - loads the store

    with errors_told():
        delete_one_session(database, session_id, implicit)


@app.command()
def salvage(database: Database, implicit: Implicit = ImplicitSessions.LLM) -> None:
    """Make a new file of what can be read of a damaged one, which is kept aside.

    Stop the server before.
    """
    from .maintenance import salvage_file  # noqa: PLC0415 - loads the store

    with errors_told():
        salvage_file(database, implicit)
