"""How far each projection has read each tenant's log."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.ids import TenantId
from app.eventstore.pools import Connection, Pool, borrowed
from app.projections.projection import Projection
from app.projections.statements import Cursor

OF_ANOTHER_VERSION = "built by version "
"""How the reason begins where a release before generations stopped a table that another release had built."""

UNBUILT = 0
"""The version of a table of which there is no generation yet: older than any code."""


@dataclass(slots=True)
class Checkpoint:
    """`position`: the last fact taken in, by `version` of the code. `stopped_at`: the one that could not be, and why;
    None: going on."""

    projection: Projection
    position: int
    version: int
    stopped_at: int | None = None
    reason: str | None = None
    knows_dropped: int = 0
    """Whose call details facts up to here dropped was gone before its first fact was taken in."""

    @property
    def is_outdated(self) -> bool:
        """Older code built it: it waits where it is for the next generation."""
        return self.version < self.projection.version

    @property
    def goes_on(self) -> bool:
        """One built by newer code is for workers of that release to advance."""
        return self.stopped_at is None and self.version == self.projection.version


def create_missing(pool: Pool, tenant: TenantId, projections: Sequence[Projection]) -> None:
    """Give a tenant the checkpoints it lacks. In a transaction of its own: nobody waits for another's batch.

    Where other tables of the tenant have taken facts in, those it lacks came with a release, and are not folded live:
    they stand where the answers stand, by version 0 of the code, until their first generation is swapped in.
    """
    names = [projection.name for projection in projections]
    with borrowed(pool) as db:
        known = db.execute(
            "SELECT projection, position, stopped_at FROM checkpoints WHERE tenant_id = %s", (tenant,)
        ).fetchall()
        if {name for name, *_ in known}.issuperset(names):
            return
        going = [position for _, position, stopped_at in known if stopped_at is None]
        reached = min(going or [position for _, position, _ in known], default=0)
        if any(position for _, position, _ in known):
            _create(db, tenant, names, [UNBUILT] * len(names), reached)
        else:
            _create(db, tenant, names, [projection.version for projection in projections], 0)


def create_fresh(pool: Pool, tenant: TenantId, projections: Sequence[Projection]) -> None:
    """The checkpoints of a side that is to be built from the first fact, where there are none yet."""
    with borrowed(pool) as db:
        _create(db, tenant, [each.name for each in projections], [each.version for each in projections], 0)


def _create(db: Connection, tenant: TenantId, names: Sequence[str], versions: Sequence[int], position: int) -> None:
    db.execute(
        """
        INSERT INTO checkpoints (tenant_id, projection, position, version, knows_dropped)
        SELECT %s, new.projection, %s, new.version, (
            SELECT coalesce(max(position), 0) FROM erased_subjects
            WHERE tenant_id = %s AND starts_with(subject, 'calls/'))
        FROM unnest(%s::text[], %s::integer[]) AS new (projection, version)
        ON CONFLICT (tenant_id, projection) DO NOTHING
        """,
        (tenant, position, tenant, list(names), list(versions)),
    )


def lock(db: Cursor, tenant: TenantId, projections: Sequence[Projection]) -> list[Checkpoint] | None:
    """The tenant's checkpoints, held until the transaction ends. None: someone else holds one of them."""
    by_name = {projection.name: projection for projection in projections}
    held = db.execute(
        """
        SELECT projection, position, version, stopped_at, reason, knows_dropped FROM checkpoints
        WHERE tenant_id = %s AND projection = ANY (%s) FOR UPDATE SKIP LOCKED
        """,
        (tenant, list(by_name)),
    ).fetchall()
    if len(held) < len(by_name):
        return None
    checkpoints = []
    for name, *rest in held:
        checkpoint = Checkpoint(by_name[name], *rest)
        of_another = (checkpoint.reason or "").startswith(OF_ANOTHER_VERSION)
        if checkpoint.version == checkpoint.projection.version and of_another:
            checkpoint.stopped_at = checkpoint.reason = None
        checkpoints.append(checkpoint)
    return checkpoints


def save(db: Cursor, tenant: TenantId, checkpoints: Sequence[Checkpoint]) -> None:
    db.execute(
        """
        UPDATE checkpoints AS old SET position = new.position, stopped_at = new.stopped_at, reason = new.reason
        FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[])
            AS new (projection, position, stopped_at, reason)
        WHERE old.tenant_id = %s AND old.projection = new.projection
        """,
        (
            [each.projection.name for each in checkpoints],
            [each.position for each in checkpoints],
            [each.stopped_at for each in checkpoints],
            [each.reason for each in checkpoints],
            tenant,
        ),
    )


def resume(pool: Pool, tenant: TenantId | None = None, name: str | None = None) -> int:
    """Let stopped projections try again, of one tenant or name or of all. Returns how many; the sweeper rings."""
    with borrowed(pool) as db:
        return db.execute(
            """
            UPDATE checkpoints SET stopped_at = NULL, reason = NULL
            WHERE stopped_at IS NOT NULL AND (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s::uuid)
              AND (%(name)s::text IS NULL OR projection = %(name)s::text)
            """,
            {"tenant": tenant, "name": name},
        ).rowcount
