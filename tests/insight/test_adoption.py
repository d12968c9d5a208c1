"""How far a workload is used by those who have it: a worked example, its edges, and every log."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from app.domain.events import Event
from app.domain.events.licensing import (
    LicenceAssigned,
    ServicePlan,
    SkuSubscribed,
    UserKind,
    Workload,
    WorkloadUsed,
)
from app.domain.ids import PlanId, UserId
from app.domain.standing import Source
from app.insight.adoption import Adoption, adoption
from app.projections.reading import scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import E3, E5, OPS, assigned, day, discovered, named, removed

TEAMS1 = PlanId(UUID("57ff2da0-773e-42df-b2af-ffb7a2317929"))
EXCHANGE = PlanId(UUID("efb87545-963c-4e0d-99df-69c6916d9eb0"))
PEOPLE = [UserId(named(f"person {number}")) for number in range(6)]
FIRST, ELEVENTH = date(2026, 1, 1), date(2026, 1, 11)


def subscribed() -> SkuSubscribed:
    plans = (
        ServicePlan(plan=TEAMS1, name="TEAMS1", applies_to="User"),
        ServicePlan(plan=EXCHANGE, name="EXCHANGE_S_ENTERPRISE", applies_to="User"),
    )
    return SkuSubscribed(happened_at=day(1), sku=E5, part_number="E5", applies_to="User", plans=plans)


def everyone(*people: UserId, kind: UserKind = UserKind.PERSON) -> list[Event]:
    return [fact for user in people for fact in (discovered(day(1), user, kind=kind), assigned(day(1), user))]


def used(user: UserId, *days: int, workload: Workload = Workload.TEAMS) -> list[Event]:
    return [
        WorkloadUsed(happened_at=day(on, 12), user=user, workload=workload, last_activity_on=day(on).date())
        for on in days
    ]


async def asked(
    desk: Desk,
    reader: Reader,
    *facts: Event,
    since: date = FIRST,
    until: date = ELEVENTH,
    source: Source = Source.TEAMS,
) -> Adoption:
    tenant = told(desk, subscribed(), *sorted(facts, key=lambda fact: fact.happened_at))
    async with scope(reader, [tenant]):
        return await adoption(reader, tenant, await when(reader, tenant, day(60)), source, since, until)


async def test_users_by_those_who_have_it_on_average_of_the_days(desk: Desk, reader: Reader) -> None:
    """Six people, one of whom gives the seat back on the 6th: 5.5 on average; three used it."""
    facts = [*everyone(*PEOPLE), removed(day(6), PEOPLE[0]), *used(PEOPLE[1], 2, 3), *used(PEOPLE[2], 3)]

    found = await asked(desk, reader, *facts, *used(PEOPLE[0], 4), *used(PEOPLE[3], 12))

    assert (found.active, found.eligible) == (3, Decimal("5.5"))
    assert found.adoption is not None
    assert found.adoption.quantize(Decimal("0.0001")) == Decimal("0.5455")


async def test_stickiness_is_the_mean_day_by_the_month(desk: Desk, reader: Reader) -> None:
    facts = [*everyone(*PEOPLE), *(fact for user in PEOPLE[:5] for fact in used(user, *range(2, 9)))]

    found = await asked(desk, reader, *facts, until=date(2026, 1, 29))

    assert found.stickiness == Decimal("0.25")


async def test_a_plan_switched_off_makes_nobody_eligible_unless_another_path_has_it_on(
    desk: Desk, reader: Reader
) -> None:
    off = [LicenceAssigned(happened_at=day(1), user=user, sku=E5, via=OPS, disabled_plans=(TEAMS1,)) for user in PEOPLE]
    present = [discovered(day(1), user) for user in PEOPLE]

    teams = await asked(desk, reader, *present, *off)
    exchange = await asked(desk, reader, *present, *off, source=Source.EXCHANGE)
    both = await asked(desk, reader, *present, *off, *(assigned(day(1), user) for user in PEOPLE))

    assert [each.eligible for each in (teams, exchange, both)] == [Decimal(0), Decimal(6), Decimal(6)]
    assert teams.adoption is None


async def test_groups_of_fewer_than_five_people_are_suppressed(desk: Desk, reader: Reader) -> None:
    facts = [*everyone(*PEOPLE[:4]), *everyone(*PEOPLE[4:], kind=UserKind.ROOM), *used(PEOPLE[0], 2)]

    found = await asked(desk, reader, *facts)

    assert found == Adoption(Source.TEAMS, suppressed=True)


async def test_five_people_are_told_of(desk: Desk, reader: Reader) -> None:
    found = await asked(desk, reader, *everyone(*PEOPLE[:5]), *used(PEOPLE[0], 2))

    assert (found.suppressed, found.adoption, found.stickiness) == (False, Decimal("0.2"), None)


@pytest.mark.parametrize(("since", "until"), [(ELEVENTH, ELEVENTH), (date(2026, 5, 1), date(2026, 6, 1))])
async def test_days_that_have_not_passed_say_nothing(desk: Desk, reader: Reader, since: date, until: date) -> None:
    found = await asked(desk, reader, *everyone(*PEOPLE), since=since, until=until)

    assert found == Adoption(Source.TEAMS, suppressed=False)


async def test_days_to_come_are_not_counted(desk: Desk, reader: Reader) -> None:
    facts = everyone(
        *PEOPLE,
    )

    found = await asked(desk, reader, *facts, since=day(59).date(), until=day(59).date() + timedelta(days=100))

    assert found.eligible == Decimal(6)


async def test_a_product_without_the_workload_makes_nobody_eligible(desk: Desk, reader: Reader) -> None:
    others = [fact for user in PEOPLE for fact in (discovered(day(1), user), assigned(day(1), user, sku=E3))]

    found = await asked(desk, reader, *others)

    assert (found.suppressed, found.eligible, found.adoption) == (False, Decimal(0), None)


async def test_days_before_anybody_was_known_are_no_days_of_the_window(desk: Desk, reader: Reader) -> None:
    """The four weeks begin before the first read: nobody can say who had it then, so they are not days of nobody."""
    facts = [
        fact
        for user in PEOPLE
        for fact in (discovered(day(21, 3), user), assigned(day(21, 3), user), *used(user, 19, 21, 22))
    ]

    found = await asked(desk, reader, *facts, until=date(2026, 1, 29))

    assert (found.active, found.eligible, found.adoption) == (6, Decimal(6), Decimal(1))
    assert found.stickiness == Decimal("0.25")


async def test_a_window_that_ends_before_anybody_was_known_says_nothing(desk: Desk, reader: Reader) -> None:
    found = await asked(desk, reader, *everyone(*PEOPLE), since=date(2025, 12, 1), until=date(2025, 12, 31))

    assert found == Adoption(Source.TEAMS, suppressed=False)
