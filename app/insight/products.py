"""A customer's products at a moment: units, class and price, what is wrong with them, and how far they are used."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.events.deciding import Cause, Tier
from app.domain.events.licensing import Purchase
from app.domain.ids import SkuId, TenantId
from app.domain.market import Market
from app.domain.money import EXACT, Money
from app.domain.price_book import Price, Total, total_of
from app.domain.sku import Units
from app.domain.sku_class import SkuClass
from app.domain.sku_findings import SkuFinding, Utilisation, judge_units, paid, utilisation
from app.insight.assessment import Assessment
from app.insight.product_classes import Bought, bought_at
from app.projections import sku_units
from app.projections.sku_units import SkuUnits

INACTIVE = frozenset({Cause.DISABLED, Cause.NEVER_USED, Cause.IDLE})
"""Causes of seats that do not count as active (definitions: utilisation)."""


@dataclass(frozen=True, slots=True)
class ProductSeen:
    """One product. `units` None: not read yet; then nothing is said of them. `price`: of the day; None: unknown.

    `held`: seats; `active`: those of them neither disabled, idle nor never used; `unverifiable`: those of the active
    of which nothing can be said. `utilisation` None: units are not read, or the product is not paid by the seat.
    """

    listed: SkuUnits
    units: Units | None
    sku_class: SkuClass
    price: Price | None
    purchases: tuple[Purchase, ...]
    held: int
    active: int
    unverifiable: int
    findings: tuple[SkuFinding, ...]
    utilisation: Utilisation | None

    @property
    def sku(self) -> SkuId:
        return self.listed.sku


@dataclass(frozen=True, slots=True)
class Used:
    """Utilisation of all paid products, each weighted by its price: shares of the enabled units' worth, 1 for all.

    None: no unit with a price, or a rate is missing. `units` are enabled ones; `priced` those of them with a price.
    """

    assigned: Decimal | None
    active: Decimal | None
    units: int
    priced: int


async def products_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, assessment: Assessment
) -> tuple[ProductSeen, ...]:
    """Every product listed or held at the assessment's moment, by part number and id."""
    at = assessment.at
    listed = {row.sku: row for row in await sku_units.listed_at(db, tenant, at)}
    for sku in sorted(assessment.held.keys() - listed.keys()):
        listed[sku] = SkuUnits(sku, None, None, None, None, None, None, None)
    return seen(assessment, listed.values(), await bought_at(db, tenant, at))


def seen(assessment: Assessment, listed: Iterable[SkuUnits], bought: Bought) -> tuple[ProductSeen, ...]:
    ground = assessment.ground
    book = assessment.book
    monthly = {sku: price.monthly for sku in book.skus() if (price := book.price_on(sku, ground.on)) is not None}
    market = Market(ground, monthly, CATALOGUE)
    idle = Counter(each.finding.sku for each in assessment.found if each.finding.cause in INACTIVE)
    unsure = Counter(each.finding.sku for each in assessment.found if each.finding.tier is Tier.UNVERIFIABLE)
    found = []
    for row in listed:
        units = units_of(row)
        sku_class = SkuClass.COMPANY if row.applies_to == "Company" else market.class_of(row.sku)
        purchases = tuple(bought.get(row.sku, ()))
        held = assessment.held.get(row.sku, 0)
        active = held - idle[row.sku] + unsure[row.sku]
        judged = units is not None and sku_class is SkuClass.PAID
        found.append(
            ProductSeen(
                listed=row,
                units=units,
                sku_class=sku_class,
                price=book.price_on(row.sku, ground.on),
                purchases=purchases,
                held=held,
                active=active,
                unverifiable=unsure[row.sku],
                findings=judge_units(row.sku, units, sku_class, monthly.get(row.sku), ground.policy, purchases)
                if units is not None
                else (),
                utilisation=utilisation(units, held, active) if judged and units is not None else None,
            )
        )
    return tuple(found)


def units_of(row: SkuUnits) -> Units | None:
    """The units as the domain counts them; None: not read yet."""
    if row.enabled is None or row.consumed is None:
        return None
    return Units(
        enabled=row.enabled,
        warning=row.warning or 0,
        suspended=row.suspended or 0,
        locked_out=row.locked_out or 0,
        consumed=row.consumed,
    )


def used(assessment: Assessment, products: Iterable[ProductSeen]) -> Used:
    """How far what is paid for is used, by its worth."""
    enabled, assigned, active = Decimal(0), Decimal(0), Decimal(0)
    units = priced = 0
    known = True
    for each in products:
        if each.utilisation is None or each.units is None:
            continue
        units += each.units.enabled
        if each.price is None:
            continue
        priced += each.units.enabled
        worth = _worth(assessment, each.price.monthly)
        if worth is None:
            known = False
            continue
        enabled = EXACT.fma(worth, Decimal(each.units.enabled), enabled)
        assigned = EXACT.fma(worth, Decimal(each.held), assigned)
        active = EXACT.fma(worth, Decimal(each.active), active)
    if not known or not enabled:
        return Used(None, None, units, priced)
    return Used(EXACT.divide(assigned, enabled), EXACT.divide(active, enabled), units, priced)


def run_rate(assessment: Assessment, products: Iterable[ProductSeen]) -> tuple[Total, int, int]:
    """What the paid units cost a month at the day's prices; how many they are; and of how many the price is unknown."""
    policy, on = assessment.ground.policy, assessment.ground.on
    amounts: list[tuple[Money, date]] = []
    units = unpriced = 0
    for each in products:
        if each.sku_class is not SkuClass.PAID or each.units is None:
            continue
        count = paid(each.units, policy)
        units += count
        if each.price is None:
            unpriced += count
        else:
            amounts.append((each.price.monthly.times(count), on))
    return total_of(amounts, policy.currency, assessment.rates, unknown=unpriced), units, unpriced


def _worth(assessment: Assessment, monthly: Money) -> Decimal | None:
    if not monthly.amount:
        return Decimal(0)
    converted = assessment.rates.convert(monthly, assessment.ground.policy.currency, assessment.ground.on)
    return None if converted is None else converted.amount
