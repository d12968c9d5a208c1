"""What telephone calls cost by whom and how: as a reading of the log row by row says, on both time axes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.catalogue import CATALOGUE
from app.domain.events import Event
from app.domain.events.licensing import ProfileChanged
from app.domain.ids import TenantId
from app.domain.money import Money
from app.domain.personal import Personal
from app.domain.policy import Policy, policy_changed
from app.insight.phone_costs import DAYS_MAX, PhoneCosts, PhoneCostsBy, RangeTooLong, pstn_costs
from app.insight.plan_pools import PlanPool, plan_pools
from app.projections import tenants
from app.projections.engine import advance
from app.projections.reading import moment, scope
from tests.insight.money_logs import Story
from tests.insight.phone_logs import (
    CALLING_PLAN,
    EUROS,
    OPERATOR,
    PLAN,
    card,
    charged,
    costs_read,
    logged,
    phone_stories,
)
from tests.projections.asking import CONSENTED, INVITED, Reader
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, assigned, day, discovered, profile


def told(desk: Desk, *facts: Event, policy: Policy = EUROS) -> TenantId:
    tenant = desk.tenant()
    desk.log.tell(tenant, INVITED, CONSENTED, policy_changed(policy, day(1)), *facts)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    return tenant


async def asked(
    reader: Reader,
    tenant: TenantId,
    group_by: PhoneCostsBy = PhoneCostsBy.DEPARTMENT,
    since: date = date(2026, 1, 1),
    until: date = date(2026, 3, 1),
    on: datetime | None = None,
    known_at: datetime | None = None,
) -> PhoneCosts:
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, (on or day(60)).date(), known_at, day(900))
        row = await tenants.found(reader, tenant, at)
        assert row is not None
        return await pstn_costs(reader, tenant, at, row, since, until, group_by, persons=True)


def totals(found: PhoneCosts) -> list[tuple[object, ...]]:
    return [(line.key, line.rows, line.seconds, line.unpriced, amount(line.cost)) for line in found.lines]


def amount(cost: Any) -> object:
    return None if cost is None or cost.total is None else f"{cost.total.amount:f}"


async def test_calls_are_told_of_the_department_of_that_day(desk: Desk, reader: Reader) -> None:
    moved = ProfileChanged(happened_at=day(10), user=ANNA, profile=profile("Anna", "Ops"))
    facts = [discovered(day(1)), moved, charged(day(5, 9)), charged(day(9, 23), 2), charged(day(12), 3)]
    tenant = told(desk, *facts, logged(day(5)), card(day(5)))

    found = await asked(reader, tenant)

    # 23:00 UTC is past midnight in Berlin, where the move happened that day.
    assert totals(found) == [("Ops", 2, 120, 0, "0.30"), ("Sales", 1, 60, 0, "0.15"), (None, 1, 61, 0, "0.172")]
    assert (found.total.rows, found.total.seconds, amount(found.total.cost)) == (4, 241, "0.622")


async def test_the_fee_counts_once_where_the_charge_contains_it(desk: Desk, reader: Reader) -> None:
    inside = replace(EUROS, connection_fee_inside=True)

    found = [
        await asked(reader, told(desk, charged(day(5)), policy=policy), PhoneCostsBy.DIRECTION)
        for policy in (EUROS, inside)
    ]

    assert [amount(each.total.cost) for each in found] == ["0.15", "0.10"]


async def test_what_has_no_charge_and_no_card_is_counted_and_not_0(desk: Desk, reader: Reader) -> None:
    unsaid = charged(day(5), 1, charge=None, connection_charge=None)
    carried = charged(day(5), 2, operator="Orbit", callee=Personal.alone("+4930123"), charge=None)
    missed = logged(day(5), 3, seconds=0)
    tenant = told(desk, unsaid, carried, missed, logged(day(6), 4))

    before = await asked(reader, tenant, PhoneCostsBy.DAY)
    desk.log.tell(tenant, card(day(20), OPERATOR), at=day(20))
    advance(desk.pool, desk.log, tenant)
    after = await asked(reader, tenant, PhoneCostsBy.DAY)

    assert totals(before) == [("2026-01-05", 3, 120, 2, "0"), ("2026-01-06", 1, 61, 1, None)]
    assert totals(after)[0] == ("2026-01-05", 3, 120, 1, "0.17")
    assert totals(await asked(reader, tenant, PhoneCostsBy.DAY, known_at=day(19))) == totals(before)


async def test_by_country_kind_user_and_capability(desk: Desk, reader: Reader) -> None:
    tenant = told(
        desk,
        charged(day(5), 1, destination="France", licence_capability="MCOPSTN2"),
        charged(day(5), 2, kind="conf_in", user=None, currency="USD", destination="Germany"),
        logged(day(5)),
        card(day(5)),
    )

    found = {by: totals(await asked(reader, tenant, by)) for by in PhoneCostsBy}

    assert [line[0] for line in found[PhoneCostsBy.COUNTRY]] == ["France", "Germany", None]
    assert [line[0] for line in found[PhoneCostsBy.DIRECTION]] == ["ByotOut", "conf_in", "user_out"]
    assert {line[0] for line in found[PhoneCostsBy.USER]} == {str(ANNA), str(BERT), None}
    assert [line[0] for line in found[PhoneCostsBy.CAPABILITY]] == ["MCOPSTN2", None]
    whole = (await asked(reader, tenant)).total.cost
    assert whole is not None
    assert (whole.by_currency, whole.total) == ((Money(Decimal("0.322"), "EUR"), Money(Decimal("0.15"), "USD")), None)


async def test_too_many_days_are_refused(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, charged(day(5)))

    with pytest.raises(RangeTooLong):
        await asked(reader, tenant, until=date(2027, 6, 1), on=day(DAYS_MAX + 20))


async def test_minutes_of_a_calling_plan_are_used_up_by_country(desk: Desk, reader: Reader) -> None:
    plan: dict[str, Any] = {"licence_capability": "MCOPSTN1", "usage_country": "DE", "seconds": 36_000}
    tenant = told(
        desk,
        *(discovered(day(1)), assigned(day(2), ANNA, CALLING_PLAN), assigned(day(40), BERT, CALLING_PLAN)),
        *(charged(day(5), 1, **plan), charged(day(31, 23), 2, **plan), charged(day(32), 3, **plan)),
        charged(day(6), 4, **{**plan, "destination_context": "International"}),
        charged(day(6), 5, **{**plan, "kind": "user_in"}),
    )

    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, day(60).date(), None, day(900))
        found = [await plan_pools(reader, tenant, at, date(2026, month, 9)) for month in (1, 2, 7)]

    included = CATALOGUE.minutes[PLAN].at_home
    january = PlanPool(*("DE", "MCOPSTN1", 1, Decimal(1200), included, Decimal(1200) / included, Decimal(600), 0, None))
    assert found[0] == (january,)
    assert [(each.country, each.licences, each.minutes_at_home) for each in found[1]] == [
        *(("DE", 1, Decimal(600)), (None, 1, Decimal(0)))
    ]
    assert found[2] == ()


@given(story=phone_stories(), data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_costs_are_what_a_reading_row_by_row_says(
    desk: Desk, reader: Reader, story: Story, data: st.DataObject
) -> None:
    tenant = desk.tenant()
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()

    for _ in range(3):
        known_at = data.draw(st.sampled_from([at for at, _ in story]))
        on = max(day(2).date(), known_at.date() - timedelta(days=data.draw(st.sampled_from([0, 2, 15]))))
        since = on - timedelta(days=data.draw(st.integers(0, 40)))
        by = data.draw(st.sampled_from([*PhoneCostsBy][:5]))
        until = on + timedelta(days=data.draw(st.integers(-3, 3)))

        found = await asked(
            reader,
            tenant,
            by,
            since,
            until,
            datetime.combine(on, time(), UTC),
            known_at,
        )

        facts = [fact for at, fact in story if at <= known_at]
        expected = costs_read(facts, by, since, min(until, on + timedelta(days=1)))
        assert {
            line.key: (line.rows, line.seconds, line.unpriced, _told(line.cost)) for line in found.lines
        } == expected
        assert found.total.rows == sum(line[0] for line in expected.values())


def _told(cost: Any) -> object:
    sums = cost and {money.currency: round(money.amount, 9) for money in cost.by_currency if money.amount}
    return cost and (sums, None if cost.total is None else round(cost.total.amount, 9))
