"""Which of a customer's products cost money by the seat: those of class PAID, the only ones money is reckoned of."""

from collections.abc import Iterable
from typing import Any

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.events.licensing import Purchase
from app.domain.ids import SkuId, TenantId
from app.domain.price_book import PriceBook
from app.domain.sku_class import SkuClass, classify
from app.insight.seat_spells import SeatSpell, UnitSpell
from app.projections import renewals
from app.projections.reading import Moment
from app.projections.tenants import TenantRow


async def paid_products(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    held: Iterable[SeatSpell],
    listed: Iterable[UnitSpell],
    book: PriceBook,
) -> frozenset[SkuId]:
    """Of the products held or listed on some days, those of class PAID, as they were listed last."""
    purchases: dict[SkuId, list[Purchase]] | None = None
    if row.renewals_collected_at is not None:
        purchases = {}
        for each in await renewals.listed_at(db, tenant, at):
            purchases.setdefault(each.sku, []).append(
                Purchase(
                    purchase=each.purchase,
                    seats=each.seats,
                    trial=each.trial,
                    status=each.status,
                    created_at=each.created_at,
                    next_change_at=each.next_change_at,
                )
            )
    last = {each.sku: (each.applies_to or "User", each.enabled or 0) for each in listed}
    found = set()
    for sku in last.keys() | {each.sku for each in held}:
        applies_to, enabled = last.get(sku, ("User", 0))
        price = book.price_on(sku, at.on)
        monthly = None if price is None else price.monthly
        bought = None if purchases is None else purchases.get(sku, [])
        if classify(CATALOGUE.class_of(sku), applies_to, enabled, bought, monthly) is SkuClass.PAID:
            found.add(sku)
    return frozenset(found)
