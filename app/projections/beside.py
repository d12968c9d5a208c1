"""Where the next generation of tables grows, and how it is filled.

A side is the same tables, with checkpoints of their own, in a schema that stands before the live one on the search path
of its connections: the projections' own SQL fills them unchanged, and so the engine advances them as it does the live
ones. In `rebuilt` they stay; in `pg_temp` they last as long as the connection.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg_pool

from app.domain.ids import TenantId
from app.eventstore.pools import Connection, Pool, borrowed
from app.projections.checkpoints import create_fresh
from app.projections.engine import advance
from app.projections.generations import of_pool
from app.projections.log_reader import Log
from app.projections.projection import Projection

Report = Callable[[TenantId, int, int], None]
"""Called after each batch: tenant, position reached, the position to reach."""

_START_S = 5


@dataclass(frozen=True, slots=True)
class Side:
    """`pool`: one connection, to which unqualified names of tables are those of `schema`."""

    pool: Pool
    schema: str


@contextmanager
def lasting(pool: Pool) -> Iterator[Side]:
    """The side that is to be swapped in, and outlives whoever builds it."""
    with _pool_beside(pool, "rebuilt") as beside:
        yield Side(beside, "rebuilt")


@contextmanager
def passing(pool: Pool, projections: Sequence[Projection]) -> Iterator[Side]:
    """A side to compare with, gone with the block."""
    tables = ["checkpoints", *(table for projection in projections for table in projection.tables)]

    def furnish(db: Connection) -> None:
        for table in tables:
            db.execute(f"CREATE TEMPORARY TABLE {table} (LIKE rebuilt.{table} INCLUDING INDEXES)")
        db.commit()

    with _pool_beside(pool, "pg_temp", furnish) as beside:
        yield Side(beside, "pg_temp")


@contextmanager
def _pool_beside(pool: Pool, schema: str, furnish: Callable[[Connection], None] | None = None) -> Iterator[Pool]:
    conninfo, options = of_pool(pool)
    path = f"{options.get('options') or ''} -c search_path={schema},public".strip()
    beside: Pool = psycopg_pool.ConnectionPool(
        conninfo,
        connection_class=Connection,
        min_size=1,
        max_size=1,
        timeout=_START_S,
        reconnect_timeout=_START_S,
        kwargs={**options, "options": path},
        configure=furnish,
        open=False,
    )
    try:
        beside.open()
        yield beside
    finally:
        beside.close()


def build(
    side: Side,
    store: Log,
    tenant: TenantId,
    rest: Sequence[Projection],
    targets: dict[str, int],
    budget: int,
    report: Report | None = None,
) -> bool:
    """Take in at most `budget` facts, together as far as all are to go, then those that are to go further.

    Returns whether each that can has reached its target.
    """
    create_fresh(side.pool, tenant, rest)
    for until in sorted(set(targets.values())):
        going = [each for each in rest if targets[each.name] >= until]
        progress = advance(side.pool, store, tenant, going, budget=budget, until=until)
        budget -= progress.taken
        if report is not None:
            report(tenant, min(progress.position, until), max(targets.values()))
        if progress.busy or progress.more:
            return False
    return True


def faults(side: Side, tenant: TenantId, projections: Sequence[Projection]) -> dict[str, str]:
    """Why generations cannot go on, by projection."""
    with borrowed(side.pool) as db:
        found = db.execute(
            "SELECT projection, stopped_at, reason FROM checkpoints"
            " WHERE tenant_id = %s AND projection = ANY (%s) AND stopped_at IS NOT NULL",
            (tenant, [each.name for each in projections]),
        ).fetchall()
    return {name: f"position {position}: {reason}" for name, position, reason in found}
