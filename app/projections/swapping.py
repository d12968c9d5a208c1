"""How the next generation takes the live table's place: compared, and in one transaction, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from app.domain.ids import TenantId
from app.eventstore.pools import Connection, Pool, borrowed
from app.projections.beside import Side, build, faults
from app.projections.generations import State, end
from app.projections.log_reader import Log
from app.projections.projection import Projection

_UNDER_LOCK = 10_000
"""Facts that may be taken in while the live table's checkpoint is held; more are taken in before."""
_LOCK_TIMEOUT = "2s"
_OF_NEWER_CODE = "the live table is of newer code, which is not put back"


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that stands on one side only. `side`: 'live' or 'rebuilt'. `row`: its columns as text."""

    tenant: TenantId
    table: str
    side: str
    row: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a generation ended. `reason`: why the live table is as it was; None: it was swapped in, at `position`."""

    tenant: TenantId
    projection: str
    state: State
    position: int
    reason: str | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """A live table's checkpoint. `is_comparable`: its rows and the new ones up to there must be equal.

    For today's code built it, and nobody was erased since, whose name the log no longer tells while its rows do.
    `is_newer`: a later release's code built it.
    """

    position: int
    is_comparable: bool
    is_newer: bool


def swapped(pool: Pool, side: Side, store: Log, tenant: TenantId, projection: Projection) -> Outcome | None:
    """Put the generation in the live table's place, or say how they differ. None: not now; go on building first."""
    try:
        with borrowed(pool) as db:
            live = hold(db, tenant, projection, _LOCK_TIMEOUT)
            if live.is_newer:
                end(db, tenant, projection, State.FAILED, live.position, _OF_NEWER_CODE)
                return Outcome(tenant, projection.name, State.FAILED, live.position, _OF_NEWER_CODE)
            target = live.position if live.is_comparable else store.head(tenant)
            if not _caught_up(db, side, store, tenant, projection, target):
                return None
            return _decided(db, side, tenant, projection, live, target)
    except _HeldByOthers:
        return None


def _caught_up(db: Connection, side: Side, store: Log, tenant: TenantId, projection: Projection, target: int) -> bool:
    """Take in what came since, if that is little. False: it is more, or cannot be taken in."""
    stands = db.execute(
        f"SELECT position, stopped_at FROM {side.schema}.checkpoints WHERE tenant_id = %s AND projection = %s",
        (tenant, projection.name),
    ).fetchone()
    if stands == (target, None):
        return True
    complete = build(side, store, tenant, [projection], {projection.name: target}, _UNDER_LOCK)
    return complete and not faults(side, tenant, [projection])


def _decided(
    db: Connection, side: Side, tenant: TenantId, projection: Projection, live: Live, position: int
) -> Outcome:
    other = projection.tables
    if live.is_comparable:
        other = tuple(table for table in projection.tables if not is_same(db, tenant, table, side.schema))
    if live.is_comparable and other and not _is_forced(db, tenant, projection):
        found = tuple(each for table in other for each in differences(db, tenant, table, side.schema))
        reason = f"{', '.join(other)}: the live rows are not what this code makes of the log; force it, or leave it"
        end(db, tenant, projection, State.DIFFERED, position, reason)
        return Outcome(tenant, projection.name, State.DIFFERED, position, reason, found)
    for table in other:
        put_in_place(db, tenant, table, side.schema)
    db.execute(
        """
        UPDATE checkpoints SET position = %s, version = %s, stopped_at = NULL, reason = NULL
        WHERE tenant_id = %s AND projection = %s
        """,
        (position, projection.version, tenant, projection.name),
    )
    end(db, tenant, projection, State.SWAPPED, position)
    return Outcome(tenant, projection.name, State.SWAPPED, position)


def _is_forced(db: Connection, tenant: TenantId, projection: Projection) -> bool:
    ((forced,),) = db.execute(
        "SELECT forced FROM generations WHERE tenant_id = %s AND projection = %s", (tenant, projection.name)
    ).fetchall()
    return bool(forced)


def failed(pool: Pool, tenant: TenantId, projection: Projection, why: str) -> Outcome:
    """A live table of older code, which nobody can advance, stops for good: it must not hold readers back."""
    with borrowed(pool) as db:
        db.execute(
            """
            UPDATE checkpoints SET stopped_at = position + 1, reason = %s
            WHERE tenant_id = %s AND projection = %s AND version < %s AND stopped_at IS NULL
            """,
            (f"its next generation failed at {why}", tenant, projection.name, projection.version),
        )
        end(db, tenant, projection, State.FAILED, 0, why)
    return Outcome(tenant, projection.name, State.FAILED, 0, why)


