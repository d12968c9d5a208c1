"""One mutant against the tests named on standard input, the first failure ends it. Exit code 0: it survived."""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tools.mutation import settings_of_tests  # noqa: F401 - the profile of property tests
from tools.mutation.mutants import Mutant, mutated
from tools.mutation.parts import ROOT
from tools.mutation.running import UNMADE, WITHOUT_DATABASE, bound


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from the mutant's tree instead of its file."""

    def __init__(self, mutant: Mutant) -> None:
        self._name = mutant.file.removesuffix(".py").replace("/", ".")
        self._path = str(ROOT / mutant.file)
        self._code = compile(mutated(ROOT, mutant), self._path, "exec")

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=self)  # type: ignore[arg-type]

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)


def main() -> int:
    tests = sys.stdin.read().split("\n")
    bound()
    try:
        finder = Finder(Mutant(**json.loads(sys.argv[1])))
    except (IndexError, OSError, SyntaxError):
        return UNMADE
    sys.meta_path.insert(0, finder)
    os.chdir(ROOT)
    sys.path.insert(0, str(Path.cwd()))
    return int(pytest.main([*WITHOUT_DATABASE, "-x", *tests]))


if __name__ == "__main__":
    sys.exit(main())
