"""Purchases that are renewed or end soon, and how many of their seats need not be paid any more."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from app.domain.events.deciding import Tier
from app.domain.events.licensing import Purchase
from app.domain.money import Money
from app.domain.sku_class import SkuClass
from app.domain.sku_findings import wasted_units
from app.insight.assessment import Assessment
from app.insight.outlook import commitment_of
from app.insight.products import ProductSeen

SURE = frozenset({Tier.GUARANTEED, Tier.LIKELY})
_OVER = frozenset({"Deleted", "LockedOut"})


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A purchase that moves to its next state on a day. `price`: of a seat a month; None: unknown.

    `reclaimable`: seats that need not be renewed, by sure findings and by units nobody holds, above the commit floor.
    """

    on: date
    product: ProductSeen
    purchase: Purchase
    price: Money | None
    reclaimable: int


def upcoming(assessment: Assessment, products: Iterable[ProductSeen], until: date) -> tuple[Upcoming, ...]:
    """Purchases that change from the assessment's day on and before another, the soonest first.

    Where a product has several, the first to be renewed can be lowered first; no seat counts twice.
    """
    freed = Counter(each.finding.sku for each in assessment.found if each.is_waste and each.finding.tier in SURE)
    zone, since = ZoneInfo(assessment.at.zone), assessment.ground.on
    found = []
    for product in products:
        left = _reclaimable(assessment, product, freed[product.sku])
        dated = [
            (each.next_change_at.astimezone(zone).date(), each)
            for each in product.purchases
            if each.next_change_at is not None and each.status not in _OVER
        ]
        for on, purchase in sorted(dated, key=lambda each: (each[0], each[1].purchase)):
            if since <= on:
                seats = 0 if purchase.trial else min(left, purchase.seats)
                left -= seats
                if on < until:
                    price = None if product.price is None else product.price.monthly
                    found.append(Upcoming(on, product, purchase, price, seats))
    return tuple(sorted(found, key=lambda each: (each.on, each.product.sku, each.purchase.purchase)))


def _reclaimable(assessment: Assessment, product: ProductSeen, freed: int) -> int:
    if product.units is None or product.sku_class is not SkuClass.PAID:
        return 0
    commitment = commitment_of(assessment, product)
    above = max(0, commitment.paid - (commitment.floor or 0))
    return min(above, freed + wasted_units(product.units, assessment.ground.policy))
