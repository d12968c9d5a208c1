"""What a seat costs on a day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal, localcontext
from uuid import UUID

from tests.oracle.model import Price, Tenant

PRECEDENCE = ("CONTRACT", "RESELLER", "LIST")


def month_price(tenant: Tenant, sku: UUID, on: date) -> Decimal | None:
    """Net of one seat for a month, by the first source that has a price that day; None: nobody knows it."""
    for source in PRECEDENCE:
        lots = {each.lot for each in tenant.prices if each.sku == sku and each.source == source}
        valid = [price for lot in sorted(lots) if (price := _valid(tenant, sku, source, lot, on)) is not None]
        if valid:
            return _weighted(valid)
    return None


def day_price(tenant: Tenant, sku: UUID, on: date) -> Decimal | None:
    price = month_price(tenant, sku, on)
    with localcontext(prec=60):
        return None if price is None else price / monthrange(on.year, on.month)[1]


def _valid(tenant: Tenant, sku: UUID, source: str, lot: str, on: date) -> Price | None:
    """The newest price of a lot that began by then, of the same beginning the last one told; unless it has ended."""
    begun = [
        each for each in tenant.prices if (each.sku, each.source, each.lot) == (sku, source, lot) and each.since <= on
    ]
    if not begun:
        return None
    _, newest = max(enumerate(begun), key=lambda each: (each[1].since, each[1].told, each[0]))
    return None if newest.until is not None and newest.until <= on else newest


def _weighted(lots: list[Price]) -> Decimal:
    with localcontext(prec=60):
        monthly = [each.amount / 12 if each.yearly else each.amount for each in lots]
        if len(lots) == 1:
            return monthly[0]
        quantities = [each.quantity or 0 for each in lots]
        return sum((a * q for a, q in zip(monthly, quantities, strict=True)), Decimal(0)) / sum(quantities)
