"""A mutant put in place of a function's code is what everybody who imported the function runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.mutation import forked
from tools.mutation.mutants import Mutant, mutants_of

MODULE = """
LIMIT = 7


def late(days: int) -> bool:
    return days > LIMIT


class Visit:
    @property
    def is_long(self) -> bool:
        return len("visit") > 4
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "mutated_room.py").write_text(MODULE)
    monkeypatch.setattr(forked, "ROOT", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("mutated_room", None)


def _mutant(room: Path, change: str) -> Mutant:
    return next(each for each in mutants_of(room, "mutated_room.py") if each.change == change)


def test_a_function_that_was_imported_before_is_the_mutant_afterwards(room: Path) -> None:
    from mutated_room import late  # type: ignore[import-not-found]

    assert (late(7), late(8)) == (False, True)

    assert forked.put_in_place(_mutant(room, "days > LIMIT -> days >= LIMIT"))

    assert (late(7), late(8)) == (True, True)


def test_so_is_a_property(room: Path) -> None:
    from mutated_room import Visit

    assert forked.put_in_place(_mutant(room, "len('visit') > 4 -> len('visit') <= 4"))

    assert not Visit().is_long


def test_what_ran_on_import_cannot_be_put_in_place(room: Path) -> None:
    assert not forked.put_in_place(_mutant(room, "7 -> 8"))
