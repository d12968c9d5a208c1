"""What Microsoft calls products that SUA's own catalogue does not have: the list last imported with `sua skus import`.

It follows from no customer's log and is the same at every moment: names explain figures, they never make one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg

from app.domain.ids import PlanId, SkuId


@dataclass(frozen=True, slots=True)
class SkuName:
    """`plans`: service plans Microsoft lists; a customer's own list of products says what theirs holds."""

    sku: SkuId
    part_number: str
    display_name: str
    plans: frozenset[PlanId]


async def names_of(db: psycopg.AsyncConnection[Any], skus: Collection[SkuId]) -> dict[SkuId, SkuName]:
    """The names of these products; those that are not on the list are left out."""
    found = await db.execute(
        "SELECT sku_id, part_number, display_name, plans FROM sku_names WHERE sku_id = ANY (%s)", (list(skus),)
    )
    return {sku: SkuName(sku, part, name, frozenset(plans)) async for sku, part, name, plans in found}
