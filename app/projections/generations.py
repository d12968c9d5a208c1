"""Which tables are to be built anew beside the live ones, how far that has come, and how it ended."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import psycopg

from app.domain.errors import Refused
from app.domain.ids import TenantId
from app.eventstore.pools import Connection, DatabaseDown, Pool, borrowed
from app.projections.projection import Projection

EVERY_TABLE = "all"


class ProjectionUnknown(Refused):
    """No table of that name follows from the log."""

    code: ClassVar[str] = "PROJECTION_UNKNOWN"


class RebuildRunning(Refused):
    """The table's next generation is being built already. That one goes on; this request changed nothing."""

    code: ClassVar[str] = "REBUILD_RUNNING"


class State(StrEnum):
    """Of a generation. A worker takes up what was ordered and goes on with what is being built, whoever began it."""

    ORDERED = "ORDERED"
    BUILDING = "BUILDING"
    SWAPPED = "SWAPPED"
    DIFFERED = "DIFFERED"
    FAILED = "FAILED"


UNDER_WAY = (State.ORDERED.value, State.BUILDING.value)


@dataclass(frozen=True, slots=True)
class Generation:
    """The newest one of a table and tenant. `number` counts them; `reason` says why it was not swapped in."""

    tenant: TenantId
    projection: str
    number: int
    version: int
    state: State
    forced: bool
    position: int
    reason: str | None


def named(name: str, projections: Sequence[Projection]) -> list[Projection]:
    """The projection of that name, several separated by commas, or "all" of them. Raises ProjectionUnknown."""
    if name == EVERY_TABLE:
        return list(projections)
    names = set(name.split(","))
    known = [projection.name for projection in projections]
    if unknown := names.difference(known):
        said = ", ".join(sorted(unknown))
        raise ProjectionUnknown(f"There is no projection {said!r}; there are {', '.join(known)}, or {EVERY_TABLE}.")
    return [projection for projection in projections if projection.name in names]


def order(pool: Pool, tenant: TenantId, projections: Sequence[Projection], *, forced: bool = False) -> None:
    """Have a worker build these tables of a tenant anew. Raises RebuildRunning if one of them is under way."""
    with borrowed(pool) as db:
        if set(_begun(db, tenant, projections, forced)) != {projection.name for projection in projections}:
            db.rollback()
            raise RebuildRunning("The table's next generation is being built; wait until it is there.")


def take_over(db: Connection, tenant: TenantId, projections: Sequence[Projection], *, forced: bool) -> None:
    """Order what is not under way; what is goes on where it was left, now with the force of this request."""
    begun = _begun(db, tenant, projections, forced)
    rest = [projection.name for projection in projections if projection.name not in begun]
    if rest and forced:
        db.execute(
            "UPDATE generations SET forced = true WHERE tenant_id = %s AND projection = ANY (%s)", (tenant, rest)
        )


def _begun(db: Connection, tenant: TenantId, projections: Sequence[Projection], forced: bool) -> list[str]:
    found = db.execute(
        """
        INSERT INTO generations AS old (tenant_id, projection, number, version, state, forced, position, dropped)
        SELECT %(tenant)s, new.projection, 1, new.version, 'ORDERED', %(forced)s, 0, false
        FROM unnest(%(names)s::text[], %(versions)s::integer[]) AS new (projection, version)
        ON CONFLICT (tenant_id, projection) DO UPDATE
        SET number = old.number + 1, version = excluded.version, state = 'ORDERED', forced = excluded.forced,
            position = 0, reason = NULL, dropped = false
        WHERE old.state <> ALL (%(under_way)s)
        RETURNING projection
        """,
        {
            "tenant": tenant,
            "names": [projection.name for projection in projections],
            "versions": [projection.version for projection in projections],
            "forced": forced,
            "under_way": list(UNDER_WAY),
        },
    ).fetchall()
    return [name for (name,) in found]


def outdated(pool: Pool, tenant: TenantId, projections: Sequence[Projection]) -> list[Projection]:
    """The projections whose rows older code built, except where building with today's code has failed before."""
    with borrowed(pool) as db:
        found = db.execute(
            """
            SELECT c.projection FROM checkpoints c
            JOIN unnest(%s::text[], %s::integer[]) AS code (projection, version) ON code.projection = c.projection
            LEFT JOIN generations g ON g.tenant_id = c.tenant_id AND g.projection = c.projection
            WHERE c.tenant_id = %s AND c.version < code.version
              AND (g.state = 'FAILED' AND g.version >= code.version) IS NOT TRUE
            """,
            ([each.name for each in projections], [each.version for each in projections], tenant),
        ).fetchall()
    names = {name for (name,) in found}
    return [each for each in projections if each.name in names]


