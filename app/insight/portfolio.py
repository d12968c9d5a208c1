"""One customer among many, in a few figures: what they pay, what of it is wasted, and how far that can be trusted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from app.domain.events.deciding import Tier
from app.domain.ids import SkuId, TenantId
from app.domain.price_book import Total, total_of
from app.domain.sku_class import SkuClass
from app.domain.sku_findings import paid as paid_units
from app.domain.sku_findings import wasted_units
from app.domain.waste_caps import Part, capped
from app.domain.waste_report import Place
from app.insight.assessment import Assessment, Found
from app.insight.products import ProductSeen, Used, products_at, run_rate, used


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a customer on a day, in their own currency. Amounts are of a month, net.

    `waste`: by tier, the surest first; `unassigned`: of billed units beyond the buffer that nobody holds; of a product
    they are together no more than is paid. `unpriced`: paid units the run rate leaves out; `paid`: all of them.
    `seats`: held; `people`: who hold them.
    """

    run_rate: Total
    paid: int
    unpriced: int
    waste: Sequence[tuple[Tier, int, Total]]
    unassigned: Total
    seats: int
    people: int
    used: Used

    @property
    def priced_coverage(self) -> Decimal | None:
        """Share (0 to 1) of the paid units that have a price; None: none are paid."""
        return Decimal(self.paid - self.unpriced) / Decimal(self.paid) if self.paid else None


async def figures_of(db: psycopg.AsyncConnection[Any], tenant: TenantId, assessment: Assessment) -> Figures:
    """The figures of an assessment's moment."""
    products = await products_at(db, tenant, assessment)
    policy, on = assessment.ground.policy, assessment.ground.on
    spent, paid, unpriced = run_rate(assessment, products)
    wasted, free = _capped(assessment, products)
    waste = []
    for tier in Tier:
        found = [each for each in wasted if each.finding.tier is tier]
        if found:
            waste.append((tier, len(found), assessment.savings(found)))
    spare = [
        None if product.price is None else product.price.monthly.times(free[product.sku])
        for product in products
        if product.sku in free
    ]
    priced = [(saving, on) for saving in spare if saving is not None]
    return Figures(
        run_rate=spent,
        paid=paid,
        unpriced=unpriced,
        waste=waste,
        unassigned=total_of(priced, policy.currency, assessment.rates, unknown=len(spare) - len(priced)),
        seats=sum(assessment.held.values()),
        people=len(assessment.holders),
        used=used(assessment, products),
    )


_NOWHERE = Place(None, None, None, None)


def _capped(assessment: Assessment, products: Iterable[ProductSeen]) -> tuple[list[Found], Mapping[SkuId, int]]:
    """Wasted seats and, of each product, billed units nobody holds beyond the buffer: no more than are paid."""
    policy = assessment.ground.policy
    by_part: dict[Part, list[Found]] = {}
    for each in assessment.found:
        if each.is_waste:
            part = Part(each.finding.sku, each.finding.cause, each.finding.tier, _NOWHERE)
            by_part.setdefault(part, []).append(each)
    read = {each.sku: each.units for each in products if each.sku_class is SkuClass.PAID and each.units is not None}
    paid: dict[SkuId, list[int | None]] = {part.sku: [None] for part in by_part}
    paid |= {sku: [paid_units(units, policy)] for sku, units in read.items()}
    seats, free = capped(
        {part: [len(found)] for part, found in by_part.items()},
        {sku: [wasted_units(units, policy)] for sku, units in read.items()},
        paid,
    )
    kept = [each for part, (count,) in seats.items() for each in by_part[part][:count]]
    return kept, {sku: count for sku, (count,) in free.items()}
