"""Where each projection stands in each tenant's log."""

from dataclasses import dataclass

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed


@dataclass(frozen=True, slots=True)
class Standing:
    """`lag`: facts not taken in yet. `stopped_at`: the fact that could not be, None: going on.

    `next`: the state of its newest generation; None: it never had one built beside it. `built`: how far that one is.
    """

    tenant: TenantId
    projection: str
    version: int
    position: int
    head: int
    stopped_at: int | None
    reason: str | None
    next: str | None = None
    built: int | None = None
    next_reason: str | None = None

    @property
    def lag(self) -> int:
        return self.head - self.position


def standings(pool: Pool, tenant: TenantId | None = None) -> list[Standing]:
    """Every projection of one tenant or of all, by tenant and name."""
    with borrowed(pool) as db:
        found = db.execute(
            """
            SELECT c.tenant_id, c.projection, c.version, c.position, coalesce(h.position, 0), c.stopped_at, c.reason,
                   g.state, g.position, g.reason
            FROM checkpoints c LEFT JOIN tenant_heads h ON h.tenant_id = c.tenant_id
            LEFT JOIN generations g ON g.tenant_id = c.tenant_id AND g.projection = c.projection
            WHERE %(tenant)s::uuid IS NULL OR c.tenant_id = %(tenant)s::uuid
            ORDER BY c.tenant_id, c.projection
            """,
            {"tenant": tenant},
        ).fetchall()
    return [Standing(*row) for row in found]
