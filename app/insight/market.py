"""Classes, plans and prices of a customer's products at a moment, where no finding is asked for."""

from typing import Any

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.ids import TenantId
from app.domain.market import Market
from app.domain.policy import DEFAULT_POLICY
from app.domain.price_book import PriceBook
from app.domain.standing import Ground
from app.insight.grounds import ground_at
from app.projections import prices, tenants
from app.projections.reading import Moment


async def market_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> Market:
    """What is known of products on the moment's day; before the customer's first fact what the catalogue says."""
    row = await tenants.found(db, tenant, at)
    if row is None:
        return Market(Ground(at.on, DEFAULT_POLICY, False, frozenset(), {}), {}, CATALOGUE)
    book = PriceBook(await prices.lines_at(db, tenant, at))
    monthly = {sku: price.monthly for sku in book.skus() if (price := book.price_on(sku, at.on)) is not None}
    return Market(await ground_at(db, tenant, at, row, row.policy), monthly, CATALOGUE)
