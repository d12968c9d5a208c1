"""`make mutation`: small faults put into the code one at a time, and how many of them its tests notice.

Two parts, each with a score of its own: the domain, and of the projections what is pure (`pure.py`), by the tests that
need no database. Each mutant meets only the tests that run its line, and the first that fails ends it.

A runner of our own, for cosmic-ray starts every test for each mutant.
"""

import argparse
import ast
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tools.mutation.forked import NOTICED, TOO_LONG
from tools.mutation.mutants import Mutant
from tools.mutation.parts import PARTS, ROOT, Part
from tools.mutation.running import UNMADE, WAITED_S, WITHOUT_DATABASE

TARGET = 0.85
SURVIVED, UNTESTED, NOT_TRIED = "survived", "no test runs it", "not tried"

EXAMPLES_TRACED = 5
"""Of each property test, to find out which lines it runs: with a tracer each takes several times as long."""

Lines = dict[str, list[int]]
"""By file."""


class Trace(NamedTuple):
    """`tests`: each with its seconds and the lines it runs. `imported`: lines that ran before any test."""

    tests: dict[str, dict[str, Any]]
    imported: Lines

    def of(self, mutant: Mutant) -> list[str]:
        """Tests that run its line, the quickest first. A line that runs on import is everybody's who runs the file, or
        where nobody does, since it holds shapes alone, everybody's who runs a file that imports it."""
        found = [name for name, test in self.tests.items() if mutant.line in test["lines"].get(mutant.file, ())]
        if not found and (mutant.line in self.imported.get(mutant.file, ()) or _is_outside(mutant)):
            found = self._running({mutant.file}) or self._running(_importers(mutant.file))
        return sorted(found, key=lambda name: (self.tests[name]["seconds"], name))

    def _running(self, files: set[str]) -> list[str]:
        return [name for name, test in self.tests.items() if files & test["lines"].keys()]


def main() -> int:
    asked = _arguments()
    parts = [part for part in PARTS if part.name in asked.part]
    scores = [_score(part, asked) for part in parts]
    return 0 if min(scores) >= TARGET else 1


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _score(part: Part, asked: argparse.Namespace) -> float:
    everything = [mutant for mutant in part.mutants() if not asked.files or mutant.file in asked.files]
    files = sorted({mutant.file for mutant in everything})
    chosen = random.Random(asked.seed).sample(everything, min(asked.sample, len(everything)))
    trace = _traced(files, part.tests_at())
    say(f"{part.name}: {len(trace.tests)} tests, {len(chosen)} of {len(everything)} mutants of {len(files)} files")
    results = _results(part, chosen, trace, asked)
    for mutant, result in sorted(zip(chosen, results, strict=True), key=lambda pair: pair[0].name):
        if result in (SURVIVED, UNTESTED):
            print(f"{result}: {mutant.name}")
    counted = Counter(results)
    tried = len(chosen) - counted[NOT_TRIED]
    score = (counted[NOTICED] + counted[TOO_LONG]) / tried if tried else 0.0
    print(", ".join(f"{count} {result}" for result, count in sorted(counted.items())))
    print(f"{part.name}: mutation score {score:.1%} of {tried} (target {TARGET:.0%}), seed {asked.seed}", flush=True)
    return score


def _traced(files: Sequence[str], tests_at: Sequence[str]) -> Trace:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "trace.json"
        environment = {
            **os.environ,
            "MUTATION_EXAMPLES": str(EXAMPLES_TRACED),
            "MUTATION_ROOT": str(ROOT),
            "MUTATION_FILES": os.pathsep.join(files),
            "MUTATION_TRACE": str(told),
        }
        command = [sys.executable, "-m", "pytest", *WITHOUT_DATABASE, "-p", "tools.mutation.traced", *tests_at]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"the tests do not pass as they are:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
        return Trace(**json.loads(told.read_text()))


def _results(part: Part, chosen: Sequence[Mutant], trace: Trace, asked: argparse.Namespace) -> list[str]:
    """First in forks, which are quick; what no test noticed there, once more from the start."""
    until_s = time.monotonic() + 60 * asked.minutes
    wanted = {mutant: trace.of(mutant) for mutant in chosen}
    tried = [mutant for mutant in chosen if wanted[mutant]]
    outcomes = dict(
        zip(tried, _forked(part, [(each, wanted[each]) for each in tried], asked.jobs, until_s), strict=True)
    )
    say(f"{part.name}: {sum(outcome == NOTICED for outcome in outcomes.values())} noticed in forks")

    def final(mutant: Mutant) -> str:
        if not wanted[mutant]:
            return UNTESTED
        outcome = outcomes[mutant]
        return outcome if outcome in (NOTICED, TOO_LONG) else _alone(mutant, wanted[mutant], until_s)

    with ThreadPoolExecutor(asked.jobs) as workers:
        return list(workers.map(final, chosen))


def _forked(
    part: Part, trials: Sequence[tuple[Mutant, Sequence[str]]], jobs: int, until_s: float
) -> Sequence[str | None]:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "outcomes.json"
        asked = {
            "trials": [(asdict(mutant), tests) for mutant, tests in trials],
            "tests": part.tests_at(),
            "jobs": jobs,
            "until_s": until_s,
        }
        command = [sys.executable, "-m", "tools.mutation.forked", str(told)]
        subprocess.run(command, cwd=ROOT, input=json.dumps(asked), stdout=subprocess.DEVNULL, text=True, check=True)
        outcomes: list[str | None] = json.loads(told.read_text())
        return outcomes


def _alone(mutant: Mutant, tests: Sequence[str], until_s: float) -> str:
    if time.monotonic() > until_s:
        return NOT_TRIED
    command = [sys.executable, "-m", "tools.mutation.trial", json.dumps(asdict(mutant))]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    ) as trial:  # fmt: skip
        try:
            trial.communicate("\n".join(tests), timeout=WAITED_S)
        except subprocess.TimeoutExpired:
            os.killpg(trial.pid, signal.SIGKILL)
            return TOO_LONG
    if trial.returncode < 0:
        return TOO_LONG
    if trial.returncode == UNMADE:
        return NOT_TRIED
    return SURVIVED if trial.returncode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else NOTICED


def _importers(file: str) -> set[str]:
    """Files of the same room that import from this one."""
    module = file.removesuffix(".py").replace("/", ".")
    siblings = (ROOT / file).parent.glob("*.py")
    return {str(each.relative_to(ROOT)) for each in siblings if f"from {module} import" in each.read_text()}


def _is_outside(mutant: Mutant) -> bool:
    """Outside of functions."""
    tree = ast.parse((ROOT / mutant.file).read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return not any(node.body[0].lineno <= mutant.line <= (node.end_lineno or 0) for node in functions)


def _arguments() -> argparse.Namespace:
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("--part", nargs="*", choices=names, default=names)
    parser.add_argument("--sample", type=int, default=400, help="how many mutants of each part, drawn at random")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--minutes", type=float, default=30.0, help="for each part; none is begun later")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--files", nargs="*", help="these alone, as paths from the root")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
