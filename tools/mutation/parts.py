"""What is under test, part by part: its mutants, and the tests that need no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.mutation.mutants import Mutant, mutants_of
from tools.mutation.pure import pure_lines

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Part:
    """`pure_only`: of its files, what `pure.py` says is pure; else all that functions do, and constants.

    `left_out`: names and shapes; nothing is computed there. `tests`: patterns
    of files; those of their tests that ask for a database are left out.
    """

    name: str
    folder: str
    left_out: tuple[str, ...]
    tests: tuple[str, ...]
    pure_only: bool

    def mutants(self) -> list[Mutant]:
        return [mutant for file in self._files() for mutant in self._of(file)]

    def tests_at(self) -> list[str]:
        """As pytest takes them."""
        return sorted({str(path.relative_to(ROOT)) for pattern in self.tests for path in ROOT.glob(pattern)})

    def _files(self) -> Sequence[str]:
        found = [str(path.relative_to(ROOT)) for path in (ROOT / self.folder).rglob("*.py")]
        return sorted(file for file in found if not file.startswith(self.left_out) and not file.endswith("__init__.py"))

    def _of(self, file: str) -> list[Mutant]:
        found = list(mutants_of(ROOT, file))
        if not self.pure_only:
            return found
        lines = pure_lines(ROOT / file)
        return [mutant for mutant in found if mutant.line in lines]


PARTS = (
    Part(
        "domain",
        "app/domain",
        left_out=("app/domain/errors.py", "app/domain/ids.py", "app/domain/events"),
        tests=("tests/domain/test_*.py", "tests/oracle/test_rules.py", "tests/oracle/test_examples.py"),
        pure_only=False,
    ),
    Part(
        "projections",
        "app/projections",
        left_out=(),
        tests=("tests/projections/test_*.py",),
        pure_only=True,
    ),
)
