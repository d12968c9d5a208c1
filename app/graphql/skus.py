"""Products, their names and their units."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.domain.ids import SkuId, TenantId
from app.domain.sku_class import SkuClass
from app.graphql.context import Asked, Info
from app.graphql.ids import version_id
from app.graphql.node_type import Node
from app.projections.reading import Moment
from app.projections.renewals import Renewal as RenewalRow
from app.projections.sku_units import SkuUnits

ProductClass = strawberry.enum(
    SkuClass,
    name="SkuClass",
    description="PAID: bought by the seat for users. TRIAL: costs nothing yet. COMPANY: for the tenant as a whole. "
    "DEVICE: for a room or a shared telephone. CONSUMPTION: paid by use.",
)

_USABLE = ("Enabled", "Warning")


@strawberry.type(description="One purchase of a product. Microsoft tells no price, term or billing frequency.")
class Renewal:
    date: datetime | None = strawberry.field(
        description="When the purchase moves to its next state unless it is renewed, UTC; null: no day is named."
    )
    seats: int = strawberry.field(description="Units bought, whatever the status.")
    status: str = strawberry.field(description="Microsoft's word: Enabled, Warning, Suspended, Deleted or LockedOut.")
    trial: bool
    bought_at: datetime | None = strawberry.field(description="UTC; null: not said.")

    @classmethod
    def of(cls, row: RenewalRow) -> "Renewal":
        return cls(
            date=row.next_change_at, seats=row.seats, status=row.status, trial=row.trial, bought_at=row.created_at
        )


@strawberry.type(description="A product of the tenant, and its units. A null count was not read yet; it is not zero.")
class Sku(Node):
    id: strawberry.ID = strawberry.field(description="Of this product at this moment.")
    sku_id: strawberry.ID = strawberry.field(description="Microsoft's skuId; takes part in `sku` arguments.")
    part_number: str | None = strawberry.field(description="Microsoft's name of the product, e.g. SPE_E5; not unique.")
    applies_to: str | None = strawberry.field(description="User or Company: who the product's seats are for.")
    enabled: int | None = strawberry.field(description="Units paid and usable.")
    warning: int | None = strawberry.field(description="Units past their renewal and usable for a while yet.")
    suspended: int | None = strawberry.field(description="Units not usable, data kept.")
    locked_out: int | None = strawberry.field(description="Units cancelled.")
    consumed: int | None = strawberry.field(description="Units Microsoft counts as assigned; may exceed the usable.")

    tenant: strawberry.Private[TenantId]
    moment: strawberry.Private[Moment]

    @strawberry.field(description="Microsoft's name in print, e.g. Microsoft 365 E5; else the part number or id.")
    async def name(self, info: Info) -> str:
        sku = SkuId(UUID(self.sku_id))
        return (await info.context.product_names(self.tenant, self.moment, [sku]))[sku]

    @strawberry.field(
        name="class", description="What sort of product it is: money and utilisation are reckoned of PAID ones only."
    )
    async def sku_class(self, info: Info) -> ProductClass:  # type: ignore[valid-type]
        if self.applies_to == "Company":
            return SkuClass.COMPANY
        return (await info.context.market(self.tenant, self.moment)).class_of(SkuId(UUID(self.sku_id)))

    @strawberry.field(description="Purchases behind the product, the soonest change first; empty: none was listed.")
    async def renewals(self, info: Info) -> list[Renewal]:
        return [Renewal.of(row) for row in await self._purchases(info)]

    @strawberry.field(
        description="Usable units by the purchases minus usable units by the product. Anything but 0: Microsoft's two "
        "lists disagree. Null: one of them was not read. A figure of data quality; nothing is repaired by it."
    )
    async def purchase_difference(self, info: Info) -> int | None:
        purchases = await self._purchases(info)
        if not purchases or self.enabled is None or self.warning is None:
            return None
        return sum(row.seats for row in purchases if row.status in _USABLE) - self.enabled - self.warning

    async def _purchases(self, info: Info) -> list[RenewalRow]:
        return (await info.context.renewals(self.tenant, self.moment)).get(SkuId(UUID(self.sku_id)), [])

    @classmethod
    def of(cls, tenant: TenantId, at: Moment, row: SkuUnits) -> "Sku":
        return cls(
            tenant=tenant,
            moment=at,
            id=strawberry.ID(version_id("Sku", tenant, at, row.sku)),
            sku_id=strawberry.ID(str(row.sku)),
            part_number=row.part_number,
            applies_to=row.applies_to,
            enabled=row.enabled,
            warning=row.warning,
            suspended=row.suspended,
            locked_out=row.locked_out,
            consumed=row.consumed,
        )


async def sku_shown(asked: Asked, tenant: TenantId, at: Moment, sku: SkuId) -> Sku:
    """A product by its id; one the tenant's list did not show has its id only."""
    found = (await asked.skus(tenant, at)).get(sku)
    return Sku.of(tenant, at, found or SkuUnits(sku, None, None, None, None, None, None, None))
