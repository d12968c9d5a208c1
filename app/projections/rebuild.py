"""Builds a projection's rows of a tenant anew beside the live ones: to take their place, or to compare.

The new rows grow in temporary tables that carry the live tables' names and so stand before them on the search path of
one connection: the projection's own SQL fills them unchanged, and readers see the old rows until the new ones take
their place in one transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import psycopg

from app.domain.errors import Refused, SuaError
from app.domain.ids import TenantId
from app.eventstore.pools import Connection, DatabaseDown, Pool
from app.projections.bearings import take_bearings
from app.projections.catalogue import ALL
from app.projections.checkpoints import create_missing
from app.projections.engine import TURN, digest, sort_out
from app.projections.log_reader import Log
from app.projections.projection import Projection
from app.projections.status import standings

Report = Callable[[TenantId, int, int], None]
"""Called after each batch: tenant, position reached, head."""


class ProjectionUnknown(Refused):
    """No table of that name follows from the log."""

    code: ClassVar[str] = "PROJECTION_UNKNOWN"


class RebuildFailed(SuaError):
    """A fact cannot be taken in by this code. The live table is as it was."""

    code: ClassVar[str] = "REBUILD_FAILED"


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that stands on one side only. `side`: 'live' or 'rebuilt'. `row`: its columns as text."""

    tenant: TenantId
    table: str
    side: str
    row: str


def rebuild(
    pool: Pool,
    store: Log,
    name: str,
    tenant: TenantId | None = None,
    report: Report | None = None,
    projections: Sequence[Projection] = ALL,
) -> int:
    """Build a projection anew, of one tenant or of all, each swapped in on its own. Returns how many tenants.

    Ends a stop, and brings rows of an older version of the code up to date. Raises `RebuildFailed`.
    """
    projection = _named(name, projections)
    tenants = [tenant] if tenant is not None else sorted({each.tenant for each in standings(pool)})
    for each in tenants:
        create_missing(pool, each, projections)
        with _beside(pool, projection) as db:
            position = _build(db, store, each, projection, 0, None, report)
            with db.transaction():
                _hold(db, each, projection)
                # Whatever came meanwhile; with the checkpoint held, nobody else takes it in.
                position = _build(db, store, each, projection, position, None, report)
                _swap(db, each, projection, position)
    return len(tenants)


def compare(
    pool: Pool,
    store: Log,
    name: str,
    tenant: TenantId | None = None,
    report: Report | None = None,
    projections: Sequence[Projection] = ALL,
) -> list[Difference]:
    """The first difference of each table and tenant between live and fresh rows; empty: none. Changes nothing."""
    projection = _named(name, projections)
    tenants = [tenant] if tenant is not None else sorted({each.tenant for each in standings(pool)})
    found: list[Difference] = []
    for each in tenants:
        with _beside(pool, projection) as db:
            position = _build(db, store, each, projection, 0, _position(db, each, projection), report)
            with db.transaction():
                _build(db, store, each, projection, position, _hold(db, each, projection), report)
                found += [difference for table in projection.tables if (difference := _difference(db, each, table))]
    return found


def _named(name: str, projections: Sequence[Projection]) -> Projection:
    for projection in projections:
        if projection.name == name:
            return projection
    raise ProjectionUnknown(f"There is no projection {name!r}; there are {', '.join(one.name for one in projections)}.")


@contextmanager
def _beside(pool: Pool, projection: Projection) -> Iterator[Connection]:
    """A connection of its own, on which the projection's tables are temporary and empty.

    Never one of the pool: a statement prepared there goes on meaning the live tables.
    """
    if not isinstance(pool.conninfo, str) or not isinstance(pool.kwargs, dict):
        raise TypeError("a pool whose connection parameters change cannot be copied")
    options = {**pool.kwargs, "prepare_threshold": None, "autocommit": True}
    try:
        with Connection.connect(pool.conninfo, **options) as db:
            for table in projection.tables:
                db.execute(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING INDEXES)")
            yield db
    except psycopg.OperationalError as error:
        raise DatabaseDown(f"The database cannot be used: {str(error).strip()}") from error


def _build(
    db: Connection,
    store: Log,
    tenant: TenantId,
    projection: Projection,
    position: int,
    until: int | None,
    report: Report | None,
) -> int:
    """Take in the log from `position` to `until`, or to its end. Returns the position reached."""
    while until is None or position < until:
        facts = store.read(tenant, after=position, limit=TURN if until is None else min(TURN, until - position))
        if not facts:
            break
        handled = sort_out(facts, [projection])[projection.name]
        with db.transaction():
            bearings = take_bearings(db.cursor(), tenant)
            fault = digest(db, tenant, projection, handled, bearings) if handled else None
        if fault is not None:
            raise RebuildFailed(f"{projection.name}, tenant {tenant}, position {fault.position}: {fault.reason}")
        position = facts[-1].position
        if report is not None:
            report(tenant, position, store.head(tenant))
    return position


def _position(db: Connection, tenant: TenantId, projection: Projection, tail: str = "") -> int:
    row = db.execute(
        f"SELECT position FROM checkpoints WHERE tenant_id = %s AND projection = %s {tail}", (tenant, projection.name)
    ).fetchone()
    return 0 if row is None else int(row[0])


def _hold(db: Connection, tenant: TenantId, projection: Projection) -> int:
    """Wait for the projection's checkpoint and keep it to the transaction's end. Returns its position."""
    return _position(db, tenant, projection, "FOR UPDATE")


def _swap(db: Connection, tenant: TenantId, projection: Projection, position: int) -> None:
    for table in projection.tables:
        db.execute(f"DELETE FROM public.{table} WHERE tenant_id = %s", (tenant,))
        db.execute(f"INSERT INTO public.{table} SELECT * FROM pg_temp.{table}")
    db.execute(
        """
        UPDATE checkpoints SET position = %s, version = %s, stopped_at = NULL, reason = NULL
        WHERE tenant_id = %s AND projection = %s
        """,
        (position, projection.version, tenant, projection.name),
    )


def _difference(db: Connection, tenant: TenantId, table: str) -> Difference | None:
    live = f"SELECT * FROM public.{table} WHERE tenant_id = %(tenant)s"
    rebuilt = f"SELECT * FROM pg_temp.{table}"
    row = db.execute(
        f"""
        (SELECT 'live', one::text FROM ({live} EXCEPT ALL {rebuilt}) AS one LIMIT 1)
        UNION ALL
        (SELECT 'rebuilt', one::text FROM ({rebuilt} EXCEPT ALL {live}) AS one LIMIT 1)
        """,
        {"tenant": tenant},
    ).fetchone()
    return None if row is None else Difference(tenant, table, row[0], row[1])
