"""Make the matrix: `make matrix`, or `make matrix ARGS='--newest'` with the newest versions."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from helicone_otel.demo.journal import JournalEntry
from helicone_otel.demo.provider import StandInProvider

from .calls import WAYS
from .environments import ENVIRONMENTS, REPOSITORY, Environment, python_of
from .tables import WITHOUT_SDK, Cell, Tried, compact_table, full_table

CALLS = Path(__file__).with_name("calls.py")
PAGES = {"README.md": compact_table, "examples/README.md": full_table}
BEGIN, END = "<!-- matrix -->", "<!-- end of matrix -->"
SETUPS = ("alone", "http spans", "after", "no code", WITHOUT_SDK)
TIMEOUT_SECONDS = 300
QUIET = {
    "OTEL_TRACES_EXPORTER": "none",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
}
Results = dict[str, Mapping[str, object]]


def main() -> None:
    """Run every case, and write the tables into the READMEs."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--newest", action="store_true", help="use and commit the newest versions")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "build" / "matrix")
    parser.add_argument("--only", action="append", help="run these environments, write nothing")
    options = parser.parse_args()
    tried: list[Tried] = []
    for environment in ENVIRONMENTS:
        if options.only and environment.name not in options.only:
            continue
        python = python_of(environment, options.folder, newest=options.newest)
        for case, package in environment.cases.items():
            cells = {setup: _cells(python, case, setup) for setup in _setups(environment, case)}
            tried.append(Tried(case, _version(environment, package), cells))
            print(*list(full_table(tried[-1:]))[2:], sep="\n", flush=True)  # noqa: T201 - progress
    if not options.only:
        for page, table in PAGES.items():
            _write(REPOSITORY / page, table(tried))


def _setups(environment: Environment, case: str) -> Sequence[str]:
    if environment.name == "transports":  # the propagator knows one
        return SETUPS[:1]
    return SETUPS[:-1] if case.startswith("beside ") else SETUPS


def _cells(python: Path, case: str, setup: str) -> list[Cell | None]:
    with StandInProvider() as provider:
        results = _run(python, provider.base_url.removesuffix("/v1"), case, setup)
        return [_cell(results.get(way), provider.journal, f"{case}/{setup}/{way}") for way in WAYS]


def _run(python: Path, url: str, case: str, setup: str) -> Results:
    launcher = [python.with_name("opentelemetry-instrument")] if setup == "no code" else []
    ran = subprocess.run(
        [*launcher, python, CALLS, url, case, setup],
        env={**os.environ, **QUIET, "HELICONE_OTEL_HOSTS": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith('{"case"')]
    results: Results = {line["way"]: line for line in lines}
    if ran.returncode:
        results = {way: {"error": "crashed"} for way in WAYS} | results
    if any("error" in result for result in results.values()):
        sys.stderr.write(f"{case}, {setup}:\n{ran.stderr[-3000:]}\n")
    return results


def _cell(
    result: Mapping[str, object] | None, journal: Iterable[JournalEntry], session_id: str
) -> Cell | None:
    """Return what arrived for one call, and which spans told of it."""
    if result is None:
        return None
    if "error" in result:
        return Cell(headers=False, told=(), with_usage=False, error=str(result["error"]))
    return Cell(
        headers=any(_is_right(entry, session_id) for entry in journal),
        told=[whose for whose in ("ours", "theirs") if result[whose]],
        with_usage=bool(result["with_usage"]),
    )


def _is_right(entry: JournalEntry, session_id: str) -> bool:
    said = entry.headers
    return (
        said.get("helicone-session-id") == session_id
        and said.get("helicone-session-name") == "Matrix"
        and (said.get("helicone-session-path") or "").startswith("/call")
        and len(said.get("helicone-request-id", "")) == len("00000000-0000-4000-8000-000000000000")
    )


def _version(environment: Environment, package: str) -> str:
    """Return the committed version of *package*, with its name."""
    frozen = environment.constraints.read_text(encoding="utf-8").splitlines()
    pinned = (line.partition("==") for line in frozen)
    version = next((v for name, _, v in pinned if _plain(name) == _plain(package)), "unknown")
    return f"{package} {version}"


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _write(page: Path, table: Iterator[str]) -> None:
    head = f"What arrived on {datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}:"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = "\n".join([BEGIN, head, "", *table, END])
    page.write_text(before + lines + after, encoding="utf-8")


if __name__ == "__main__":
    main()
