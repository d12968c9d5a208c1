"""Erasing a customer who left: every row of theirs, from every table, by the database's owner.

Which tables those are is asked of PostgreSQL, so that a table added later is not forgotten. Killed anywhere, the next
run goes on: rows are deleted in short transactions, the keys of persons first, so that nothing personal is readable
from the first moment on. What stays is one row in `erased_tenants`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep

import psycopg
from psycopg import sql

from app.domain.ids import TenantId
from app.eventstore.pools import DatabaseDown

KEPT = "erased_tenants"
_FIRST = ("subject_keys", "invitations", "tenant_directory")
"""Keys of persons before all; then what could let the customer in again."""

_BATCH = 20_000

_LOCK_WAIT_S = 2
"""Less than the webhook's patience."""

_ALONE_S = 30
"""An append, the largest too, is over by then."""
_LOOK_S = 0.05

_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attname = 'tenant_id' AND NOT a.attisdropped AND c.relname <> %s
    ORDER BY c.relname
"""

_BUILT = """
    SELECT 'rebuilt.' || relname FROM pg_class
    WHERE relnamespace = 'rebuilt'::regnamespace AND relkind = 'r' ORDER BY relname
"""
"""Next generations of tables; their owner is not bound by row-level security."""

_BEGUN = """
    INSERT INTO erased_tenants (tenant_id, begun_at, facts, last_position, last_leaf)
    SELECT %(tenant)s, %(at)s, count(*), coalesce(max(position), 0),
           (SELECT leaf FROM events WHERE tenant_id = %(tenant)s ORDER BY position DESC LIMIT 1)
    FROM events WHERE tenant_id = %(tenant)s
    ON CONFLICT (tenant_id) DO UPDATE SET erased_at = NULL
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """`rows`: deleted by this run. `facts`, `last_position`: what the log held before the first run."""

    tenant: TenantId
    rows: int
    facts: int
    last_position: int
    erased_at: datetime


def tables_of_tenants(db: psycopg.Connection) -> list[str]:
    """Every table with rows of tenants but the tombstones; those first that must go first."""
    found = [name for (name,) in db.execute(_TABLES, (KEPT,))]
    return [name for name in _FIRST if name in found] + [name for name in found if name not in _FIRST]


def erase_tenant(owner_dsn: str, tenant: TenantId, at: datetime) -> Erased:
    """Delete all that is kept of a customer who was offboarded; only the owner of the schema may. A repeat finds
    nothing more. Raises DatabaseDown."""
    try:
        with psycopg.connect(owner_dsn, autocommit=True, connect_timeout=5) as db:
            tables = tables_of_tenants(db)
            built = [name for (name,) in db.execute(_BUILT)]
            with _let_in(db, [*tables, KEPT]):
                _begin(db, tenant, at)
                deleted = 0
                # Again until nothing is found: a worker may be writing what does not follow from the log.
                while found := sum(_emptied(db, table, tenant) for table in [*tables, *built]):
                    deleted += found
                done = db.execute(
                    "UPDATE erased_tenants SET erased_at = %s WHERE tenant_id = %s"
                    " RETURNING facts, last_position, erased_at",
                    (at, tenant),
                ).fetchone()
    except psycopg.OperationalError as error:
        raise DatabaseDown(f"The database cannot be used: {str(error).strip()}") from error
    if done is None:
        raise DatabaseDown("The tombstone of the customer is not there; erase again.")
    return Erased(tenant, deleted, *done)


def erasure_begun(owner_dsn: str, tenant: TenantId) -> bool:
    """Whether the customer's data is being erased, or was."""
    try:
        with psycopg.connect(owner_dsn, autocommit=True, connect_timeout=5) as db, _let_in(db, [KEPT]):
            return db.execute("SELECT 1 FROM erased_tenants WHERE tenant_id = %s", (tenant,)).fetchone() is not None
    except psycopg.OperationalError as error:
        raise DatabaseDown(f"The database cannot be used: {str(error).strip()}") from error


def _begin(db: psycopg.Connection, tenant: TenantId, at: datetime) -> None:
    """Write the row after which nobody appends for the tenant, when nobody does (migration 0014, `tenant_stays`).

    Tried, not waited for in PostgreSQL's queue: a writer there behind us may be the one that another of its own waits
    for, whom we wait for.
    """
    until = monotonic() + _ALONE_S
    while monotonic() < until:
        with db.transaction():
            alone = db.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 14))", (str(tenant),)).fetchone()
            if alone == (True,):
                db.execute(_BEGUN, {"tenant": tenant, "at": at})
                return
        sleep(_LOOK_S)
    raise DatabaseDown("Somebody goes on writing for the customer; erase again.")


def _emptied(db: psycopg.Connection, table: str, tenant: TenantId) -> int:
    """Delete the tenant's rows of a table, some at a time. Returns how many."""
    statement = sql.SQL(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE tenant_id = %s LIMIT %s))"
    ).format(table=sql.Identifier(*table.split(".")))
    total = 0
    while count := db.execute(statement, (tenant, _BATCH)).rowcount:
        total += count
    return total


@contextmanager
def _let_in(db: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """Row-level security binds the owner, too: a policy lets it see the rows for as long as this takes.

    One at a time, for the first to end would take the policy from the other, which then finds no rows and calls that
    done. A table somebody reads for long is not waited for, since all who come after would wait behind this.
    """
    db.execute("SELECT pg_advisory_lock(hashtext('sua.erasing'))")
    db.execute(f"SET lock_timeout = '{_LOCK_WAIT_S}s'")
    for table in tables:
        with db.transaction():
            _drop_policy(db, table)
            db.execute(
                sql.SQL("CREATE POLICY eraser ON {} TO CURRENT_USER USING (true) WITH CHECK (true)").format(
                    sql.Identifier(table)
                )
            )
    try:
        yield
    finally:
        if not db.broken:
            for table in tables:
                _drop_policy(db, table)


def _drop_policy(db: psycopg.Connection, table: str) -> None:
    db.execute(sql.SQL("DROP POLICY IF EXISTS eraser ON {}").format(sql.Identifier(table)))
