"""Whether SUA's answers equal what the simulated company knows of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.domain.policy import DEFAULT_POLICY
from app.ops.demo import truth
from app.ops.demo.questions import Api, Idle, Ledger
from app.ops.demo.story import World
from app.ops.demo.truth import Spent


@dataclass(frozen=True, slots=True)
class Comparison:
    """One answer beside the truth. `differences` in words; none: they are equal."""

    what: str
    on: date
    answered: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the demo shows, and what it compared."""

    today: date
    idle_today: list[Idle]
    idle_before: list[Idle]
    usage: dict[str, Spent]
    ledger: Ledger
    comparisons: list[Comparison]


async def questioned(api: Api, tenant: str, world: World, begins_at: datetime, days_back: int) -> Answers:
    """Ask about today and about `days_back` days ago, and compare each answer with the truth of that day."""
    today = world.clock.now().date()
    before = today - timedelta(days=days_back)
    idle_today, idle_before = await api.idle(tenant, today), await api.idle(tenant, before)
    week_ago = today - timedelta(days=6)
    usage = await api.usage(tenant, today, week_ago, today + timedelta(days=1))
    comparisons = []
    for on, idle in ((today, idle_today), (before, idle_before)):
        known = await world.truth(evening(world, on), begins_at)
        expected = truth.idle(
            known, on, truth.last_calls(known["calls"]), DEFAULT_POLICY.idle_days, DEFAULT_POLICY.grace_days
        )
        comparisons.append(compared("idle licences", on, {each.seat for each in idle}, expected))
        comparisons.append(compared("licences held", on, await api.held(tenant, on), truth.held(known)))
    comparisons.append(_spent(today, usage, await _expected_usage(world, week_ago, today)))
    ledger = await api.ledger(tenant, _midnight(week_ago), world.clock.now())
    comparisons.append(_collected(today, ledger, await world.truth(world.clock.now(), _midnight(week_ago))))
    return Answers(today, idle_today, idle_before, usage, ledger, comparisons)


async def _expected_usage(world: World, since: date, until: date) -> dict[str, Spent]:
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    # What later versions of a call say is learned later, and is true of the day it began.
    known = (await world.truth(world.clock.now(), _midnight(since)))["calls"]
    truths = []
    for on in days:
        at_evening = await world.truth(evening(world, on), evening(world, on))
        begun = [call for call in known if datetime.fromisoformat(call["startedAt"]).date() == on]
        truths.append({**at_evening, "calls": begun})
    return truth.spent_by_department(truths)


def compared(what: str, on: date, answered: set[truth.Seat], expected: set[truth.Seat]) -> Comparison:
    missing = [f"not answered: {_named(seat)}" for seat in sorted(expected - answered)]
    surplus = [f"not true: {_named(seat)}" for seat in sorted(answered - expected)]
    return Comparison(what, on, len(answered), (*missing, *surplus))


def _spent(on: date, answered: Mapping[str, Spent], expected: Mapping[str, Spent]) -> Comparison:
    """Whole seconds are kept of each participation, so a sum may differ by a second for each."""
    differences = []
    for department in sorted(answered.keys() | expected.keys()):
        said, true = answered.get(department), expected.get(department)
        if said is None or true is None or said.participations != true.participations:
            differences.append(f"{department}: answered {said}, true {true}")
        elif abs(said.seconds - true.seconds) > true.participations:
            differences.append(f"{department}: {said.seconds:.0f} s answered, {true.seconds:.0f} s true")
    return Comparison(
        "calls of the last week", on, sum(each.participations for each in answered.values()), tuple(differences)
    )


def _collected(on: date, ledger: Ledger, known: Mapping[str, Any]) -> Comparison:
    """Every call record there is was fetched and listed, and none is missing."""
    there = len(known["calls"])
    said = {"fetched": ledger.fetched, "listed": ledger.listed, "missing": ledger.missing}
    expected = {"fetched": there, "listed": there, "missing": 0}
    differences = tuple(
        f"{name}: {said[name]} answered, {expected[name]} true" for name in said if said[name] != expected[name]
    )
    return Comparison("call records of the last week", on, ledger.fetched, differences)


def _named(seat: tuple[UUID, UUID]) -> str:
    return f"user {seat[0]} with SKU {seat[1]}"


def evening(world: World, on: date) -> datetime:
    """The instant of that day's read: the simulated clock stands at one time of day."""
    return datetime.combine(on, world.clock.now().timetz())


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
