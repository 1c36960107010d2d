"""The mutants that no test notices, and the judgements on them that are committed."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key

JUDGED = Path(__file__).with_name("survivors.toml")
_PACKAGE = "helicone_otel."
_SURVIVED = ("survived", "no tests")
_UNKNOWN = ("not checked", "check was interrupted by user")
_CRASHED = 255
"""Of a worker that could not run its tests; mutmut takes it for a timeout."""


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """A change to one function, known by the lines it changes: mutmut's numbers move."""

    function: str
    """Below `helicone_otel`."""
    was: str
    becomes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    tested: int
    survivors: list[Mutant]
    unknown: int
    """Mutants that were not brought to an end."""


def results_of(modules: str) -> Results:
    """Read what mutmut left behind of the mutants in *modules*, a dotted prefix."""
    statuses = [
        (path, name, "not checked" if code == _CRASHED else status_by_exit_code[code])
        for path, name, code in _mutants()
        if f"{get_module_from_key(name)}.".startswith(modules)
    ]
    unknown = sum(status in _UNKNOWN for _, _, status in statuses)
    return Results(
        tested=len(statuses) - unknown,
        survivors=[_mutant(name, path) for path, name, status in statuses if status in _SURVIVED],
        unknown=unknown,
    )


def judged() -> dict[Mutant, str]:
    """Return by mutant why it may survive."""
    entries = tomllib.loads(JUDGED.read_text())["survivor"]
    return {Mutant(e["function"], e["was"], e["becomes"]): e["judgement"] for e in entries}


def _mutants() -> Iterator[tuple[Path, str, int | None]]:
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        yield from ((path, name, code) for name, code in data.exit_code_by_key.items())


def _mutant(name: str, path: Path) -> Mutant:
    function, owner = orig_function_and_class_names_from_key(name)
    module = get_module_from_key(name).removeprefix(_PACKAGE)
    changes = get_diff_for_mutant(name, path=path).splitlines()[2:]
    return Mutant(
        function=".".join(filter(None, (module, owner, function))),
        was=_lines(changes, "-"),
        becomes=_lines(changes, "+"),
    )


def _lines(changes: list[str], sign: str) -> str:
    return "\n".join(line[1:].strip() for line in changes if line.startswith(sign))
