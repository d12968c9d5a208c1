"""What is left in `rebuilt` of generations that ended: removed later, and in batches, so that no swap waits for it."""

from collections.abc import Sequence

import psycopg

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.projections.catalogue import ALL
from app.projections.generations import UNDER_WAY, claimed, claiming
from app.projections.projection import Projection

_AT_ONCE = 50_000
_LOCK_TIMEOUT = "200ms"


def drop_old(pool: Pool, projections: Sequence[Projection] = ALL) -> int:
    """Remove what is left of generations that ended; returns of how many. What somebody works on is left for later."""
    if not _ended(pool):
        return 0
    with claiming(pool) as claims:
        first = claimed(claims, _ended(pool))
        # Asked again: one of them may have been begun anew before it was ours.
        mine = first.intersection(_ended(pool))
        for projection in projections:
            for tenant in (tenant for tenant, name in mine if name == projection.name):
                clear(pool, tenant, [projection])
        with borrowed(pool) as db:
            return db.execute(
                """
                UPDATE generations AS g SET dropped = true
                FROM unnest(%s::uuid[], %s::text[]) AS gone (tenant_id, projection)
                WHERE g.tenant_id = gone.tenant_id AND g.projection = gone.projection AND state <> ALL (%s)
                """,
                ([tenant for tenant, _ in mine], [name for _, name in mine], list(UNDER_WAY)),
            ).rowcount


def _ended(pool: Pool) -> list[tuple[TenantId, str]]:
    with borrowed(pool) as db:
        found = db.execute(
            "SELECT tenant_id, projection FROM generations WHERE NOT dropped AND state <> ALL (%s)", (list(UNDER_WAY),)
        ).fetchall()
    return [(TenantId(tenant), name) for tenant, name in found]


def clear(pool: Pool, tenant: TenantId, projections: Sequence[Projection]) -> None:
    """Remove what is left of a tenant's generations that nobody builds on."""
    for projection in projections:
        if any(_has_rows(pool, tenant, table) for table in projection.tables) and not _empty(pool, projection):
            for table in projection.tables:
                _delete(pool, tenant, table)


def _has_rows(pool: Pool, tenant: TenantId, table: str) -> bool:
    with borrowed(pool, autocommit=True) as db:
        return db.execute(f"SELECT FROM rebuilt.{table} WHERE tenant_id = %s LIMIT 1", (tenant,)).fetchone() is not None


def _delete(pool: Pool, tenant: TenantId, table: str) -> None:
    """Some rows at a time: nobody waits for the end of it."""
    count = _AT_ONCE
    while count == _AT_ONCE:
        with borrowed(pool, autocommit=True) as db:
            count = db.execute(
                f"DELETE FROM rebuilt.{table} WHERE ctid = ANY (ARRAY("
                f"SELECT ctid FROM rebuilt.{table} WHERE tenant_id = %s LIMIT {_AT_ONCE}))",
                (tenant,),
            ).rowcount


def _empty(pool: Pool, projection: Projection) -> bool:
    """Empty the projection's tables at one blow, if nothing in them counts. False: something does, or somebody is busy.

    Whoever builds holds a checkpoint there before the first row.
    """
    tables = ", ".join(f"rebuilt.{table}" for table in projection.tables)
    with borrowed(pool) as db:
        db.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        try:
            db.execute("LOCK TABLE rebuilt.checkpoints IN ACCESS EXCLUSIVE MODE")
            counts = db.execute(
                "SELECT FROM rebuilt.checkpoints WHERE projection = %s LIMIT 1", (projection.name,)
            ).fetchone()
            if counts is None:
                db.execute(f"TRUNCATE {tables}")
        except psycopg.errors.LockNotAvailable:
            db.rollback()
            return False
    return counts is None
