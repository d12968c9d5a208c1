"""How far the tables of tenants have come, and how far the log is ahead of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from app.domain.ids import TenantId
from app.projections.reading import rows


@dataclass(frozen=True, slots=True)
class Head:
    """Of one tenant. `position`: the last fact answers take into account; 0: none. `ahead`: facts recorded after it.

    `recorded_at`: when that fact was recorded; None: there is none. `tables`: equal while every table of the tenant is
    at the same position, of the same version of its code, and stopped or not as before.
    """

    position: int
    ahead: int
    recorded_at: datetime | None
    tables: str


async def heads_of(db: psycopg.AsyncConnection[Any], tenants: Sequence[TenantId]) -> Mapping[TenantId, Head]:
    """The heads of these tenants, all at one look. A table that stopped holds nobody back, as in `reading.moment`."""
    if not tenants:
        return {}
    found = await rows(
        db,
        """
        WITH h AS MATERIALIZED (
            SELECT t.tenant_id, l.newest, least(c.tabulated, l.newest) AS position, c.tables
            FROM unnest(%s::uuid[]) AS t (tenant_id)
            CROSS JOIN LATERAL (
                SELECT coalesce(min(position) FILTER (WHERE stopped_at IS NULL), min(position), 0) AS tabulated,
                       coalesce(md5(string_agg(concat_ws(' ', projection, version, position, stopped_at), ','
                                               ORDER BY projection)), '') AS tables
                FROM checkpoints WHERE tenant_id = t.tenant_id
            ) c
            CROSS JOIN LATERAL (
                SELECT coalesce((SELECT e.position FROM events e WHERE e.tenant_id = t.tenant_id
                                 ORDER BY e.position DESC LIMIT 1), 0) AS newest
            ) l
        )
        SELECT h.tenant_id, h.position, h.newest - h.position,
               (SELECT e.recorded_at FROM events e WHERE e.tenant_id = h.tenant_id AND e.position = h.position),
               h.tables
        FROM h
        """,
        (list(tenants),),
    )
    return {TenantId(tenant): Head(position, ahead, at, tables) for tenant, position, ahead, at, tables in found}
