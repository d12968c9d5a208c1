"""Rings for tenants left behind: a ring may be lost, a worker killed, a broker emptied."""

from collections.abc import Sequence

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.projections.actors import Ring
from app.projections.catalogue import ALL
from app.projections.checkpoints import OF_ANOTHER_VERSION
from app.projections.generations import UNDER_WAY
from app.projections.projection import Projection


def behind(pool: Pool, projections: Sequence[Projection] = ALL) -> list[tuple[TenantId, int]]:
    """Tenants with a projection that goes on and has not reached the head of their log, or with a table to be built
    anew, and that head."""
    with borrowed(pool) as db:
        return [
            (tenant, head)
            for tenant, head in db.execute(
                """
                SELECT h.tenant_id, h.position FROM tenant_heads h
                CROSS JOIN unnest(%s::text[], %s::integer[]) AS code (projection, version)
                LEFT JOIN checkpoints c ON c.tenant_id = h.tenant_id AND c.projection = code.projection
                LEFT JOIN generations g ON g.tenant_id = h.tenant_id AND g.projection = code.projection
                WHERE c.projection IS NULL
                    OR c.version = code.version AND c.position < h.position
                        AND (c.stopped_at IS NULL OR starts_with(c.reason, %s))
                    OR c.version < code.version AND (g.state = 'FAILED' AND g.version >= code.version) IS NOT TRUE
                    OR g.state = ANY (%s)
                GROUP BY h.tenant_id, h.position
                """,
                (
                    [projection.name for projection in projections],
                    [projection.version for projection in projections],
                    OF_ANOTHER_VERSION,
                    list(UNDER_WAY),
                ),
            )
        ]


def sweep(pool: Pool, ring: Ring) -> int:
    """Ring for everyone who is behind; returns for how many. Raises `DatabaseDown`."""
    found = behind(pool)
    for tenant, head in found:
        ring(tenant, head)
    return len(found)
