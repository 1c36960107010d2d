"""Change the meaning of spans in thousands of small ways, and see whether a test notices each.

python -m mutation [MODULE] [--processes N]

Fails when more than a tenth of the mutants survive, or one that `survivors.toml` does not judge.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from mutation.survivors import Mutant, Results, judged, results_of

_WORKING_DIRECTORY = Path("mutants")
_MAX_SURVIVING = 0.1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutation")
    parser.add_argument("module", nargs="?", default="", help="such as mapping.usage")
    parser.add_argument("--processes", default="2")
    options = parser.parse_args()
    modules = f"helicone_otel.{options.module}".removesuffix(".") + "."
    shutil.rmtree(_WORKING_DIRECTORY, ignore_errors=True)
    mutmut = [Path(sys.executable).with_name("mutmut"), "run", "--max-children", options.processes]
    subprocess.run([*mutmut, f"{modules}*"], check=True)
    return _report(modules, results_of(modules))


def _report(modules: str, results: Results) -> int:
    known = judged()
    survivors = sorted(results.survivors)
    unjudged = [mutant for mutant in survivors if mutant not in known]
    for mutant in unjudged:
        print(_as_toml(mutant))
    for mutant in sorted(known.keys() - set(survivors)):
        if f"helicone_otel.{mutant.function}".startswith(modules):
            print(f"Judged, but no survivor any more: {mutant.function}: {mutant.becomes}")
    rate = len(survivors) / results.tested
    print(
        f"{results.tested} mutants, {len(survivors)} survived ({rate:.1%}), "
        f"{len(unjudged)} of them unjudged; {results.unknown} not tried to the end."
    )
    return bool(unjudged or results.unknown or rate > _MAX_SURVIVING)


def _as_toml(mutant: Mutant) -> str:
    function, was, becomes = map(json.dumps, (mutant.function, mutant.was, mutant.becomes))
    return (
        f'[[survivor]]\nfunction = {function}\nwas = {was}\nbecomes = {becomes}\njudgement = ""\n'
    )


if __name__ == "__main__":
    sys.exit(main())
