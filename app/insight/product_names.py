"""What products are called where people read of them."""

from collections.abc import Collection, Mapping
from typing import Any

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.ids import SkuId
from app.insight.sku_names import names_of


async def product_names(
    db: psycopg.AsyncConnection[Any], part_numbers: Mapping[SkuId, str | None], skus: Collection[SkuId]
) -> dict[SkuId, str]:
    """A name for each product: by the catalogue, else by the list imported, else its part number, else its id.

    `part_numbers`: those the customer's own list shows.
    """
    unknown = [sku for sku in skus if CATALOGUE.name_of(sku) is None]
    imported = await names_of(db, unknown) if unknown else {}
    return {
        sku: CATALOGUE.name_of(sku)
        or (imported[sku].display_name if sku in imported else part_numbers.get(sku) or str(sku))
        for sku in skus
    }
