"""Two simulated days of a few tenants under all faults and a few kills: nothing lost, nothing twice, nothing leaked."""

import ast
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import REQUIRED
from tests.soak.faults import CALLS
from tests.soak.machines import machines
from tests.soak.plan import Blow, Size, Turn, planned
from tests.soak.run import BEGINS_AT, Soak
from tests.soak.verdict import judged, table

SMALL = Size(seed=20, tenants=5, days=2)
UNDER_FAULTS_S = 120.0
"""On a slow machine fewer hours pass under faults, for what follows takes its time, too."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("redis-server") is None and not REQUIRED, reason="there is no Redis to run and kill")
def test_two_days_of_faults_and_kills_lose_nothing_double_nothing_and_mix_nothing() -> None:
    with machines(SMALL, BEGINS_AT, CALLS) as running:
        soak = Soak(planned(SMALL), running, lambda text: print(text, file=sys.stderr))
        soak.live(UNDER_FAULTS_S)
        soak.calm_down()
        found = judged(soak)

    print(table(soak, found))
    assert found.all == []
    assert found.checked["calls"] > 100
    assert found.checked["daily reads of licences"] >= SMALL.tenants
    assert soak.survived[Blow.WORKER] > 0


ORACLES = ("alarms", "leaks", "ledger", "oracle", "plan", "recovery")


def test_the_oracles_import_nothing_of_sua() -> None:
    """Neither themselves nor by way of one another."""
    allowed = {f"tests.soak.{name}" for name in ORACLES}

    for name in ORACLES:
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
        froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        plain = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
        ours = {module for module in froms | plain if module.split(".")[0] in ("app", "tests")}
        assert ours <= allowed, name


def test_a_plan_follows_from_its_seed() -> None:
    again, other = planned(SMALL), planned(Size(seed=21, tenants=5, days=2))

    assert planned(SMALL) == again
    assert planned(SMALL) != other


def test_every_sort_of_blow_and_every_sort_of_turn_comes_at_least_once_and_every_spell_ends() -> None:
    plan = planned(SMALL)
    strokes = [stroke for hour in plan.strokes.values() for stroke in hour]
    turns = [(hour, event) for hour, events in plan.events.items() for event in events]

    assert {stroke.what for stroke in strokes} == set(Blow)
    assert {event.turn for _, event in turns} == set(Turn)
    assert max(hour for hour, _ in turns) <= SMALL.hours
