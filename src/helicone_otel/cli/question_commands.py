"""Commands that ask the file; a server may write to it meanwhile."""

import sys
from typing import Annotated

import orjson
import typer

from .options import Database, Json, errors_told
from .telling import tell

app = typer.Typer()

_UNDECIDED = 2
_SessionId = Annotated[str, typer.Argument(help="A session's id, as `sessions` lists it.")]


@app.command()
def sessions(
    database: Database,
    name: Annotated[str | None, typer.Option(help="Exactly this session name.")] = None,
    user: Annotated[str | None, typer.Option(help="Some request is of this user.")] = None,
    path: Annotated[str | None, typer.Option(help="Some request is there or below.")] = None,
    model: Annotated[str | None, typer.Option(help="Some request was answered by it.")] = None,
    provider: Annotated[str | None, typer.Option(help="Some request went to it.")] = None,
    properties: Annotated[
        list[str] | None,
        typer.Option("--property", metavar="NAME=VALUE", help="Some request has it; repeatable."),
    ] = None,
    status: Annotated[str | None, typer.Option(help="`success` or `failed`.")] = None,
    search: Annotated[
        str | None, typer.Option(help="In ids and names, and words of messages.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="ISO 8601; sessions that end later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="ISO 8601; sessions that start earlier.")
    ] = None,
    min_cost: Annotated[float | None, typer.Option(help="USD.")] = None,
    max_cost: Annotated[float | None, typer.Option(help="USD.")] = None,
    min_duration_ms: Annotated[float | None, typer.Option()] = None,
    max_duration_ms: Annotated[float | None, typer.Option()] = None,
    min_latency_ms: Annotated[float | None, typer.Option()] = None,
    max_latency_ms: Annotated[float | None, typer.Option()] = None,
    min_requests: Annotated[float | None, typer.Option()] = None,
    max_requests: Annotated[float | None, typer.Option()] = None,
    min_tokens: Annotated[float | None, typer.Option()] = None,
    max_tokens: Annotated[float | None, typer.Option()] = None,
    min_errors: Annotated[float | None, typer.Option()] = None,
    max_errors: Annotated[float | None, typer.Option()] = None,
    sort: Annotated[
        str, typer.Option(help="started_at, cost, requests, errors, tokens, duration, active ...")
    ] = "started_at",
    ascending: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--ascending", help="The smallest first.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    cursor: Annotated[
        str | None, typer.Option(help="Go on behind a page: its `next_cursor` in JSON.")
    ] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """List sessions, the latest first."""
    from . import reading, rendering  # noqa: PLC0415 - loads the store

    options = {
        "name": name,
        "user": user,
        "path": path,
        "model": model,
        "provider": provider,
        "status": status,
        "search": search,
        "from": since,
        "to": until,
        "min_cost": min_cost,
        "max_cost": max_cost,
        "min_duration_ms": min_duration_ms,
        "max_duration_ms": max_duration_ms,
        "min_latency_ms": min_latency_ms,
        "max_latency_ms": max_latency_ms,
        "min_requests": min_requests,
        "max_requests": max_requests,
        "min_tokens": min_tokens,
        "max_tokens": max_tokens,
        "min_errors": min_errors,
        "max_errors": max_errors,
        "sort": sort,
        "order": "asc" if ascending else "desc",
        "limit": limit,
        "cursor": cursor,
    }
    with errors_told():
        question = reading.list_question(options, properties or ())
        page = reading.read_sessions(database, question)
    if as_json:
        _print_json(page.model_dump_json())
    else:
        rendering.print_sessions(rendering.console(), page)


@app.command()
def show(
    session_id: _SessionId,
    database: Database,
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Show one session: its numbers, and its LLM requests as a tree by path."""
    from . import reading, rendering  # noqa: PLC0415 - loads the store

    with errors_told():
        whole = reading.read_session(database, session_id)
    if as_json:
        _print_json(orjson.dumps(whole).decode())
    else:
        rendering.print_session(rendering.console(), whole)


@app.command()
def tail(
    database: Database,
    after: Annotated[
        int | None, typer.Option(help="Go on behind this change; default: from now on.")
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="Stop after so many changes.")] = None,
    as_json: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--json", help="Print a line of JSON for each.")
    ] = False,
) -> None:
    """Follow sessions as they begin and change, until stopped."""
    from . import following, rendering  # noqa: PLC0415 - loads the store

    out = rendering.console()
    with errors_told():
        try:
            for change in following.changes_of(database, after=after, count=count):
                if as_json:
                    _print_json(change.model_dump_json())
                else:
                    following.print_change(out, change)
        except KeyboardInterrupt:
            raise typer.Exit(0) from None


@app.command()
def diff(
    left: Annotated[str, typer.Argument(help="A session's id.")],
    right: Annotated[str, typer.Argument(help="Another's.")],
    database: Database,
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Compare two sessions path by path: cost, tokens, time, errors, and where they part."""
    from . import comparing, rendering  # noqa: PLC0415 - loads the store

    with errors_told():
        comparison = comparing.read_comparison(database, left, right)
    if as_json:
        _print_json(comparison.model_dump_json())
    else:
        comparing.print_comparison(rendering.console(), comparison)


@app.command("assert")
def assert_claim(
    claim: Annotated[str, typer.Argument(help="Such as 'cost < 0.5 and errors == 0'.")],
    session_id: Annotated[str, typer.Option("--session", help="The session's id.")],
    database: Database,
    as_json: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--json", help="Print what was found as JSON.")
    ] = False,
) -> None:
    """Hold a claim against a session's numbers, for CI: exit 0 if true, 1 if not, 2 on an error.

    Numbers: cost, requests, errors, unpriced, tokens, prompt_tokens, completion_tokens,
    duration_ms, active_ms, latency_ms, spans, traces, missing_parents; texts: status, state, name.
    """
    from . import claiming  # noqa: PLC0415 - loads the store

    with errors_told(exit_code=_UNDECIDED):
        verdict = claiming.read_verdict(database, session_id, claim)
    if as_json:
        _print_json(verdict.model_dump_json())
    else:
        tell(claiming.told(verdict))
    raise typer.Exit(0 if verdict.holds else 1)


def _print_json(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
