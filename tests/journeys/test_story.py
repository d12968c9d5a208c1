"""The demo's story, asked about on five dates: SUA's answers are what the simulated company says of itself."""

from datetime import date, datetime, timedelta

import pytest

from app.domain.policy import DEFAULT_POLICY
from app.ops.demo import truth
from app.ops.demo.story import World
from app.ops.demo.truth import Spent
from tests.journeys.lives import BEGINS_AT, DAYS, USERS, Life

FIVE_DATES = [BEGINS_AT.date() + timedelta(days=after) for after in (7, 14, 21, 28, DAYS)]
A_WEEK = 7


@pytest.mark.parametrize("on", FIVE_DATES, ids=str)
async def test_licences_held_are_those_the_company_had_given(lived: Life, on: date) -> None:
    async with lived.asking() as asking:
        answered = await asking.api.held(asking.tenant, on)

        expected = truth.held(await asking.world.truth(_evening(on), _evening(on)))

    assert len(expected) > USERS / 2
    assert answered == expected


@pytest.mark.parametrize("on", FIVE_DATES, ids=str)
async def test_idle_licences_are_those_whose_holders_were_quiet(lived: Life, on: date) -> None:
    async with lived.asking() as asking:
        answered = {each.seat for each in await asking.api.idle(asking.tenant, on)}

        known = await asking.world.truth(_evening(on), BEGINS_AT)
        expected = truth.idle(
            known, on, truth.last_calls(known["calls"]), DEFAULT_POLICY.idle_days, DEFAULT_POLICY.grace_days
        )

    assert len(expected) > 5
    assert answered == expected


@pytest.mark.parametrize("on", FIVE_DATES, ids=str)
async def test_time_in_calls_by_department_is_what_the_company_spent_in_the_week(lived: Life, on: date) -> None:
    days = [on - timedelta(days=before) for before in reversed(range(A_WEEK))]

    async with lived.asking() as asking:
        answered = await asking.api.usage(asking.tenant, on, days[0], days[-1] + timedelta(days=1))

        expected = truth.spent_by_department([await _day(asking.world, day) for day in days])

    assert sum(spent.participations for spent in expected.values()) > 100
    _assert_same_spending(answered, expected)


async def test_the_company_changed_between_the_dates(lived: Life) -> None:
    """Five equal answers would prove one date, not five."""
    async with lived.asking() as asking:
        held = [frozenset(await asking.api.held(asking.tenant, on)) for on in FIVE_DATES]
        idle = [frozenset(each.seat for each in await asking.api.idle(asking.tenant, on)) for on in FIVE_DATES]

    assert len(set(held)) >= 4
    assert len(set(idle)) >= 4


async def _day(world: World, on: date) -> dict[str, object]:
    """People as they were that evening, and the calls that began that day as they are known to have been by now."""
    people = await world.truth(_evening(on), _evening(on))
    calls = (await world.truth(world.clock.now(), _evening(on - timedelta(days=1))))["calls"]
    return {**people, "calls": [call for call in calls if datetime.fromisoformat(call["startedAt"]).date() == on]}


def _assert_same_spending(answered: dict[str, Spent], expected: dict[str, Spent]) -> None:
    """SUA keeps whole seconds of each participation, so a sum may differ by less than one for each."""
    assert {name: spent.participations for name, spent in answered.items()} == {
        name: spent.participations for name, spent in expected.items()
    }
    for name, spent in expected.items():
        assert abs(answered[name].seconds - spent.seconds) < spent.participations, name


def _evening(on: date) -> datetime:
    """The instant of that day's read."""
    return datetime.combine(on, BEGINS_AT.timetz())
