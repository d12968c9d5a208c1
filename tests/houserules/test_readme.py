"""The README names everything a user or an operator can meet."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import app
from app.domain.errors import Refused, SuaError, Unavailable
from app.domain.events import REGISTER
from app.ops.cli import app as sua
from app.settings import PREFIX, Settings


@pytest.fixture(scope="module")
def readme() -> str:
    return (Path(__file__).parents[2] / "README.md").read_text()


def errors(base: type[SuaError] = SuaError) -> Iterator[type[SuaError]]:
    """Every error SUA raises on purpose, once all of it is imported."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.startswith("app.simulator") and not module.name.endswith("__main__"):
            import_module(module.name)
    yield from _subclasses(base)


def _subclasses(base: type[SuaError]) -> Iterator[type[SuaError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _subclasses(kind)


def commands(command: Any = None, path: str = "sua") -> Iterator[str]:
    found: dict[str, Any] = getattr(command or get_command(sua), "commands", {})
    if not found:
        yield path
    for name, child in found.items():
        yield from commands(child, f"{path} {name}")


def missing(names: Iterator[str] | set[str], text: str) -> list[str]:
    return sorted(name for name in set(names) if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))


def test_every_setting_is_in_the_readme(readme: str) -> None:
    assert missing({f"{PREFIX}{name.upper()}" for name in Settings.model_fields}, readme) == []


def test_every_error_code_is_in_the_readme(readme: str) -> None:
    assert missing({error.code for error in errors() if hasattr(error, "code")}, readme) == []


def test_every_fact_is_in_the_readme(readme: str) -> None:
    assert missing(set(REGISTER), readme) == []


def test_every_command_is_in_the_readme(readme: str) -> None:
    assert missing(commands(), readme) == []


def test_every_error_has_a_code_in_capitals() -> None:
    found = list(errors())

    assert [error.__name__ for error in found if not hasattr(error, "code")] == []
    assert [error.code for error in found if not re.fullmatch(r"[A-Z][A-Z0-9_]+", error.code)] == []


def test_a_code_says_the_same_wherever_it_is_raised() -> None:
    advice: dict[str, set[tuple[bool, bool]]] = {}
    for error in errors():
        advice.setdefault(error.code, set()).add((issubclass(error, Refused), issubclass(error, Unavailable)))

    assert {code for code, kinds in advice.items() if len(kinds) > 1} == set()


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_what_to_do_about_an_error_is_never_both() -> None:
    assert [error.__name__ for error in errors() if issubclass(error, Refused) and issubclass(error, Unavailable)] == []
