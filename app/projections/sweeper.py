"""Rings for tenants left behind: a ring may be lost, a worker killed, a broker emptied."""

from collections.abc import Sequence

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.projections.actors import Ring
from app.projections.catalogue import ALL
from app.projections.projection import Projection


def behind(pool: Pool, projections: Sequence[Projection] = ALL) -> list[tuple[TenantId, int]]:
    """Tenants with a projection that goes on and has not reached the head of their log, and that head."""
    with borrowed(pool) as db:
        return [
            (tenant, head)
            for tenant, head in db.execute(
                """
                SELECT h.tenant_id, h.position FROM tenant_heads h
                LEFT JOIN checkpoints c ON c.tenant_id = h.tenant_id AND c.projection = ANY (%(names)s)
                GROUP BY h.tenant_id, h.position
                HAVING count(c.projection) < cardinality(%(names)s::text[])
                    OR bool_or(c.stopped_at IS NULL AND c.position < h.position)
                """,
                {"names": [projection.name for projection in projections]},
            )
        ]


def sweep(pool: Pool, ring: Ring) -> int:
    """Ring for everyone who is behind; returns for how many. Raises `DatabaseDown`."""
    found = behind(pool)
    for tenant, head in found:
        ring(tenant, head)
    return len(found)