def under_way(pool: Pool, tenant: TenantId, projections: Sequence[Projection]) -> list[Projection]:
    """The projections whose next generation was ordered or is being built."""
    names = {each.projection for each in generations(pool, tenant) if each.state in UNDER_WAY}
    return [each for each in projections if each.name in names]


def generations(pool: Pool, tenant: TenantId | None = None) -> list[Generation]:
    """The newest generation of every table that ever had one, of one tenant or of all, by tenant and name."""
    with borrowed(pool) as db:
        found = db.execute(
            """
            SELECT tenant_id, projection, number, version, state, forced, position, reason FROM generations
            WHERE %(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s::uuid ORDER BY tenant_id, projection
            """,
            {"tenant": tenant},
        ).fetchall()
    return [
        Generation(of, name, number, version, State(state), forced, position, reason)
        for of, name, number, version, state, forced, position, reason in found
    ]


def reached(pool: Pool, projections: Sequence[Projection]) -> dict[TenantId, int]:
    """How far the generations under way have come, by tenant, the hindmost of each counting."""
    with borrowed(pool) as db:
        found = db.execute(
            "SELECT tenant_id, min(position) FROM generations"
            " WHERE state = ANY (%s) AND projection = ANY (%s) GROUP BY tenant_id",
            (list(UNDER_WAY), [projection.name for projection in projections]),
        ).fetchall()
    return {TenantId(tenant): position for tenant, position in found}


def end(
    db: Connection, tenant: TenantId, projection: Projection, state: State, position: int, reason: str | None = None
) -> None:
    """Say how a generation ended. Without its checkpoint, what is left of it in `rebuilt` means nothing any more."""
    db.execute(
        "UPDATE generations SET state = %s, position = %s, reason = %s WHERE tenant_id = %s AND projection = %s",
        (state.value, position, reason, tenant, projection.name),
    )
    db.execute("DELETE FROM rebuilt.checkpoints WHERE tenant_id = %s AND projection = %s", (tenant, projection.name))


@contextmanager
def alone(pool: Pool, tenant: TenantId, projections: Sequence[Projection]) -> Iterator[None]:
    """Nobody else builds these tables of the tenant while the block lasts. Raises RebuildRunning if somebody does.

    By locks of a connection of its own, which PostgreSQL gives back the moment the process that held them is gone, and
    which keep no snapshot: building may take an hour.
    """
    wanted = {(tenant, projection.name) for projection in projections}
    with claiming(pool) as claims:
        if held := wanted - claimed(claims, wanted):
            names = ", ".join(sorted(name for _, name in held))
            raise RebuildRunning(f"{names} of tenant {tenant}: the next generation is being built by someone else.")
        yield


def claimed(claims: Connection, wanted: Collection[tuple[TenantId, str]]) -> set[tuple[TenantId, str]]:
    """Of these tables of tenants those that nobody else works on; nobody will for as long as the claims are held."""
    found = claims.execute(
        """
        SELECT tenant_id, projection FROM unnest(%s::uuid[], %s::text[]) AS wanted (tenant_id, projection)
        WHERE pg_try_advisory_lock(hashtextextended(tenant_id || ' ' || projection, 23))
        """,
        ([tenant for tenant, _ in wanted], [name for _, name in wanted]),
    ).fetchall()
    return {(TenantId(tenant), name) for tenant, name in found}


@contextmanager
def claiming(pool: Pool) -> Iterator[Connection]:
    """A connection of its own, to where a pool's lead, to hold claims with. Raises DatabaseDown."""
    conninfo, options = of_pool(pool)
    try:
        with Connection.connect(conninfo, **{**options, "autocommit": True}) as db:
            try:
                yield db
            finally:
                if not db.broken:  # by itself the server gives them back some time after the connection is closed
                    db.execute("SELECT pg_advisory_unlock_all()")
    except psycopg.OperationalError as error:
        raise DatabaseDown(f"The database cannot be used: {str(error).strip()}") from error


def of_pool(pool: Pool) -> tuple[str, dict[str, Any]]:
    """Where a pool's connections lead, and their options."""
    if not isinstance(pool.conninfo, str) or not isinstance(pool.kwargs, dict):
        raise TypeError("a pool whose connection parameters change cannot be copied")
    return pool.conninfo, pool.kwargs
