"""Products as a whole: units nobody holds, too many holders, units about to end, and how far they are used."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import strawberry

from app.domain.findings import two_paths
from app.domain.ids import TenantId
from app.domain.money import nothing
from app.domain.sku_class import SkuClass
from app.domain.sku_findings import SkuCause, SkuFinding, buffer
from app.graphql.at_moment import AtMoment
from app.graphql.context import Asked, Info
from app.graphql.findings import checked_idle_days
from app.graphql.money import Money, MoneySum
from app.graphql.outlook import Savings, savings_shown
from app.graphql.scalars import shown_share
from app.graphql.skus import ProductClass, Sku, sku_shown
from app.insight.assessment import Assessment
from app.insight.products import ProductSeen, Used, products_at, run_rate, used


@strawberry.type(description="What is wrong with a product as a whole, and how far it is used. Units and seats.")
class ProductFinding:
    sku: Sku
    sku_class: ProductClass = strawberry.field(  # type: ignore[valid-type]
        name="class", description="Only PAID products are judged: of others all findings are null."
    )
    price: Money | None = strawberry.field(description="Of a seat, a month, net, that day. Null: unknown, not zero.")
    usable: int | None = strawberry.field(description="Units enabled or in Microsoft's days of grace; null: not read.")
    enabled: int | None = strawberry.field(description="Units; null: not read.")
    held: int = strawberry.field(description="Users who hold a seat.")
    active: int = strawberry.field(description="Of these, users neither disabled, idle nor never active.")
    unverifiable: int = strawberry.field(description="Of the active users, those of whom nothing can be said.")
    unassigned: int | None = strawberry.field(description="Usable units that nobody holds.")
    buffer: int | None = strawberry.field(description="Of these, units kept for joiners.")
    net_unassigned: int | None = strawberry.field(description="Unassigned units beyond the buffer.")
    over_assigned: int | None = strawberry.field(description="Seats held beyond the usable units: compliance.")
    suspended_with_holders: int | None = strawberry.field(description="Seats held on cancelled units: compliance.")
    two_paths: int = strawberry.field(
        description="Seats assigned directly and by a group as well: each is one seat and costs nothing more, but both "
        "assignments have to go to free it."
    )
    at_risk: int | None = strawberry.field(description="Units past their renewal, usable for some days yet.")
    at_risk_on: date | None = strawberry.field(
        description="The civil day these end, after the moment's; null: not known, or none do."
    )
    utilisation_assigned: float | None = strawberry.field(
        description="Seats held over enabled units: 1 is all, more is possible; null: no unit is enabled."
    )
    utilisation_active: float | None = strawberry.field(description="Active seats over enabled units.")
    saving: Money | None = strawberry.field(
        description="What the net unassigned units that are billed cost a month, net. Null: unknown, not zero."
    )


@strawberry.type(description="How far what is paid for is used: PAID products weighted by their prices.")
class Utilisation:
    assigned: float | None = strawberry.field(description="1 is all; null: nothing has a price, or a rate is missing.")
    active: float | None = strawberry.field(description="1 is all; null as above.")
    units: int = strawberry.field(description="Enabled units of PAID products.")
    priced_units: int = strawberry.field(description="Units of them that have a price.")
    run_rate: MoneySum = strawberry.field(description="What the paid units cost a month at the day's prices, net.")
    unpriced_units: int = strawberry.field(description="Paid units `runRate` leaves out, as their price is unknown.")


@strawberry.type
class ProductQuestions(AtMoment):
    @strawberry.field(description="Every product listed or held, by part number. `idleDays` as for `findings`.")
    async def sku_findings(self, info: Info, idle_days: int | None = None) -> list[ProductFinding]:
        asked = info.context
        assessment = await self.assessment_at(asked, self.moment, checked_idle_days(idle_days))
        if assessment is None:
            return []
        found = await products_at(asked.db, self.tenant, assessment)
        return await _shown(asked, self.tenant, assessment, found)

    @strawberry.field(description="How far what is paid for is used. Null before the tenant's first fact.")
    async def utilisation(self, info: Info, idle_days: int | None = None) -> Utilisation | None:
        asked = info.context
        assessment = await self.assessment_at(asked, self.moment, checked_idle_days(idle_days))
        if assessment is None:
            return None
        products = await products_at(asked.db, self.tenant, assessment)
        return utilisation_shown(assessment, products, used(assessment, products))

    @strawberry.field(
        description="What freeing the seats found is worth, looking forward from the day, and what was realised up to "
        "it. Null before the tenant's first fact."
    )
    async def savings(self, info: Info, idle_days: int | None = None) -> Savings | None:
        asked = info.context
        assessment = await self.assessment_at(asked, self.moment, checked_idle_days(idle_days))
        if assessment is None:
            return None
        return await savings_shown(asked, self.tenant, assessment, await products_at(asked.db, self.tenant, assessment))


def utilisation_shown(assessment: Assessment, products: Sequence[ProductSeen], share: Used) -> Utilisation:
    spent, _, unpriced = run_rate(assessment, products)
    return Utilisation(
        assigned=shown_share(share.assigned),
        active=shown_share(share.active),
        units=share.units,
        priced_units=share.priced,
        run_rate=MoneySum.of(spent),
        unpriced_units=unpriced,
    )


async def _shown(
    asked: Asked, tenant: TenantId, assessment: Assessment, products: Sequence[ProductSeen]
) -> list[ProductFinding]:
    shown = []
    twice = Counter(sku for each in assessment.holders for sku in two_paths(each.holder))
    for each in products:
        units, about = each.units, {finding.cause: finding for finding in each.findings}
        judged = units is not None and each.sku_class is SkuClass.PAID
        unassigned = about.get(SkuCause.UNASSIGNED)
        at_risk = about.get(SkuCause.AT_RISK)
        share = each.utilisation
        shown.append(
            ProductFinding(
                sku=await sku_shown(asked, tenant, assessment.at, each.sku),
                sku_class=each.sku_class,
                price=None if each.price is None else Money.of(each.price.monthly),
                usable=None if units is None else units.enabled + units.warning,
                enabled=None if units is None else units.enabled,
                held=each.held,
                active=each.active,
                unverifiable=each.unverifiable,
                unassigned=_seats(unassigned) if judged else None,
                buffer=buffer(units, assessment.ground.policy) if units is not None and judged else None,
                net_unassigned=(0 if unassigned is None else unassigned.net) if judged else None,
                over_assigned=_seats(about.get(SkuCause.OVER_ASSIGNED)) if judged else None,
                suspended_with_holders=_seats(about.get(SkuCause.SUSPENDED_HELD)) if judged else None,
                two_paths=twice[each.sku],
                at_risk=_seats(at_risk) if judged else None,
                at_risk_on=_to_come(at_risk, assessment),
                utilisation_assigned=None if share is None else shown_share(share.assigned),
                utilisation_active=None if share is None else shown_share(share.active),
                saving=_saving(each, unassigned, assessment) if judged else None,
            )
        )
    return shown


def _to_come(at_risk: SkuFinding | None, assessment: Assessment) -> date | None:
    """Graph keeps naming a day that is past."""
    if at_risk is None or at_risk.on is None or at_risk.on <= assessment.ground.on:
        return None
    return at_risk.on


def _saving(each: ProductSeen, unassigned: SkuFinding | None, assessment: Assessment) -> Money | None:
    """With no unit unassigned nothing is lost, whatever the price."""
    if unassigned is not None:
        return Money.of_known(unassigned.saving)
    currency = assessment.ground.policy.currency if each.price is None else each.price.monthly.currency
    return Money.of(nothing(currency))


def _seats(finding: SkuFinding | None) -> int:
    return 0 if finding is None else finding.seats
