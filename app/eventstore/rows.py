"""The table `events`: what goes in and what comes out."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from app.domain.ids import TenantId
from app.eventstore.pools import Connection


class Row(NamedTuple):
    """A fact on its way into the log."""

    stream: str
    version: int
    name: str
    schema: int
    happened_at: datetime
    cause: UUID
    state: bytes


class StoredRow(NamedTuple):
    """A fact as it comes out."""

    position: int
    stream: str
    version: int
    name: str
    schema: int
    happened_at: datetime
    recorded_at: datetime
    cause: UUID
    state: bytes


_COLUMNS = "position, stream, version, name, schema, happened_at, recorded_at, cause, state"


def select(
    connection: Connection, tenant: TenantId, where: sql.Composable, given: dict[str, Any], tail: sql.Composable
) -> list[StoredRow]:
    """Facts of one tenant. `where` starts with AND; `tail` orders and limits."""
    query = sql.SQL("SELECT {} FROM events WHERE tenant_id = %(tenant)s {} {}").format(sql.SQL(_COLUMNS), where, tail)
    cursor = connection.execute(query, {"tenant": tenant, **given}, prepare=True, binary=True)
    return list(map(StoredRow._make, cursor.fetchall()))


def head(connection: Connection, tenant: TenantId) -> int:
    query = "SELECT position FROM tenant_heads WHERE tenant_id = %s"
    row = connection.execute(query, (tenant,), prepare=True).fetchone()
    return 0 if row is None else int(row[0])


def heads(connection: Connection) -> dict[TenantId, int]:
    return dict(connection.execute("SELECT tenant_id, position FROM tenant_heads").fetchall())


def streams(connection: Connection, tenant: TenantId, prefix: str) -> list[str]:
    """Names in byte order; `stream` has the collation "C", so a prefix is a range of the unique key."""
    rows = connection.execute(
        "SELECT stream FROM events "
        "WHERE tenant_id = %s AND stream >= %s AND stream < %s AND version = 1 ORDER BY stream",
        (tenant, prefix, prefix + "\U0010ffff"),
    )
    return [stream for (stream,) in rows]
