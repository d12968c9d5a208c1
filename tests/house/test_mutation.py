"""The mutants are small faults, each the code itself but for one place; words and types stay as they are."""

from __future__ import annotations

from pathlib import Path

from tools.mutation.mutants import mutants_of, mutated

MODULE = '''
LIMIT: int = 7


def late(days: int, grace: int | None) -> bool:
    """Whether more than 7 days are over."""
    if grace is None:
        raise ValueError(f"{days + 1} days of what?")
    return days - grace > LIMIT
'''


def test_every_place_that_decides_something_is_changed_and_no_word_is(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(MODULE)

    found = {mutant.name.partition(" ")[2] for mutant in mutants_of(tmp_path, "late.py")}

    assert found == {
        "7 -> 8",
        "if grace is None -> if not",
        "grace is None -> grace is not None",
        "days - grace > LIMIT -> days - grace >= LIMIT",
        "days - grace > LIMIT -> days - grace <= LIMIT",
        "days - grace -> days + grace",
        "return days - grace > LIMIT -> return None",
    }


def test_a_mutant_is_the_module_with_that_one_change(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(MODULE)
    told: dict[str, list[object]] = {}

    for mutant in mutants_of(tmp_path, "late.py"):
        module: dict[str, object] = {}
        exec(compile(mutated(tmp_path, mutant), "late.py", "exec"), module)
        told[mutant.change] = [module["LIMIT"], _told(module, 8, 1), _told(module, 9, 1), _told(module, 7, None)]

    assert told == {
        "7 -> 8": [8, False, False, ValueError],
        "if grace is None -> if not": [7, ValueError, ValueError, TypeError],
        "grace is None -> grace is not None": [7, ValueError, ValueError, TypeError],
        "days - grace > LIMIT -> days - grace >= LIMIT": [7, True, True, ValueError],
        "days - grace > LIMIT -> days - grace <= LIMIT": [7, True, False, ValueError],
        "days - grace -> days + grace": [7, True, True, ValueError],
        "return days - grace > LIMIT -> return None": [7, None, None, ValueError],
    }


def _told(module: dict[str, object], days: int, grace: int | None) -> object:
    """What it answers, or how it fails."""
    late = module["late"]
    try:
        return late(days, grace)  # type: ignore[operator]
    except (TypeError, ValueError) as error:
        return type(error)
