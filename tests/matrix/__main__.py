"""Make the matrix: `make matrix`, or `make matrix ARGS='--newest'` with the newest versions."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from helicone_otel.demo.journal import JournalEntry
from helicone_otel.demo.provider import StandInProvider

from .calls import WAYS
from .environments import ENVIRONMENTS, REPOSITORY, Environment, python_of

CALLS = Path(__file__).with_name("calls.py")
README = REPOSITORY / "examples" / "README.md"
SETUPS = ("alone", "http spans", "after")
BEGIN, END = "<!-- matrix -->", "<!-- end of matrix -->"
TIMEOUT_SECONDS = 300
Results = dict[tuple[str, str, str], Mapping[str, object]]


def main() -> None:
    """Run every case, and write the table into the README."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--newest", action="store_true", help="use and commit the newest versions")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "build" / "matrix")
    parser.add_argument("--only", action="append", help="run these environments, write nothing")
    options = parser.parse_args()
    rows = []
    for environment in ENVIRONMENTS:
        if options.only and environment.name not in options.only:
            continue
        python = python_of(environment, options.folder, newest=options.newest)
        rows += list(_rows(environment, python))
    table = "\n".join([*_head(), *rows])
    print(table)  # noqa: T201 - the result
    if not options.only:
        _write(table)


def _rows(environment: Environment, python: Path) -> Iterator[str]:
    for case, package in environment.cases.items():
        version = f"{package} {_version(environment, package)}"
        for setup in SETUPS:
            if setup != "alone" and environment.name == "transports":
                continue  # the propagator knows one set-up
            with StandInProvider() as provider:
                results = _run(python, provider, case, setup)
                cells = [
                    _cell(results.get((case, setup, way)), provider, f"{case}/{setup}/{way}")
                    for way in WAYS
                ]
            yield f"| {case} | {version} | {setup} | {' | '.join(cells)} |"


def _run(python: Path, provider: StandInProvider, case: str, setup: str) -> Results:
    url = provider.base_url.removesuffix("/v1")
    ran = subprocess.run(
        [python, CALLS, url, case, setup],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    results: Results = {}
    for line in ran.stdout.splitlines():
        if line.startswith("{"):
            result = json.loads(line)
            results[result["case"], result["setup"], result["way"]] = result
    if not results or any("error" in result for result in results.values()):
        sys.stderr.write(f"{case}, {setup}:\n{ran.stderr[-3000:]}\n")
    return results


def _cell(result: Mapping[str, object] | None, provider: StandInProvider, session_id: str) -> str:
    """Say what arrived for one call, and which spans told of it."""
    if result is None:
        return "-"
    if "error" in result:
        return f"{result['error']}"
    arrived = [e for e in provider.journal if _is_right(e, session_id)]
    headers = "headers" if arrived else "**no headers**"
    told = " and ".join(whose for whose in ("ours", "theirs") if result[whose]) or "none"
    return f"{headers}; spans: {told}" + (" with usage" if result["with_usage"] else "")


def _is_right(entry: JournalEntry, session_id: str) -> bool:
    said = entry.headers
    return (
        said.get("helicone-session-id") == session_id
        and said.get("helicone-session-name") == "Matrix"
        and (said.get("helicone-session-path") or "").startswith("/call")
        and len(said.get("helicone-request-id", "")) == len("00000000-0000-4000-8000-000000000000")
    )


def _version(environment: Environment, package: str) -> str:
    """Return the committed version of *package*."""
    frozen = environment.constraints.read_text(encoding="utf-8").splitlines()
    pinned = (line.partition("==") for line in frozen)
    return next((v for name, _, v in pinned if _plain(name) == _plain(package)), "unknown")


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _head() -> list[str]:
    return [
        f"What arrived on {datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}:",
        "",
        f"| case | version | set-up | {' | '.join(WAYS)} |",
        "|---" * (3 + len(WAYS)) + "|",
    ]


def _write(table: str) -> None:
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
