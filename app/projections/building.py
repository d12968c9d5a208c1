"""How far each projection has come over many tenants together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from app.domain.ids import TenantId
from app.projections.catalogue import ALL
from app.projections.generations import UNDER_WAY
from app.projections.reading import rows


@dataclass(frozen=True, slots=True)
class Building:
    """A projection over several tenants: facts taken in, facts there are, tenants in which it stands still.

    Where a next generation is being built (`under_way` tenants) its facts are counted. `failed`: tenants whose newest
    generation was not swapped in.
    """

    projection: str
    position: int
    head: int
    stopped: int
    under_way: int
    failed: int


async def buildings(db: psycopg.AsyncConnection[Any], tenants: Sequence[TenantId]) -> list[Building]:
    """How far each projection has come over these tenants together, by name."""
    found = await rows(
        db,
        """
        SELECT c.projection, sum(CASE WHEN g.state = ANY (%s) THEN g.position ELSE c.position END)::bigint,
               sum(coalesce(h.position, 0))::bigint,
               count(*) FILTER (WHERE c.stopped_at IS NOT NULL OR c.version <> code.version),
               count(*) FILTER (WHERE g.state = ANY (%s)),
               count(*) FILTER (WHERE g.state IN ('DIFFERED', 'FAILED'))
        FROM checkpoints c
        JOIN unnest(%s::text[], %s::integer[]) AS code (projection, version) ON code.projection = c.projection
        LEFT JOIN tenant_heads h ON h.tenant_id = c.tenant_id
        LEFT JOIN generations g ON g.tenant_id = c.tenant_id AND g.projection = c.projection
        WHERE c.tenant_id = ANY (%s)
        GROUP BY c.projection ORDER BY c.projection
        """,
        (
            list(UNDER_WAY),
            list(UNDER_WAY),
            [each.name for each in ALL],
            [each.version for each in ALL],
            list(tenants),
        ),
    )
    return [Building(*row) for row in found]
