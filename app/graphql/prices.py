"""What a customer pays for seats, as it was stated."""

from datetime import date

import strawberry

from app.domain import money
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.ids import SkuId
from app.graphql.at_moment import AtMoment
from app.graphql.context import Info
from app.graphql.ids import asked_part
from app.graphql.money import Money
from app.graphql.scalars import checked_day
from app.graphql.skus import Sku, sku_shown
from app.projections import prices

SourceOfPrice = strawberry.enum(
    PriceSource, name="PriceSource", description="Where a price comes from; the first of these that holds counts."
)
PriceTerm = strawberry.enum(Term, name="PriceTerm", description="How long a purchase binds.")
PricePer = strawberry.enum(Per, name="PricePer", description="What time an amount is for.")


@strawberry.type(description="One stated price of a seat.")
class Price:
    sku: Sku
    source: SourceOfPrice  # type: ignore[valid-type]
    lot: str = strawberry.field(description="Tells purchases of one product at several prices apart; '': there is one.")
    amount: Money = strawberry.field(description="As stated, exact, for the time `per` says.")
    per: PricePer  # type: ignore[valid-type]
    term: PriceTerm  # type: ignore[valid-type]
    effective_from: date = strawberry.field(description="The first civil day it holds.")
    effective_until: date | None = strawberry.field(
        description="The first civil day it no longer holds; null: until another price of its lot begins."
    )
    quantity: int | None = strawberry.field(description="Seats at this price: they weight the lots.")
    commit_floor: int | None = strawberry.field(description="Seats paid whatever is freed; null: none.")
    tax_included: bool = strawberry.field(description="The amount is not net, as it should be.")


@strawberry.type
class PriceQuestions(AtMoment):
    @strawberry.field(
        description="Prices known at the moment, by product, source, lot and first day. `on`: only those whose own "
        "dates cover that civil day, of every source; without it all, whenever they hold."
    )
    async def prices(self, info: Info, on: date | None = None, sku: strawberry.ID | None = None) -> list[Price]:
        asked = info.context
        day = None if on is None else checked_day("on", on)
        product = None if sku is None else SkuId(asked_part("sku", "Sku", self.tenant, sku))
        return [
            Price(
                sku=await sku_shown(asked, self.tenant, self.moment, line.sku),
                source=line.source,
                lot=line.lot,
                amount=Money.exact(money.Money(line.amount, line.currency)),
                per=line.per,
                term=line.term,
                effective_from=line.effective_from,
                effective_until=line.effective_until,
                quantity=line.quantity,
                commit_floor=line.commit_floor,
                tax_included=line.tax_included,
            )
            for line in await prices.lines_at(asked.db, self.tenant, self.moment)
            if (product is None or line.sku == product) and (day is None or line.holds_on(day))
        ]
