"""What seats that served nobody cost in a month, day by day."""

import strawberry

from app.domain import waste_report
from app.domain.ids import TenantId
from app.domain.waste_report import WastedSpend as Spend
from app.graphql.context import Asked
from app.graphql.finding_types import FindingCause, FindingTier
from app.graphql.money import MoneySum
from app.graphql.skus import Sku, sku_shown
from app.projections.reading import Moment


@strawberry.type(description="Seats wasted times days, and what they cost.")
class WastedPart:
    seat_days: int = strawberry.field(description="Seats or units wasted times days.")
    unpriced_seat_days: int = strawberry.field(description="Seat-days without a price, which `cost` leaves out.")
    cost: MoneySum | None = strawberry.field(description="Net. Null: none of it has a price, which is not zero.")


@strawberry.type(description="Seats wasted for one cause.")
class WastedByCause:
    cause: FindingCause = strawberry.field(description="The one of each day.")  # type: ignore[valid-type]
    wasted: WastedPart = strawberry.field(description="The seats of this cause.")


@strawberry.type(description="Seats wasted whose findings are equally certain.")
class WastedByTier:
    tier: FindingTier = strawberry.field(description="The one of each day.")  # type: ignore[valid-type]
    wasted: WastedPart = strawberry.field(description="The seats of this tier.")


@strawberry.type(description="What was wasted of one product.")
class WastedBySku:
    sku: Sku = strawberry.field(description="The product.")
    wasted: WastedPart = strawberry.field(description="Its seats and its units nobody held.")


@strawberry.type(
    description="What seats that served nobody cost: each day's findings at that day's prices, no more of a product "
    "than was paid for. Causes, and tiers, sum to the total with `unassigned`, to the cent; products do without."
)
class WastedSpend:
    total: WastedPart = strawberry.field(description="Seats with findings and units nobody held.")
    by_cause: list[WastedByCause] = strawberry.field(description="Seats with findings that are waste.")
    by_tier: list[WastedByTier] = strawberry.field(description="The same seats, the surest first.")
    by_sku: list[WastedBySku] = strawberry.field(description="By skuId.")
    unassigned: WastedPart = strawberry.field(description="Billed units beyond the buffer that nobody held.")
    downgrades: WastedPart = strawberry.field(
        description="What cheaper products would have saved for seats that were used: no part of the total."
    )


async def wasted_shown(asked: Asked, tenant: TenantId, at: Moment, spend: Spend) -> WastedSpend:
    told = waste_report.shown(spend)
    return WastedSpend(
        total=_part(told.whole),
        by_cause=[WastedByCause(cause=cause, wasted=_part(each)) for cause, each in told.by_cause().items()],
        by_tier=[WastedByTier(tier=tier, wasted=_part(each)) for tier, each in told.by_tier().items()],
        by_sku=[
            WastedBySku(sku=await sku_shown(asked, tenant, at, each.sku), wasted=_part(each.whole))
            for each in told.skus
        ],
        unassigned=_part(told.unassigned),
        downgrades=_part(told.downgrades),
    )


def _part(wasted: waste_report.Wasted) -> WastedPart:
    return WastedPart(
        seat_days=wasted.seat_days,
        unpriced_seat_days=wasted.unpriced,
        cost=MoneySum.of_known(wasted.cost),
    )
