"""Commands that find out what is wrong, in a session or on the way to one."""

import os
import sys
from typing import Annotated
from urllib.parse import urlsplit

import typer

from ..errors import ConfigurationError
from ..model import Asked
from .options import Database, Json, errors_told

app = typer.Typer()


@app.command()
def lint(
    database: Database,
    session_id: Annotated[
        str | None,
        typer.Argument(metavar="[SESSION]", help="A session's id; without, the latest sessions."),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="Of the latest sessions at most so many.")
    ] = 100,
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Hold sessions against Helicone's best practices: what to change, and why.

    Exits with 1 if there is something to change.
    """
    from . import linting, rendering  # noqa: PLC0415 - loads the store

    with errors_told():
        result = linting.lint_file(database, session_id, limit=limit)
    if as_json:
        sys.stdout.write(result.model_dump_json() + "\n")
    else:
        linting.print_lint(rendering.console(), result)
    if result.sessions:
        raise typer.Exit(1)


@app.command()
def explain(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="SESSION|TRACE|SPAN",
            help="An id; of a span that several traces have, TRACE/SPAN.",
        ),
    ],
    database: Database,
    kind: Annotated[
        Asked | None,
        typer.Option("--as", help="What the id is of, where it could be of several."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many spans.")] = 100,
    cursor: Annotated[
        str | None, typer.Option(help="Go on where an answer before has ended.")
    ] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Say where a session's id and numbers come from: what was counted, what was not, and why.

    Each counted call is followed by the spans that tell of the same one.
    """
    from . import explaining, rendering  # noqa: PLC0415 - loads the store

    with errors_told():
        told = explaining.explain_file(database, asked, kind, cursor=cursor, limit=limit)
    if as_json:
        sys.stdout.write(told.model_dump_json() + "\n")
    else:
        explaining.print_explanation(rendering.console(), told)


@app.command()
def doctor(
    url: Annotated[
        str, typer.Option(envvar="HELICONE_OTEL_URL", help="Where the server's HTTP port is.")
    ] = "http://127.0.0.1:4318",
    grpc_address: Annotated[
        str, typer.Option(envvar="HELICONE_OTEL_GRPC_ADDRESS", help="Where its gRPC port is.")
    ] = "127.0.0.1:4317",
    token: Annotated[
        str | None,
        typer.Option(
            envvar="HELICONE_OTEL_TOKEN",
            help="A token that is good for sending and asking, if the server needs one.",
            show_envvar=True,
        ),
    ] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Find out why sessions do not show: send a span over each wire and read it back.

    Also looks at the OTEL_* variables of this shell, and at what has arrived lately. Exits with 1
    if something is wrong.
    """
    from ..doctor import ServerAddresses  # noqa: PLC0415 - loads gRPC
    from . import examining, rendering  # noqa: PLC0415

    with errors_told():
        server = ServerAddresses(
            http_url=_checked_url(url),
            grpc_address=grpc_address.removeprefix("http://"),
            token=token,
        )
        checks = examining.told_checks(rendering.console(), server, os.environ, as_json=as_json)
    if examining.has_problem(checks):
        raise typer.Exit(1)


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that are none
        is_good = False
    if not is_good:
        raise ConfigurationError(f"--url is {url!r}, expected such as http://127.0.0.1:4318")
    return f"{parts.scheme}://{parts.netloc}"
