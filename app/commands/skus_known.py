"""What the log says of a customer's products, for those who must know before they act."""

from uuid import UUID

from app.commands.desk import Desk
from app.domain.ids import SkuId, TenantId
from app.domain.sku import Sku, replay
from app.eventstore.streams import SKUS, sku_stream


def known_skus(tenant: TenantId, desk: Desk) -> list[Sku]:
    """Every product the customer has or had, folded from its own stream; a tenant has tens."""
    ids = [SkuId(UUID(stream.removeprefix(SKUS))) for stream in desk.store.streams(tenant, SKUS)]
    return [replay(desk.store.load(tenant, sku_stream(each))[0]) for each in ids]
