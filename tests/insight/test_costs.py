"""What a month cost: as a day-by-day reading of the log says, on both time axes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.cost_report import CostLine, Costs
from app.domain.events import Event
from app.domain.events.licensing import ProfileChanged
from app.domain.ids import SkuId, TenantId
from app.domain.money import Money
from app.domain.policy import Policy, policy_changed
from app.insight.costs import CostReport, CostsBy, cost_of
from app.insight.trend import POINTS_MAX, Grain, TrendPoint, TrendTooLong, points, trend
from app.projections import tenants
from app.projections.engine import advance
from app.projections.reading import AsOfOutOfRange, moment, scope
from tests.insight.money_logs import DayOracle, Story, money_stories, priced, units
from tests.projections.asking import CONSENTED, INVITED, Reader
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, E3, E5, assigned, day, discovered, profile, removed

JANUARY = date(2026, 1, 1)
EUROS = Policy(90, 30, "UTC", "EUR")

Key = TypeVar("Key")


async def asked(
    reader: Reader,
    tenant: TenantId,
    month: date,
    on: date,
    known_at: datetime | None = None,
    group_by: CostsBy = CostsBy.DEPARTMENT,
) -> CostReport:
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, on, known_at, day(900))
        row = await tenants.found(reader, tenant, at)
        assert row is not None
        return await cost_of(reader, tenant, at, row, month, group_by, persons=True)


async def trended(
    reader: Reader,
    tenant: TenantId,
    since: date,
    until: date,
    grain: Grain,
    on: date,
    known_at: datetime | None = None,
    sku: SkuId | None = None,
) -> list[TrendPoint]:
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, on, known_at, day(900))
        row = await tenants.found(reader, tenant, at)
        assert row is not None
        return await trend(reader, tenant, at, row, since, until, grain, sku)


def told(desk: Desk, *facts: Event) -> TenantId:
    tenant = desk.tenant()
    desk.log.tell(tenant, INVITED, CONSENTED, policy_changed(EUROS, day(1)), *facts)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    return tenant


def amounts(costs: Costs) -> dict[str | None, str]:
    rest: dict[str | None, CostLine] = {
        "central": costs.central,
        "unallocated": costs.unallocated,
        "variance": costs.variance,
    }
    groups: dict[str | None, CostLine] = {line.group: line for line in costs.groups}
    lines = groups | rest | {"total": costs.total}
    return {
        name: f"{line.cost.total.amount:f}"
        for name, line in lines.items()
        if line.cost and line.cost.total and line.cost.total.amount
    }


def moved(on: int, department: str) -> ProfileChanged:
    return ProfileChanged(happened_at=day(on), user=ANNA, profile=profile("Anna", department))


async def test_a_seat_is_paid_by_the_department_its_holder_was_in_that_day(desk: Desk, reader: Reader) -> None:
    november = (
        *(discovered(day(305)), assigned(day(305)), units(day(305)), priced(day(305))),
        *(moved(315, "Ops"), removed(day(325))),
    )
    tenant = told(desk, *november)

    found = await asked(reader, tenant, date(2026, 11, 9), date(2026, 12, 3))
    running = await asked(reader, tenant, date(2026, 11, 1), date(2026, 11, 12))

    assert amounts(found.costs) == {"Sales": "12", "Ops": "12", "central": "12", "total": "36"}
    assert (found.month, found.until, found.complete) == (date(2026, 11, 1), date(2026, 12, 1), True)
    assert amounts(running.costs) == {"Sales": "12", "Ops": "2.4", "total": "14.4"}
    assert (running.until, running.complete) == (date(2026, 11, 13), False)


async def test_a_price_corrected_in_arrears_restates_the_month_and_not_what_was_said_before(
    desk: Desk, reader: Reader
) -> None:
    tenant = told(desk, discovered(day(1)), assigned(day(1)), units(day(1)), priced(day(1)))
    desk.log.tell(tenant, priced(day(70), amount="31.00"), at=day(70))
    advance(desk.pool, desk.log, tenant)

    then = await asked(reader, tenant, JANUARY, day(65).date(), day(65))
    now = await asked(reader, tenant, JANUARY, day(65).date())

    assert amounts(then.costs) == {"Sales": "36", "total": "36"}
    assert amounts(now.costs) == {"Sales": "31", "total": "31"}


async def test_a_month_that_has_not_begun_is_refused(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)))

    with pytest.raises(AsOfOutOfRange):
        await asked(reader, tenant, date(2026, 3, 1), date(2026, 2, 28))


async def test_by_product_and_by_country(desk: Desk, reader: Reader) -> None:
    facts = [discovered(day(1)), assigned(day(1)), units(day(1), enabled=2), priced(day(1))]
    tenant = told(desk, *facts)

    by_sku = await asked(reader, tenant, JANUARY, day(40).date(), group_by=CostsBy.SKU)
    by_country = await asked(reader, tenant, JANUARY, day(40).date(), group_by=CostsBy.COUNTRY)

    assert amounts(by_sku.costs) == {str(E5): "72", "total": "72"}
    assert amounts(by_country.costs) == {"DE": "36", "central": "36", "total": "72"}


async def test_a_trend_has_units_seats_and_what_they_cost_a_month(desk: Desk, reader: Reader) -> None:
    tenant = told(
        desk,
        *(discovered(day(1)), assigned(day(1)), units(day(1), enabled=2), units(day(1), E3, 3), priced(day(1))),
        *(units(day(9), enabled=5), removed(day(10)), priced(day(10), amount="40", since=day(11).date())),
    )
    since, until = day(5).date(), day(60).date()

    weeks = await trended(reader, tenant, since, until, Grain.WEEK, day(13).date())
    of_one = await trended(reader, tenant, since, until, Grain.MONTH, day(13).date(), sku=E5)

    told_of = [(each.on.day, each.enabled, each.held, each.run_rate.total, each.unpriced) for each in weeks]
    assert told_of == [(11, 8, 0, Money(Decimal(200), "EUR"), 3), (13, 8, 0, Money(Decimal(200), "EUR"), 3)]
    assert [(each.on.day, each.enabled, each.unpriced) for each in of_one] == [(13, 5, 0)]


async def test_a_trend_of_too_many_points_is_refused() -> None:
    with pytest.raises(TrendTooLong):
        points(JANUARY, JANUARY + timedelta(days=POINTS_MAX + 1), Grain.DAY)

    assert len(points(JANUARY, JANUARY + timedelta(days=POINTS_MAX), Grain.DAY)) == POINTS_MAX
    assert points(date(2026, 1, 30), date(2026, 3, 2), Grain.MONTH) == [
        *(date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1))
    ]
    assert points(JANUARY, JANUARY, Grain.DAY) == []


@given(drawn=money_stories(), data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_costs_and_trends_are_what_a_reading_of_every_day_says(
    desk: Desk, reader: Reader, drawn: tuple[Policy, Story], data: st.DataObject
) -> None:
    policy, story = drawn
    tenant = desk.tenant()
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()

    for _ in range(4):
        known_at = data.draw(st.sampled_from([at for at, _ in story]))
        on = max(day(2).date(), known_at.date() + timedelta(days=data.draw(st.sampled_from([0, -1, -20, 30]))))
        month = max(JANUARY, on - timedelta(days=data.draw(st.sampled_from([0, 31, 70]))))
        oracle = DayOracle([fact for at, fact in story if at <= known_at], policy)

        report = await asked(reader, tenant, month, on, known_at)
        shown = await trended(reader, tenant, report.month, report.until, Grain.DAY, on, known_at)

        days = [report.month + timedelta(days=nth) for nth in range((report.until - report.month).days)]
        _check(report.costs, oracle, days)
        assert [each.on for each in shown] == days
        for point in shown:
            assert point.held == len(oracle.seats_on(point.on))
            run_rate = {money.currency: money.amount for money in point.run_rate.by_currency}
            assert _apart(run_rate, oracle.run_rate_on(point.on)) == {}


def _check(costs: Costs, oracle: DayOracle, days: list[date]) -> None:
    expected, unpriced, converted = oracle.costs_of(days)
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in costs.groups:
        for money in line.cost.by_currency if line.cost else ():
            found[line.group or "", money.currency] += money.amount
    rest = {"central": costs.central, "unallocated": costs.unallocated, "variance": costs.variance}
    for name, line in {**rest, "total": costs.total}.items():
        for money in line.cost.by_currency if line.cost else ():
            found[name, money.currency] += money.amount
    assert _apart(found, expected) == {}
    assert costs.total.unpriced == unpriced
    total = costs.total.cost.total if costs.total.cost else Money(Decimal(0), oracle.policy.currency)
    assert (total is None) == (converted is None)
    if total is not None and converted is not None:
        assert _apart({"": total.amount}, {"": converted}) == {}


def _apart(found: Mapping[Key, Decimal], expected: Mapping[Key, Fraction]) -> dict[Key, object]:
    """What differs by more than is rounded: amounts are kept to 12 decimal places."""
    return {
        key: (found.get(key), expected.get(key))
        for key in found.keys() | expected.keys()
        if abs(Fraction(found.get(key, 0)) - expected.get(key, Fraction(0))) > Fraction(1, 10**10)
    }