class _HeldByOthers(Exception):
    """The checkpoint is held by a worker that advances the tenant."""


def hold(db: Connection, tenant: TenantId, projection: Projection, timeout: str) -> Live:
    """Keep the live table's checkpoint to the transaction's end: nobody else advances it."""
    db.execute(f"SET LOCAL lock_timeout = '{timeout}'")
    try:
        return live_ones(db, tenant, [projection], "FOR UPDATE OF c")[projection.name]
    except psycopg.errors.LockNotAvailable as error:
        raise _HeldByOthers from error


def live_ones(db: Connection, tenant: TenantId, projections: Sequence[Projection], tail: str = "") -> dict[str, Live]:
    """The live tables' checkpoints, by projection. `tail`: ends the query."""
    found = db.execute(
        f"""
        SELECT c.projection, c.position, c.version = code.version AND NOT EXISTS (
            SELECT FROM erased_subjects e WHERE e.tenant_id = c.tenant_id AND e.position > c.position
        ), c.version > code.version
        FROM checkpoints c
        JOIN unnest(%s::text[], %s::integer[]) AS code (projection, version) ON code.projection = c.projection
        WHERE c.tenant_id = %s {tail}
        """,
        ([each.name for each in projections], [each.version for each in projections], tenant),
    ).fetchall()
    return {name: Live(*live) for name, *live in found}


def is_same(db: Connection, tenant: TenantId, table: str, schema: str) -> bool:
    """Whether the tenant's rows of a table are the same on both sides, by their number and a sum of hashes."""
    live, rebuilt = (
        f"(SELECT (count(*), sum(hash_record_extended(one, 0)::numeric)) FROM {where}.{table} AS one"
        " WHERE tenant_id = %(tenant)s)"
        for where in ("public", schema)
    )
    ((same,),) = db.execute(f"SELECT {live} IS NOT DISTINCT FROM {rebuilt}", {"tenant": tenant}).fetchall()
    return bool(same)


def differences(db: Connection, tenant: TenantId, table: str, schema: str) -> list[Difference]:
    """The first row of a table that stands only on the live side, and the first only on the other."""
    live = f"SELECT * FROM public.{table} WHERE tenant_id = %(tenant)s"
    rebuilt = f"SELECT * FROM {schema}.{table} WHERE tenant_id = %(tenant)s"
    found = db.execute(
        f"""
        (SELECT 'live', one::text FROM ({live} EXCEPT ALL {rebuilt}) AS one LIMIT 1)
        UNION ALL
        (SELECT 'rebuilt', one::text FROM ({rebuilt} EXCEPT ALL {live}) AS one LIMIT 1)
        """,
        {"tenant": tenant},
    ).fetchall()
    return [Difference(tenant, table, side, row) for side, row in found]


def put_in_place(db: Connection, tenant: TenantId, table: str, schema: str) -> None:
    """Make the tenant's live rows those of the side, within the caller's transaction. Rows that are the same stay:
    what a new version of the code changes is mostly a few of them."""
    key = [
        name
        for (name,) in db.execute(
            """
            SELECT attname FROM pg_attribute JOIN pg_index ON attrelid = indrelid AND attnum = ANY (indkey)
            WHERE indrelid = %s::regclass AND indisprimary
            """,
            (f"public.{table}",),
        )
    ]
    live = f"SELECT * FROM public.{table} WHERE tenant_id = %(tenant)s"
    rebuilt = f"SELECT * FROM {schema}.{table} WHERE tenant_id = %(tenant)s"
    same_key = " AND ".join(f"old.{name} = gone.{name}" for name in key)
    parameters = {"tenant": tenant}
    if db.execute(f"{live} LIMIT 1", parameters).fetchone() is None:
        db.execute(f"INSERT INTO public.{table} {rebuilt} ORDER BY {', '.join(key)}", parameters)
        return
    db.execute(
        f"DELETE FROM public.{table} AS old USING ({live} EXCEPT {rebuilt}) AS gone"
        f" WHERE old.tenant_id = %(tenant)s AND {same_key}",
        parameters,
    )
    db.execute(f"INSERT INTO public.{table} {rebuilt} EXCEPT {live}", parameters)
