"""`make mutation`: small faults put into the domain one at a time, and how many of them its tests notice.

Each mutant meets only the tests that run its line, in a process of its own, and the first that fails ends it.

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

from tools.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
SOURCES = ("app/domain",)
LEFT_OUT = ("app/domain/errors.py", "app/domain/ids.py", "app/domain/events")
"""Names and shapes: nothing is computed there."""

TESTS = ("tests/domain", "tests/oracle/test_rules.py", "tests/oracle/test_examples.py")
TARGET = 0.85
LONGEST_S = 60.0
"""A mutant under which the tests take so long is noticed: it never ends."""

EXAMPLES_TRACED = 5
"""Of each property test, to find out which lines it runs: with a tracer each takes several times as long."""

QUICK = ("-k", "not in_an_instant")
"""Not the tests that count time: a tracer, or several at once, would fail them."""

WITHOUT_DATABASE = (
    "--noconftest",
    "-p",
    "no:cacheprovider",
    "-q",
    "-W",
    "ignore",
    "-o",
    "timeout=0",
    "-m",
    "not slow",
    *QUICK,
)


def main() -> int:
    asked = _arguments()
    files = asked.files or _files()
    tests = _traced(files, asked.tests)
    say(f"{len(tests)} tests")
    everything = [mutant for file in files for mutant in mutants_of(ROOT, file)]
    chosen = random.Random(asked.seed).sample(everything, min(asked.sample, len(everything)))
    say(f"{len(chosen)} of {len(everything)} mutants of {len(files)} files, seed {asked.seed}")
    until_s = time.monotonic() + 60 * asked.minutes
    with ThreadPoolExecutor(asked.jobs) as workers:
        results = list(workers.map(lambda mutant: _outcome(mutant, tests, until_s), chosen))
    counted = Counter(results)
    for mutant, result in sorted(zip(chosen, results, strict=True), key=lambda pair: pair[0].name):
        if result in ("survived", "no test runs it"):
            print(f"{result}: {mutant.name}")
    tried = len(chosen) - counted["not tried"]
    noticed = counted["noticed"] + counted["took too long"]
    score = noticed / tried if tried else 0.0
    print(", ".join(f"{count} {result}" for result, count in sorted(counted.items())))
    print(f"mutation score {score:.1%} of {tried} (target {TARGET:.0%}), seed {asked.seed}")
    return 0 if score >= TARGET else 1


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _files() -> list[str]:
    found = [str(path.relative_to(ROOT)) for source in SOURCES for path in (ROOT / source).rglob("*.py")]
    return sorted(file for file in found if not file.startswith(LEFT_OUT) and not file.endswith("__init__.py"))


def _traced(files: Sequence[str], tests_at: Sequence[str]) -> dict[str, dict[str, object]]:
    """Each test with its seconds and the lines it runs."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        environment = {
            **os.environ,
            "MUTATION_EXAMPLES": str(EXAMPLES_TRACED),
            "MUTATION_ROOT": str(ROOT),
            "MUTATION_FILES": os.pathsep.join(files),
            "MUTATION_TRACE": str(trace),
        }
        command = [sys.executable, "-m", "pytest", *WITHOUT_DATABASE, "-p", "tools.mutation.traced", *tests_at]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"the tests do not pass as they are:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
        tests: dict[str, dict[str, object]] = json.loads(trace.read_text())
        return tests


def _outcome(mutant: Mutant, tests: dict[str, dict[str, object]], until_s: float) -> str:
    if time.monotonic() > until_s:
        return "not tried"
    wanted = _of_line(mutant, tests)
    if not wanted:
        return "no test runs it"
    command = [sys.executable, "-m", "tools.mutation.trial", json.dumps(asdict(mutant))]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    ) as trial:  # fmt: skip
        try:
            trial.communicate("\n".join(wanted), timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            os.killpg(trial.pid, signal.SIGKILL)
            return "took too long"
    return "survived" if trial.returncode == 0 else "noticed"


def _of_line(mutant: Mutant, tests: dict[str, dict[str, object]]) -> list[str]:
    """Tests that run its line, the quickest first. A line that runs on import is everybody's who runs the file."""
    by_line, by_file = [], []
    for name, test in tests.items():
        lines = test["lines"].get(mutant.file, [])  # type: ignore[attr-defined]
        if mutant.line in lines:
            by_line.append((test["seconds"], name))
        if lines:
            by_file.append((test["seconds"], name))
    return [name for _, name in sorted(by_line or (by_file if _runs_on_import(mutant) else []))]  # type: ignore[type-var]


def _runs_on_import(mutant: Mutant) -> bool:
    tree = ast.parse((ROOT / mutant.file).read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return not any(node.body[0].lineno <= mutant.line <= (node.end_lineno or 0) for node in functions)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=400, help="how many mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--minutes", type=float, default=30.0, help="none is begun later")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--files", nargs="*", help="these alone, as paths from the root")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="where the tests are, which need no database")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
