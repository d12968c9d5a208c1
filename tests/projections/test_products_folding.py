"""Products, their units, and what was bought of them and is renewed when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.events.licensing import (
    Purchase,
    RenewalScheduled,
    SeatsChanged,
    ServicePlan,
    SkuLapsed,
    SkuSubscribed,
)
from app.domain.ids import PlanId, SkuId
from app.projections import renewals, sku_units
from app.projections.facts import OPEN_END, datetime_of
from tests.projections.folding import column, facts_of, now
from tests.projections.story import (
    E3,
    E5,
    assigned,
    day,
    named,
)

E1 = SkuId(named("e1"))
PLAN, OTHER = PlanId(named("plan")), PlanId(named("other"))
FOREVER = datetime_of(OPEN_END)


def units(at: datetime) -> SeatsChanged:
    return SeatsChanged(happened_at=at, sku=E5, enabled=5, warning=4, suspended=3, locked_out=2, consumed=1)


def subscribed(at: datetime, *plans: tuple[PlanId, str]) -> SkuSubscribed:
    described = tuple(ServicePlan(plan=plan, name="x", applies_to=to) for plan, to in plans)
    return SkuSubscribed(happened_at=at, sku=E5, part_number="SPE_E5", applies_to="User", plans=described)


UNITS = ("part_number", "applies_to", "enabled", "warning", "suspended", "locked_out", "consumed", "plans")


def test_a_product_and_its_units_are_told_apart_in_either_order() -> None:
    described = ("SPE_E5", "User", 5, 4, 3, 2, 1, (PLAN,))
    facts = [subscribed(day(2), (PLAN, "User"), (OTHER, "Company")), units(day(2))]

    for order in (facts, facts[::-1]):
        assert column(now(sku_units.PROJECTION, *order), *UNITS) == [described]


def test_units_not_read_yet_are_unknown_and_not_zero() -> None:
    assert column(now(sku_units.PROJECTION, subscribed(day(2))), *UNITS) == [
        ("SPE_E5", "User", None, None, None, None, None, ()),
    ]
    assert column(now(sku_units.PROJECTION, units(day(2))), *UNITS) == [(None, None, 5, 4, 3, 2, 1, ())]


def test_a_product_that_lapsed_has_no_row_from_then_on() -> None:
    rows = now(sku_units.PROJECTION, units(day(2)), SkuLapsed(happened_at=day(5), sku=E5))

    assert column(rows, "valid_from", "valid_until") == [(day(2), day(5))]


def test_products_are_looked_up_by_what_the_facts_name() -> None:
    facts = facts_of(units(day(2)), subscribed(day(3)), SkuLapsed(happened_at=day(4), sku=E3), assigned(day(5), sku=E1))

    assert sku_units.PROJECTION.looked_up(facts) == {"sku_id": {E5, E3}}


def test_units_as_read_have_their_plans_as_a_tuple() -> None:
    row = (E5, "SPE_E5", "User", 5, 4, 3, 2, 1)
    one, two, none = (sku_units._row((*row, text)) for text in (f"{{{PLAN}}}", f"{{{PLAN},{PLAN}}}", "{}"))

    assert (one.sku, one.consumed, one.plans) == (E5, 1, (PLAN,))
    assert (two.plans, none.plans) == ((PLAN, PLAN), ())


def bought(purchase: str, seats: int, next_change_at: datetime | None = None) -> Purchase:
    return Purchase(
        purchase=purchase,
        seats=seats,
        trial=True,
        status="Enabled",
        created_at=day(-300),
        next_change_at=next_change_at,
    )


def scheduled(at: datetime, *purchases: Purchase) -> RenewalScheduled:
    return RenewalScheduled(happened_at=at, sku=E5, purchases=purchases)


def test_purchases_no_longer_listed_end_and_the_others_go_on() -> None:
    rows = now(
        renewals.PROJECTION,
        scheduled(day(2), bought("one", 5, day(90)), bought("two", 7)),
        scheduled(day(6), bought("two", 7)),
    )

    names = ("purchase", "seats", "trial", "status", "created_at", "next_change_at", "valid_from", "valid_until")
    assert column(rows, *names) == [
        ("one", 5, True, "Enabled", day(-300), day(90), day(2), day(6)),
        ("two", 7, True, "Enabled", day(-300), None, day(2), FOREVER),
    ]


def test_purchases_of_another_product_are_none_of_its_business() -> None:
    other = scheduled(day(6), bought("three", 1)).model_copy(update={"sku": E3})

    rows = now(renewals.PROJECTION, scheduled(day(2), bought("one", 5)), other, assigned(day(7)))

    found: Sequence[tuple[Any, ...]] = column(rows, "sku_id", "purchase", "valid_until")
    assert sorted(found) == sorted([(E5, "one", FOREVER), (E3, "three", FOREVER)])
    assert renewals.PROJECTION.looked_up(facts_of(other, assigned(day(7)))) == {"sku_id": {E3}}
