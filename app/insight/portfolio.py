"""One customer among many, in a few figures: what they pay, what of it is wasted, and how far that can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from app.domain.events.deciding import Tier
from app.domain.ids import TenantId
from app.domain.price_book import Total, total_of
from app.domain.sku_findings import SkuCause
from app.insight.assessment import Assessment
from app.insight.products import Used, products_at, run_rate, used


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a customer on a day, in their own currency. Amounts are of a month, net.

    `waste`: by tier, the surest first; `unassigned`: of billed units beyond the buffer that nobody holds. `unpriced`:
    paid units the run rate leaves out; `paid`: all of them. `seats`: held; `people`: who hold them.
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
    waste = []
    for tier in Tier:
        found = [each for each in assessment.found if each.is_waste and each.finding.tier is tier]
        if found:
            waste.append((tier, len(found), assessment.savings(found)))
    spare = [
        (finding.saving, on)
        for product in products
        for finding in product.findings
        if finding.cause is SkuCause.UNASSIGNED and finding.net and finding.saving is not None
    ]
    return Figures(
        run_rate=spent,
        paid=paid,
        unpriced=unpriced,
        waste=waste,
        unassigned=total_of(spare, policy.currency, assessment.rates),
        seats=sum(assessment.held.values()),
        people=len(assessment.holders),
        used=used(assessment, products),
    )
