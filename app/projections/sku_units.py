"""Products a tenant has, and their units, over time."""

from dataclasses import dataclass
from typing import Any

import psycopg

from app.domain.ids import SkuId, TenantId
from app.projections.reading import Moment, in_force, known, rows


@dataclass(frozen=True, slots=True)
class SkuUnits:
    """Units as Graph counts them. None: not read yet. `consumed` may exceed enabled + warning."""

    sku: SkuId
    part_number: str | None
    applies_to: str | None
    enabled: int | None
    warning: int | None
    suspended: int | None
    locked_out: int | None
    consumed: int | None


async def listed_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> list[SkuUnits]:
    """Every product the tenant had at a moment, by part number. Tens of rows, so all at once."""
    found = await rows(
        db,
        f"""
        SELECT s.sku_id, s.part_number, s.applies_to, s.enabled, s.warning, s.suspended, s.locked_out, s.consumed
        FROM {known("sku_units")} s WHERE {in_force("s")} ORDER BY s.part_number, s.sku_id
        """,
        {"tenant": tenant, "position": at.position, "at": at.at},
    )
    return [SkuUnits(*row) for row in found]
