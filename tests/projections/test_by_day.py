"""Small tables on several days at once: on each the same as when asked of that day alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.events import Event
from app.domain.events.licensing import Purchase, RenewalScheduled, SeatsChanged, ServicePlan, SkuLapsed, SkuSubscribed
from app.domain.events.tenancy import ConsentWithdrawn, PolicyChanged
from app.domain.ids import PlanId, TenantId
from app.projections import renewals, sku_units, tenants
from app.projections.engine import advance
from app.projections.reading import Moment, scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import E3, E5, day, named, snapshot

PLAN = ServicePlan(plan=PlanId(named("a plan")), name="MCOEV", applies_to="User")


def described(on: int, sku: object, part_number: str, *plans: ServicePlan) -> SkuSubscribed:
    return SkuSubscribed(happened_at=day(on), sku=sku, part_number=part_number, applies_to="User", plans=plans)


def units(on: int, sku: object, enabled: int) -> SeatsChanged:
    return SeatsChanged(
        happened_at=day(on), sku=sku, enabled=enabled, warning=0, suspended=0, locked_out=0, consumed=enabled
    )


def bought(on: int, *names: str) -> RenewalScheduled:
    listed = [
        Purchase(purchase=name, seats=5, trial=False, status="Enabled", created_at=None, next_change_at=ends)
        for name, ends in zip(names, (None, day(90), day(80)), strict=False)
    ]
    return RenewalScheduled(happened_at=day(on), sku=E5, purchases=tuple(listed))


FACTS: Sequence[Event] = (
    *(described(2, E5, "E5", PLAN), described(2, E3, "E3"), units(3, E3, 10), units(3, E5, 20)),
    *(bought(3, "a", "b", "c"), snapshot(day(4)), snapshot(day(5, 23)), units(5, E5, 21), units(5, E5, 22)),
    PolicyChanged(happened_at=day(6), idle_days=60, grace_days=14, time_zone="Europe/Berlin", currency="EUR"),
    *(bought(7, "b"), SkuLapsed(happened_at=day(8), sku=E3), ConsentWithdrawn(happened_at=day(9), reason="gone")),
)


async def compared(reader: Reader, tenant: TenantId, known_at: datetime | None) -> list[Moment]:
    """From the day before the first fact on, all by one knowledge."""
    async with scope(reader, [tenant]):
        last = await when(reader, tenant, day(11), known_at)
        moments = [replace(await when(reader, tenant, day(on), known_at), position=last.position) for on in range(12)]
        each_alone = [
            (
                await sku_units.listed_at(reader, tenant, at),
                await renewals.listed_at(reader, tenant, at),
                await tenants.found(reader, tenant, at),
            )
            for at in moments
        ]
        listed = await sku_units.listed_on(reader, tenant, moments)
        scheduled = await renewals.listed_on(reader, tenant, moments)
        found = await tenants.found_on(reader, tenant, moments)

    assert list(zip(listed, scheduled, found, strict=True)) == each_alone
    return moments


async def test_each_day_has_what_it_has_alone(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, *FACTS)

    moments = await compared(reader, tenant, None)

    async with scope(reader, [tenant]):
        listed = await sku_units.listed_on(reader, tenant, moments)
        found = await tenants.found_on(reader, tenant, moments)
    assert [[each.enabled for each in then] for then in listed[4:9]] == [[10, 20], [10, 22], [10, 22], [10, 22], [22]]
    assert [row and row.idle_days for row in found[:7]] == [None, 90, 90, 90, 90, 90, 60]
    assert listed[6] is listed[7]  # nothing was said of it in between


async def test_each_day_is_as_known_then(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, *FACTS)
    late = [units(4, E5, 99), bought(5), snapshot(day(7))]
    desk.log.tell(tenant, *late, at=day(20))
    advance(desk.pool, desk.log, tenant)

    before, after = await compared(reader, tenant, day(19)), await compared(reader, tenant, None)

    async with scope(reader, [tenant]):
        units_then = [await sku_units.listed_on(reader, tenant, known) for known in (before, after)]
        bought_then = [await renewals.listed_on(reader, tenant, known) for known in (before, after)]
    assert [[each.enabled for each in days[4]] for days in units_then] == [[10, 20], [10, 99]]
    assert [[each.purchase for each in days[5]] for days in bought_then] == [["c", "b", "a"], []]


async def test_no_days_have_nothing(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, *FACTS)

    async with scope(reader, [tenant]):
        found = await sku_units.listed_on(reader, tenant, [])

    assert found == []
