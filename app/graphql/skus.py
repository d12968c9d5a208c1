"""Products, their names and their units."""

import strawberry

from app.domain.ids import SkuId, TenantId
from app.graphql.context import Asked
from app.graphql.ids import version_id
from app.projections.reading import Moment
from app.projections.sku_units import SkuUnits


@strawberry.type(description="A product of the tenant, and its units. A null count was not read yet; it is not zero.")
class Sku:
    id: strawberry.ID = strawberry.field(description="Of this product at this moment.")
    sku_id: strawberry.ID = strawberry.field(description="Microsoft's skuId; takes part in `sku` arguments.")
    part_number: str | None = strawberry.field(description="Microsoft's name of the product, e.g. SPE_E5; not unique.")
    applies_to: str | None = strawberry.field(description="User or Company: who the product's seats are for.")
    enabled: int | None = strawberry.field(description="Units paid and usable.")
    warning: int | None = strawberry.field(description="Units past their renewal and usable for a while yet.")
    suspended: int | None = strawberry.field(description="Units not usable, data kept.")
    locked_out: int | None = strawberry.field(description="Units cancelled.")
    consumed: int | None = strawberry.field(description="Units Microsoft counts as assigned; may exceed the usable.")

    @classmethod
    def of(cls, tenant: TenantId, at: Moment, row: SkuUnits) -> "Sku":
        return cls(
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
