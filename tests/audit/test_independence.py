"""A second opinion shares no code with the first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOM = Path(__file__).parents[2] / "app" / "audit"

FOLDS = (
    *("accounts", "activity", "bearing", "calls", "customer", "days", "holdings", "ledger", "products", "replay"),
    "stated",
)


def imported(name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOM / f"{name}.py").read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


def test_what_folds_knows_facts_rules_and_the_log_alone() -> None:
    shared = {
        module.rpartition(".")[0] if module.count(".") > 1 else module for name in FOLDS for module in imported(name)
    }

    assert {module for module in shared if module.startswith("app.")} == {
        "app.audit",
        "app.domain",
        "app.domain.events",
        "app.eventstore",
    }


def test_of_the_tables_only_how_they_are_asked_is_known() -> None:
    names = [path.stem for path in ROOM.glob("*.py")]

    assert {module for name in names for module in imported(name) if module.startswith("app.projections")} == {
        "app.projections.reading"
    }
    assert set(FOLDS) <= set(names)


SUMS = ("costs", "cost_lines", "cost_report", "day_prices", "sku_findings")
"""Modules of the domain that add up what is reckoned a second time here."""


def test_money_and_use_are_added_up_by_codes_of_their_own() -> None:
    shared = {module for path in ROOM.glob("*.py") for module in imported(path.stem)}

    assert not shared & {f"app.domain.{name}" for name in SUMS}
    assert not {module for module in shared if module.startswith("app.insight")}
