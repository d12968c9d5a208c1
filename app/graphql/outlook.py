"""What acting on findings is worth, and what was realised of it."""

from collections.abc import Sequence
from datetime import date

import strawberry

from app.domain.events.deciding import Tier
from app.domain.ids import TenantId
from app.domain.price_book import total_of
from app.domain.realised import Realised, Way
from app.graphql.context import Asked
from app.graphql.finding_types import FindingCause, FindingTier
from app.graphql.ids import thing_id
from app.graphql.money import Money, MoneySum
from app.graphql.skus import Sku, sku_shown
from app.insight.assessment import Assessment
from app.insight.outlook import Worth, outlook
from app.insight.products import ProductSeen
from app.insight.realised import realised_at

RealisedWay = strawberry.enum(
    Way, name="RealisedWay", description="LOWERED: fewer units are paid. AVOIDED: somebody else got the seat."
)


@strawberry.type(description="What freed seats are worth, looking forward. Net amounts; tiers are never mixed.")
class SavingsOf:
    tier: FindingTier | None = strawberry.field(description="Null: of all tiers.")  # type: ignore[valid-type]
    reassignable_now: int = strawberry.field(description="Seats that can be given to others now.")
    cashable_seats: int = strawberry.field(description="Of these, seats above the commit floors.")
    cashable_in12_months: MoneySum = strawberry.field(
        description="What those save in the twelve months from the day, from each product's next renewal on."
    )
    run_rate_times12: MoneySum = strawberry.field(
        description="The monthly saving times 12, without a look at commitments: a rate, not a forecast. Of all seats "
        "found, not capped at the units that are paid, as `costs.wasted` is."
    )
    unpriced_seats: int = strawberry.field(description="Seats the amounts leave out, as their saving is unknown.")
    undated_seats: int = strawberry.field(
        description="Seats `cashableIn12Months` leaves out: it is not known when fewer units can be paid."
    )


@strawberry.type(description="A freed seat that saves money, after somebody had decided about its finding.")
class RealisedSaving:
    sku: Sku
    user_id: strawberry.ID = strawberry.field(description="Who held the seat; taken by `user` arguments.")
    cause: FindingCause  # type: ignore[valid-type]
    tier: FindingTier  # type: ignore[valid-type]
    way: RealisedWay  # type: ignore[valid-type]
    on: date = strawberry.field(description="The civil day since when it saves.")
    monthly: Money | None = strawberry.field(description="A month, net; null: the price is not known.")


@strawberry.type(description="What was saved in the end, as later facts show it.")
class RealisedSavings:
    seats: int
    unpriced_seats: int = strawberry.field(description="Seats the amount leaves out, as their price is unknown.")
    monthly: MoneySum = strawberry.field(description="Saved a month now, net, each at the rate of its own day.")
    items: list[RealisedSaving] = strawberry.field(description="By the day they began; the newest 200.")


@strawberry.type(description="What acting on findings is worth.")
class Savings:
    all: SavingsOf = strawberry.field(description="All tiers but UNVERIFIABLE together.")
    by_tier: list[SavingsOf] = strawberry.field(description="The surest first.")
    realised: RealisedSavings


ITEMS_MAX = 200


async def savings_shown(
    asked: Asked, tenant: TenantId, assessment: Assessment, products: Sequence[ProductSeen]
) -> Savings:
    found = outlook(assessment, products)
    saved = await realised_at(asked.db, tenant, assessment.at, assessment.book)
    return Savings(
        all=_worth(None, found.whole),
        by_tier=[_worth(tier, worth) for tier, worth in found.by_tier],
        realised=await _realised(asked, tenant, assessment, saved),
    )


def _worth(tier: Tier | None, worth: Worth) -> SavingsOf:
    return SavingsOf(
        tier=tier,
        reassignable_now=worth.reassignable,
        cashable_seats=worth.cashable_seats,
        cashable_in12_months=MoneySum.of(worth.cashable),
        run_rate_times12=MoneySum.of(worth.run_rate),
        unpriced_seats=worth.unpriced,
        undated_seats=worth.undated,
    )


async def _realised(
    asked: Asked, tenant: TenantId, assessment: Assessment, saved: Sequence[Realised]
) -> RealisedSavings:
    priced = [(each.monthly, each.on) for each in saved if each.monthly is not None]
    return RealisedSavings(
        seats=len(saved),
        unpriced_seats=len(saved) - len(priced),
        monthly=MoneySum.of(
            total_of(priced, assessment.ground.policy.currency, assessment.rates, unknown=len(saved) - len(priced))
        ),
        items=[
            RealisedSaving(
                sku=await sku_shown(asked, tenant, assessment.at, each.sku),
                user_id=strawberry.ID(thing_id("User", tenant, each.user)),
                cause=each.cause,
                tier=each.tier,
                way=each.way,
                on=each.on,
                monthly=Money.of_known(each.monthly),
            )
            for each in saved[-ITEMS_MAX:]
        ],
    )
