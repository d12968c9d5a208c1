"""Purchases that are about to be renewed or to end, over all products."""

from datetime import date, timedelta

import strawberry

from app.graphql.at_moment import AtMoment
from app.graphql.context import Info
from app.graphql.errors import BadUserInput
from app.graphql.money import Money
from app.graphql.scalars import checked_day
from app.graphql.skus import Sku, sku_shown
from app.insight.products import products_at
from app.insight.upcoming import upcoming

DAYS = 90


@strawberry.type(description="A purchase that moves to its next state on a day, unless it is renewed.")
class UpcomingRenewal:
    on: date = strawberry.field(description="The civil day in the tenant's time zone.")
    days: int = strawberry.field(description="Civil days from the moment's day to it.")
    sku: Sku
    seats: int = strawberry.field(description="Units bought.")
    status: str = strawberry.field(description="Microsoft's word: Enabled, Warning or Suspended.")
    trial: bool = strawberry.field(description="It costs nothing yet: the price is what a conversion would cost.")
    price: Money | None = strawberry.field(description="Of a seat, a month, net, on the moment's day. Null: unknown.")
    monthly: Money | None = strawberry.field(description="Of all its seats, a month, net. Null: unknown.")
    reclaimable_seats: int = strawberry.field(
        description="Seats that need not be renewed: GUARANTEED and LIKELY waste of the moment and billed units beyond "
        "the buffer that nobody holds, above the commit floor. No seat counts for two purchases."
    )
    reclaimable: Money | None = strawberry.field(description="What these cost a month, net. Null: unknown.")


@strawberry.type
class UpcomingQuestions(AtMoment):
    @strawberry.field(
        description="Purchases of all products that are renewed or end from the moment's day on and before the civil "
        "day `until` (by default 90 days on), the soonest first."
    )
    async def renewals(self, info: Info, until: date | None = None) -> list[UpcomingRenewal]:
        asked = info.context
        end = self.moment.on + timedelta(days=DAYS) if until is None else checked_day("until", until)
        if end < self.moment.on:
            raise BadUserInput(f"`until` ({end}) lies before the moment's day ({self.moment.on}).")
        assessment = await self.assessment_at(asked, self.moment)
        if assessment is None:
            return []
        products = await products_at(asked.db, self.tenant, assessment)
        return [
            UpcomingRenewal(
                on=each.on,
                days=(each.on - self.moment.on).days,
                sku=await sku_shown(asked, self.tenant, self.moment, each.product.sku),
                seats=each.purchase.seats,
                status=each.purchase.status,
                trial=each.purchase.trial,
                price=None if each.price is None else Money.exact(each.price),
                monthly=None if each.price is None else Money.of(each.price.times(each.purchase.seats)),
                reclaimable_seats=each.reclaimable,
                reclaimable=None if each.price is None else Money.of(each.price.times(each.reclaimable)),
            )
            for each in upcoming(assessment, products, end)
        ]
