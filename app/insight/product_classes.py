"""What sort of product each of a customer's is, by what was bought of it; one rule for findings and for costs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.events.licensing import Purchase
from app.domain.ids import SkuId, TenantId
from app.domain.money import Money
from app.domain.sku_class import SkuClass, classify
from app.projections import renewals
from app.projections.reading import Moment
from app.projections.renewals import Renewal
from app.projections.tenants import TenantRow

Bought = Mapping[SkuId, Sequence[Purchase]]


async def bought_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> Bought:
    """The purchases listed at a moment, by product, the soonest change first."""
    return _by_product(await renewals.listed_at(db, tenant, at))


async def bought_on(db: psycopg.AsyncConnection[Any], tenant: TenantId, moments: Sequence[Moment]) -> list[Bought]:
    """The same at each of some moments of one knowledge, in order of time."""
    listed = await renewals.listed_on(db, tenant, moments)
    found = {id(same): _by_product(same) for same in {id(each): each for each in listed}.values()}
    return [found[id(each)] for each in listed]


def _by_product(listed: Iterable[Renewal]) -> Bought:
    bought: dict[SkuId, list[Purchase]] = {}
    for each in listed:
        bought.setdefault(each.sku, []).append(
            Purchase(
                purchase=each.purchase,
                seats=each.seats,
                trial=each.trial,
                status=each.status,
                created_at=each.created_at,
                next_change_at=each.next_change_at,
            )
        )
    return bought


async def bought_if_read(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, row: TenantRow
) -> Bought | None:
    """The same; None: purchases were never read, so that nobody can say what was not bought."""
    return None if row.renewals_collected_at is None else await bought_at(db, tenant, at)


def bought_of(row: TenantRow, listed: Bought) -> Bought | None:
    """The same, of purchases already read."""
    return None if row.renewals_collected_at is None else listed


def class_of(sku: SkuId, applies_to: str, enabled: int, bought: Bought | None, price: Money | None = None) -> SkuClass:
    """The class of a product as it is listed. `price` of a seat a month: 0 makes it free, None is unknown."""
    purchases = None if bought is None else bought.get(sku, ())
    return classify(CATALOGUE.class_of(sku), applies_to, enabled, purchases, price)
