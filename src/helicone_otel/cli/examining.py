"""Tell the doctor's checks as they are made."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from ..doctor import Check, Outcome, ServerAddresses, examine
from ..session_reference import clean_text

_MARKS = {
    Outcome.OK: ("ok     ", "green"),
    Outcome.ADVICE: ("advice ", "yellow"),
    Outcome.PROBLEM: ("problem", "bold red"),
}
_MAX_SHOWN_BYTES = 1024


def told_checks(
    out: Console, server: ServerAddresses, environment: Mapping[str, str], *, as_json: bool
) -> Sequence[Check]:
    """Make all checks, print them, and return them."""
    # grpc writes to the terminal by itself; what matters of it comes back as an error.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    checks: list[Check] = []
    for check in examine(server, environment):
        checks.append(check)
        if not as_json:
            _print_check(out, check)
    if as_json:
        document = {"ok": not has_problem(checks), "checks": [asdict(check) for check in checks]}
        out.print(json.dumps(document), markup=False, soft_wrap=True)
    return checks


def has_problem(checks: Sequence[Check]) -> bool:
    return any(check.outcome is Outcome.PROBLEM for check in checks)


def _print_check(out: Console, check: Check) -> None:
    mark, style = _MARKS[check.outcome]
    said = _clean(f"{check.name}: {check.message}")
    out.print(Text.assemble((mark, style), "  ", said), soft_wrap=True)
    if check.fix:
        out.print(Text(f"         Do: {_clean(check.fix)}"), soft_wrap=True)


def _clean(text: str) -> str:
    return clean_text(text, max_bytes=_MAX_SHOWN_BYTES)
