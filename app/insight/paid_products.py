"""Which of a customer's products cost money by the seat: those of class PAID, the only ones money is reckoned of."""

from collections.abc import Iterable
from typing import Any

import psycopg

from app.domain.ids import SkuId, TenantId
from app.domain.price_book import PriceBook
from app.domain.sku_class import SkuClass
from app.insight.product_classes import bought_if_read, class_of
from app.insight.seat_spells import UnitSpell
from app.projections.reading import Moment
from app.projections.tenants import TenantRow


async def paid_products(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    held: Iterable[SkuId],
    listed: Iterable[UnitSpell],
    book: PriceBook,
) -> frozenset[SkuId]:
    """Of the products held or listed on some days, those of class PAID, as they were listed last."""
    bought = await bought_if_read(db, tenant, at, row)
    last = {each.sku: (each.applies_to or "User", each.enabled or 0) for each in listed}
    found = set()
    for sku in last.keys() | set(held):
        applies_to, enabled = last.get(sku, ("User", 0))
        price = book.price_on(sku, at.on)
        monthly = None if price is None else price.monthly
        if class_of(sku, applies_to, enabled, bought, monthly) is SkuClass.PAID:
            found.add(sku)
    return frozenset(found)
