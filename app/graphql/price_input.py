"""A price as somebody states it."""

from datetime import date

import strawberry

from app.domain.events.pricing import Per, PriceSource
from app.domain.ids import SkuId, TenantId
from app.domain.price_book import PriceLine
from app.domain.pricing import PriceName
from app.graphql.ids import asked_part
from app.graphql.money import checked_money
from app.graphql.prices import PricePer, PriceTerm, SourceOfPrice
from app.graphql.scalars import checked_day


@strawberry.input(description="What a seat of a product costs.")
class PriceInput:
    sku: strawberry.ID = strawberry.field(description="`skuId` of a product; also of one that is not bought yet.")
    amount: str = strawberry.field(description='Net, a decimal number with a point, e.g. "36.00".')
    currency: str = strawberry.field(description="ISO 4217 code.")
    term: PriceTerm  # type: ignore[valid-type]
    effective_from: date = strawberry.field(description="The first civil day it holds.")
    effective_until: date | None = strawberry.field(
        default=None, description="The first civil day it no longer holds; null: until another price of its lot begins."
    )
    per: PricePer = Per.MONTH  # type: ignore[valid-type]
    source: SourceOfPrice = PriceSource.CONTRACT  # type: ignore[valid-type]
    lot: str = strawberry.field(default="", description="Tells purchases of one product at several prices apart.")
    quantity: int | None = strawberry.field(default=None, description="Seats at this price: they weight the lots.")
    commit_floor: int | None = strawberry.field(default=None, description="Seats paid whatever is freed; null: none.")
    tax_included: bool = strawberry.field(default=False, description="The amount is not net, as it should be.")

    def line(self, tenant: TenantId) -> PriceLine:
        """Whether it can be a price is for the domain to say."""
        amount = checked_money("amount", self.amount, self.currency)
        return PriceLine(
            sku=SkuId(asked_part("sku", "Sku", tenant, self.sku)),
            source=self.source,
            lot=self.lot,
            amount=amount.amount,
            currency=amount.currency,
            per=self.per,
            term=self.term,
            effective_from=checked_day("effectiveFrom", self.effective_from),
            effective_until=None
            if self.effective_until is None
            else checked_day("effectiveUntil", self.effective_until),
            quantity=self.quantity,
            commit_floor=self.commit_floor,
            tax_included=self.tax_included,
        )


@strawberry.input(description="Which price of a product is meant.")
class PriceNameInput:
    sku: strawberry.ID = strawberry.field(description="`skuId` of a product.")
    effective_from: date = strawberry.field(description="The first civil day it was to hold.")
    source: SourceOfPrice = PriceSource.CONTRACT  # type: ignore[valid-type]
    lot: str = ""

    def name(self, tenant: TenantId) -> PriceName:
        sku = SkuId(asked_part("sku", "Sku", tenant, self.sku))
        return PriceName(sku, self.source, self.lot, checked_day("effectiveFrom", self.effective_from))
