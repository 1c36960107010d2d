"""The commands and their options; every option can be set in the environment too."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ..errors import ConfigurationError
from ..settings import MIB, ImplicitSessions, Settings, StoreSettings, Synchronous
from .diagnosis_commands import app as diagnosis_app
from .maintenance_commands import app as maintenance_app
from .options import Database, Implicit, KeepDays, MaxBytes, errors_told
from .question_commands import app as question_app
from .sizes import parse_size
from .token_commands import app as token_app

app = typer.Typer(
    name="helicone-otel",
    help="OpenTelemetry traces in, Helicone Sessions out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(question_app)
app.add_typer(token_app, name="token")
app.add_typer(maintenance_app)
app.add_typer(diagnosis_app)


@app.command()
def serve(
    database: Database,
    host: Annotated[
        str,
        typer.Option(
            envvar="HELICONE_OTEL_HOST",
            help="Address to listen on. `localhost` is 127.0.0.1 and ::1; another than loopback "
            "needs tokens.",
        ),
    ] = "localhost",
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
    implicit_sessions: Implicit = ImplicitSessions.LLM,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="HELICONE_OTEL_TOKEN",
            help="A token good for everything, at least 22 characters; better set in the "
            "environment. `helicone-otel token` makes others, good for less.",
            show_envvar=True,
        ),
    ] = None,
    allowed_hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            envvar="HELICONE_OTEL_ALLOW_HOST",
            metavar="NAME",
            help="A name by which clients reach this server, besides localhost and --host.",
        ),
    ] = None,
    allowed_origins: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-origin",
            envvar="HELICONE_OTEL_ALLOW_ORIGIN",
            metavar="ORIGIN",
            help="A web page's origin, such as https://app.example.com, that may send telemetry.",
        ),
    ] = None,
    insecure_no_auth: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option(
            "--insecure-no-auth",
            envvar="HELICONE_OTEL_INSECURE_NO_AUTH",
            help="Let other machines in without a token, on a network that you trust.",
        ),
    ] = False,
    workers: Annotated[
        int,
        typer.Option(
            envvar="HELICONE_OTEL_WORKERS",
            min=0,
            max=16,
            show_default="one less than processors, at most 4",
            help="Processes to read large requests in, each started when it is first needed.",
        ),
    ] = max(0, min((os.cpu_count() or 1) - 1, 4)),
    synchronous: Annotated[
        Synchronous,
        typer.Option(
            envvar="HELICONE_OTEL_SYNCHRONOUS",
            help="What acknowledged spans survive: a loss of power (full), or only a crash of the "
            "program (normal, which is faster).",
        ),
    ] = Synchronous.FULL,
    min_free: Annotated[
        int,
        typer.Option(
            envvar="HELICONE_OTEL_MIN_FREE",
            parser=parse_size,
            metavar="SIZE",
            show_default="200MiB",
            help="Refuse spans while the disk has less room than this.",
        ),
    ] = 200 * MIB,
    keep_days: KeepDays = None,
    max_bytes: MaxBytes = None,
) -> None:
    """Receive spans over OTLP and answer questions about sessions, until stopped.

    Point any OpenTelemetry SDK or Collector at it:
    OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318

    SIGTERM and Ctrl-C stop it when it has answered what came.
    SIGUSR2 then starts it anew and keeps its ports open: who connects waits.
    """
    from .serving import serve_until_stopped  # noqa: PLC0415 - loads the server

    settings = Settings(
        host=host,
        port=port,
        grpc_port=grpc_port,
        database=database,
        implicit_sessions=implicit_sessions,
        workers=workers,
        token=token,
        allowed_hosts=allowed_hosts or (),
        allowed_origins=allowed_origins or (),
        insecure_no_auth=insecure_no_auth,
        store=StoreSettings(
            synchronous=synchronous,
            min_free_bytes=min_free,
            keep_days=keep_days,
            max_file_bytes=max_bytes,
        ),
    )
    with errors_told():
        serve_until_stopped(settings)


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
    with errors_told():
        try:
            from .demo import run_demo  # noqa: PLC0415 - needs the [demo] extra
            from .rendering import console  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"The demo needs the package {error.name!r}: pip install 'helicone-otel[demo]'"
            ) from error
        run_demo(console(), database, port=port, grpc_port=grpc_port, keep_running=keep)
