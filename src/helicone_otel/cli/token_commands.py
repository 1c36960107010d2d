"""`helicone-otel token`: make, list and revoke tokens; a running server follows at once."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from ..access import Scope, Token, TokenFile
from .options import Database, Json, errors_told

app = typer.Typer(
    help="Make, list and revoke tokens. Once there is one, the server lets nobody in without.",
    no_args_is_help=True,
)


@app.command()
def create(
    database: Database,
    name: Annotated[str, typer.Option(help="What it is for, such as collector.")],
    scopes: Annotated[
        list[Scope],
        typer.Option(
            "--scope",
            help="What it is good for: sending telemetry (ingest), asking (read), changing what is "
            "stored (admin). Give it several times for several.",
        ),
    ],
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Make a token and print it. It is shown this once: only its hash is kept.

    helicone-otel token create --name collector --scope ingest
    """
    with errors_told():
        secret = TokenFile.beside(database).create(name, scopes)
    if as_json:
        document = {"name": name, "scopes": sorted(set(scopes)), "token": secret}
        sys.stdout.write(json.dumps(document) + "\n")
        return
    sys.stdout.write(secret + "\n")  # alone on the output, for $(...)
    _tell(
        f"Send it as `Authorization: Bearer ...`; exporters do with\n"
        f"OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20{secret}"
    )


@app.command("list")
def list_tokens(database: Database, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """List tokens by name; what they are is not known any more."""
    with errors_told():
        tokens = TokenFile.beside(database).read()
    if as_json:
        document = {"tokens": [_body(token) for token in tokens]}
        sys.stdout.write(json.dumps(document) + "\n")
    elif tokens:
        _print_table(tokens)
    else:
        sys.stdout.write("There are no tokens.\n")


@app.command()
def revoke(database: Database, name: Annotated[str, typer.Argument(help="As listed.")]) -> None:
    """Take a token away."""
    file = TokenFile.beside(database)
    with errors_told():
        file.revoke(name)
        left = file.read()
    if not left:
        _tell(
            f"That was the last one, so nobody gets in now. Make another, or delete {file.path} "
            "to let everybody on this machine in."
        )


def _body(token: Token) -> dict[str, object]:
    return {"name": token.name, "scopes": sorted(token.scopes), "created_at": token.created_at}


def _print_table(tokens: Sequence[Token]) -> None:
    width = max(len(token.name) for token in tokens)
    for token in tokens:
        scopes = ", ".join(sorted(token.scopes))
        sys.stdout.write(f"{token.name:{width}}  {token.created_at}  {scopes}\n")


def _tell(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)
