"""The rules agree with the oracle on customers by chance: every seat, with its cause, its tier and its saving."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from app.domain.catalogue import CATALOGUE
from app.domain.events.deciding import Cause, Tier
from app.domain.findings import SeatFinding, judge
from app.domain.ids import SkuId
from app.domain.price_book import NO_RATES, Total
from app.domain.sku import Units
from app.domain.sku_findings import net_unassigned, over_assigned, paid, unassigned, usable, wasted_units
from app.domain.waste import wasted_spend
from app.domain.waste_caps import Part
from app.domain.waste_report import Place
from tests.oracle.costs import counted, wasted_on
from tests.oracle.customers import tenant
from tests.oracle.findings import NOTHING, UNVERIFIABLE, WASTED, Answer, findings_on
from tests.oracle.holders import ground, holder, policy, price_book, prices
from tests.oracle.model import Tenant, said_on
from tests.oracle.prices import day_price

CASES = 1000
PARTS = 10
FEW = 200
FINEST = Decimal("1E-11")
NOWHERE = Place(None, None, None, None)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_seat_of_customers_by_chance_is_judged_as_the_definitions_say(part: int) -> None:
    for seed in range(part, CASES, PARTS):
        customer, on = tenant(seed)

        found = _judged(customer, on)

        for seat, right in findings_on(customer, on).items():
            answer = found.get(seat, NOTHING)
            assert any(answer.agrees(each) for each in right), f"seed {seed}, {seat}: {answer}, not {right}"


def test_chance_brings_every_cause_and_tier() -> None:
    met = set()
    for seed in range(100):
        customer, on = tenant(seed)
        met |= {(each.cause, each.tier) for right in findings_on(customer, on).values() for each in right}

    assert {cause for cause, _ in met} == {
        None, "DISABLED", "NEVER_USED", "IDLE", "OVERLAP", "SKU_IDLE", "DOWNGRADE", "GUEST_LICENSED",
    }  # fmt: skip
    assert {tier for _, tier in met} == {None, "GUARANTEED", "LIKELY", "REVIEW", "UNVERIFIABLE"}


def test_units_nobody_holds_and_units_held_too_often_are_counted_as_the_definitions_say() -> None:
    for seed in range(FEW):
        customer, on = tenant(seed)
        rules = policy(customer.rules)
        for product in customer.products:
            right = counted(customer, product, on)
            said = said_on(customer, product.units, on)
            assert right is not None
            assert said is not None
            units = Units(said.value.enabled, said.value.warning, said.value.suspended, 0, said.value.consumed)

            counts = (unassigned(units), over_assigned(units), paid(units, rules), usable(units))

            assert counts == (right.unassigned, right.over_assigned, right.paid, right.usable), f"seed {seed}"
            assert net_unassigned(units, rules) in right.net_unassigned, f"seed {seed}"
            assert wasted_units(units, rules) in right.wasted, f"seed {seed}"


def test_the_waste_of_a_day_is_what_its_findings_and_free_seats_cost_and_never_more_than_is_spent() -> None:
    for seed in range(FEW):
        customer, on = tenant(seed)
        found = _judged(customer, on)
        by_sku = Counter(sku for (_, sku), answer in found.items() if answer.cause in WASTED)
        for product in customer.products:
            right, seats = wasted_on(customer, product, on), counted(customer, product, on)
            price = day_price(customer, product.id, on)
            assert right is not None
            assert seats is not None
            sku = SkuId(product.id)

            waste = wasted_spend(
                on,
                on + timedelta(days=1),
                {Part(sku, Cause.IDLE, Tier.LIKELY, NOWHERE): [by_sku[product.id]]},
                {sku: [seats.wasted[0]]},
                {sku: [seats.paid]},
                price_book(customer),
                NO_RATES,
                policy(customer.rules),
            ).whole

            assert right[0] <= waste.seat_days <= min(right[1], seats.paid), f"seed {seed}"
            if price is None:
                # Nobody knows what it costs; only nothing is known to cost nothing.
                assert waste.cost is None or right[0] == 0, f"seed {seed}"
                continue
            assert right[0] * price - FINEST <= _whole(waste.cost) <= right[1] * price + FINEST, f"seed {seed}"


def _whole(total: Total | None) -> Decimal:
    """0 where there is nothing."""
    return Decimal(0) if total is None or total.total is None else total.total.amount


def _judged(customer: Tenant, on: date) -> dict[tuple[UUID, UUID], Answer]:
    by, monthly = ground(customer, on), prices(customer, on)
    found: dict[tuple[UUID, UUID], Answer] = {}
    for person in customer.people:
        for finding in judge(holder(customer, person, on), by, monthly, CATALOGUE):
            assert (person.id, finding.sku) not in found
            found[person.id, finding.sku] = answer_of(finding)
    return found


def answer_of(finding: SeatFinding) -> Answer:
    """Without a cause where nothing is known, for then the definitions name none."""
    if finding.tier is Tier.UNVERIFIABLE:
        # Nothing is saved; or, where the price is missing, nobody knows.
        assert finding.saving is None or finding.saving.amount == 0
        return UNVERIFIABLE
    saving = finding.saving
    return Answer(finding.cause.value, finding.tier.value, None if saving is None else saving.amount)
