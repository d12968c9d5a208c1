"""Mutants tried in forks of one process that has imported and collected everything: a tenth of a second each.

A mutant of a function is put in place of the function's code. One a test notices is noticed; of one none notices
nothing is said here, for what ran on import ran without it: it is tried again in a process of its own (trial.py).
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tools.mutation import settings_of_tests  # noqa: F401 - the profile of property tests
from tools.mutation.mutants import Mutant, mutated
from tools.mutation.parts import ROOT
from tools.mutation.running import WAITED_S, WITHOUT_DATABASE, Unaided, bound

NOTICED, TOO_LONG, UNKNOWN = "noticed", "took too long", "unknown"
_ENDS = {0: UNKNOWN, 1: NOTICED, 2: UNKNOWN}


class Forked:
    """`trials`: mutants with the tests that run their lines. `jobs`: how many at once. Outcomes come in that order."""

    def __init__(self, trials: Sequence[tuple[Mutant, Sequence[str]]], jobs: int, until_s: float) -> None:
        self._trials, self._jobs, self._until_s = trials, jobs, until_s
        self.outcomes: list[str | None] = [None] * len(trials)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        running: dict[int, tuple[int, float]] = {}
        for nth, (mutant, tests) in enumerate(self._trials):
            while len(running) >= self._jobs:
                self._reap(running)
            if time.monotonic() > self._until_s:
                break
            wanted = [items[test] for test in tests if test in items]
            child = os.fork()
            if child == 0:
                os._exit(_tried(mutant, wanted))
            running[child] = (nth, time.monotonic())
        while running:
            self._reap(running)
        return True

    def _reap(self, running: dict[int, tuple[int, float]]) -> None:
        for child, (nth, began_s) in list(running.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del running[child]
                signalled = os.WIFSIGNALED(status)
                self.outcomes[nth] = TOO_LONG if signalled else _ENDS.get(os.WEXITSTATUS(status), UNKNOWN)
            elif time.monotonic() - began_s > WAITED_S:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.02)


def _tried(mutant: Mutant, items: Sequence[pytest.Item]) -> int:
    """1: a test fails. 0: none does. 2: the mutant could not be put in place."""
    bound()
    out = os.open(os.devnull, os.O_WRONLY)
    os.dup2(out, 1)
    os.dup2(out, 2)
    try:
        if not put_in_place(mutant):
            return 2
    except BaseException:  # noqa: BLE001 - the file changed meanwhile: that says nothing of the tests
        return 2
    try:
        for item in items:
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
                return 1
    except BaseException:  # noqa: BLE001 - the parent's loop must not go on in the child
        return 1
    return 0


def put_in_place(mutant: Mutant) -> bool:
    """Give the function the mutant is in its code. False: it is in none, or the function cannot be found."""
    module = import_module(mutant.file.removesuffix(".py").replace("/", "."))
    path = str(ROOT / mutant.file)
    old = dict(_codes(compile(Path(path).read_text(), path, "exec")))
    new = dict(_codes(compile(mutated(ROOT, mutant), path, "exec")))
    changed = [name for name, code in new.items() if name in old and code != old[name]]
    if len(changed) != 1:
        return False
    function = _found(module, changed[0].split("."))
    if function is None or function.__code__.co_freevars != new[changed[0]].co_freevars:
        return False
    function.__code__ = new[changed[0]]
    return True


def _codes(code: CodeType, before: str = "") -> Iterator[tuple[str, CodeType]]:
    """Functions of a module and methods of its classes. Those inside functions are part of their code."""
    for each in code.co_consts:
        if isinstance(each, CodeType) and each.co_name.isidentifier():
            name = f"{before}{each.co_name}"
            if each.co_flags & 0x02:  # CO_NEWLOCALS: a function; a class' body has it not
                yield name, each
            else:
                yield from _codes(each, f"{name}.")


def _found(owner: Any, path: Sequence[str]) -> FunctionType | None:
    for name in path:
        owner = vars(owner).get(name)
        if isinstance(owner, property):
            owner = owner.fget
        elif isinstance(owner, classmethod | staticmethod):
            owner = owner.__func__
        while hasattr(owner, "__wrapped__"):
            owner = owner.__wrapped__
    return owner if isinstance(owner, FunctionType) else None


def main() -> int:
    """Standard input: {trials, tests, jobs, until_s}; the file named as argument gets the outcomes."""
    asked = json.load(sys.stdin)
    trials = [(Mutant(**mutant), tests) for mutant, tests in asked["trials"]]
    forked = Forked(trials, asked["jobs"], asked["until_s"])
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    code = pytest.main([*WITHOUT_DATABASE, "-s", *asked["tests"]], plugins=[Unaided(), forked])
    Path(sys.argv[1]).write_text(json.dumps(forked.outcomes))
    return 0 if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else 1


if __name__ == "__main__":
    sys.exit(main())
