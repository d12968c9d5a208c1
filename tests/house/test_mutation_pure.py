"""Which functions of the projections count as pure is told by their source, and no list has to be kept."""

from __future__ import annotations

from pathlib import Path

from tools.mutation.mutants import mutants_of
from tools.mutation.parts import PARTS, ROOT
from tools.mutation.pure import pure_functions, pure_lines

MODULE = """
import psycopg

DAYS = 7
TIMEOUT_S = 5
WIDE = "SELECT 1"


def folded(days: int) -> int:
    return days + DAYS


def asked(db: psycopg.Connection, days: int) -> int:
    def inner() -> int:
        return days + TIMEOUT_S

    return inner()


def question(day: str) -> Question:
    return Question(WIDE, {"day": 3})


def condition(name: str) -> str:
    return f"WHERE {name} > 0"


async def awaited(days: int) -> int:
    return days + 1


class Table:
    def take(self, db: Cursor) -> int:
        return 1 + 1

    def width(self) -> int:
        return 2 + 2


class Builder:
    pool: Pool

    def count(self) -> int:
        return 3 + 3
"""


def test_functions_that_reach_no_database_and_write_no_sql_are_pure(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(MODULE)

    assert pure_functions(path) == ["folded", "width"]


def test_their_bodies_are_changed_and_the_constants_they_read(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(MODULE)

    lines = pure_lines(path)
    changed = {mutant.change for mutant in mutants_of(tmp_path, "module.py") if mutant.line in lines}

    assert changed == {
        "7 -> 8",
        "days + DAYS -> days - DAYS",
        "return days + DAYS -> return None",
        "2 + 2 -> 2 - 2",
        "2 -> 3",
        "return 2 + 2 -> return None",
    }


def test_every_fold_of_the_projections_is_among_them() -> None:
    folding = [path for path in (ROOT / "app/projections").glob("*.py") if "\ndef project(" in path.read_text()]

    assert folding
    assert [path.name for path in folding if "project" not in pure_functions(path)] == []


def test_both_parts_have_mutants_and_tests() -> None:
    assert [part.name for part in PARTS] == ["domain", "projections"]
    assert all(part.mutants() and part.tests_at() for part in PARTS)
