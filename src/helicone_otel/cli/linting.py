"""Hold the sessions of a file against the best practices, also while a server writes to it."""

from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..api.lint import FindingBody, Lint, lint_body
from ..errors import NotFound
from ..lint_query import LintQueries
from ..session_reference import clean_text
from ..store import SpanStore
from .telling import counted

_MAX_SHOWN_BYTES = 512


def lint_file(database: Path, session_id: str | None, *, limit: int) -> Lint:
    """Return the findings of one session, or of the latest, in the API's shape.

    Raises:
        NotFound: there is none of that id.
        StoreUnusable: there is no file, or it is not ours.
    """
    with closing(SpanStore.open_read_only(database)) as store:
        queries = LintQueries(store)
        if session_id is None:
            return lint_body(queries.lint_latest(limit=limit))
        try:
            return lint_body([queries.lint(session_id)])
        except NotFound as error:
            raise NotFound(
                f"{error} `helicone-otel sessions` lists those of {database}."
            ) from error


def print_lint(out: Console, lint: Lint) -> None:
    """Print each session with its findings, and how many there were."""
    for session in lint.sessions:
        name = _clean(session.name) or "(no name)"
        out.print(Text.assemble((name, "bold"), "  ", _clean(session.session_id)), soft_wrap=True)
        for finding in session.findings:
            _print_finding(out, finding)
        out.print()
    looked_at = counted(lint.checked, "session")
    if lint.sessions:
        out.print(f"{len(lint.sessions):,} of {looked_at} could be better.", soft_wrap=True)
    else:
        out.print(f"{looked_at} looked at, nothing to change.", soft_wrap=True)


def _print_finding(out: Console, finding: FindingBody) -> None:
    shown = ", ".join(map(_clean, finding.examples))
    more = f" and {finding.count - len(finding.examples):,} more" * (
        finding.count > len(finding.examples)
    )
    out.print(Text(f"  {finding.rule}: {finding.message}"), soft_wrap=True)
    out.print(Text(f"    {shown}{more}", style="dim"), soft_wrap=True)
    out.print(Text(f"    Fix: {finding.fix}"), soft_wrap=True)


def _clean(text: str) -> str:
    return clean_text(text, max_bytes=_MAX_SHOWN_BYTES)
