"""The table `events`: what goes in, what comes out, and the one statement that appends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg import sql

from app.domain.ids import TenantId
from app.eventstore.arrays import Bigints, Byteas, Instants, Smallints, Texts, Uuids
from app.eventstore.leaf import LEAF_SQL, body_digest, microseconds
from app.eventstore.pools import Connection

CHANNEL = "sua_appended"
"""NOTIFY channel; the payload is `tenant:position`. A hint: a listener that misses one finds the facts anyway."""

_CHUNK = 1_000


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


class Base(NamedTuple):
    """The version a stream must have reached, 0 for none, for an append that goes on from there."""

    stream: str
    version: int


class StreamMoved(Exception):
    """A stream is not at the version the append builds on. Nothing was written."""


# One statement takes the tenant's next positions, which locks its head row until the commit, and writes the facts at
# them; so positions are gapless in commit order. The base check keeps versions gapless as well: the unique key on
# (tenant_id, stream, version) refuses what is already there, this what has no predecessor. It is a scalar sub-select
# so that it is always a look-up by key, never a join over the tenant's log.
_APPEND = f"""
WITH head AS (
    INSERT INTO tenant_heads AS head (tenant_id, position, recorded_at)
    SELECT %(tenant)s, %(count)s, %(at)s
    WHERE NOT EXISTS (
        SELECT FROM unnest(%(base_streams)s, %(base_versions)s) AS base (stream, version)
        WHERE (SELECT known.version FROM events AS known
               WHERE known.tenant_id = %(tenant)s AND known.stream = base.stream AND known.version = base.version
              ) IS NULL
    )
    ON CONFLICT (tenant_id) DO UPDATE
    SET position = head.position + excluded.position, recorded_at = greatest(head.recorded_at, excluded.recorded_at)
    RETURNING tenant_id, position, recorded_at
), written AS (
    INSERT INTO events
        (tenant_id, position, stream, version, name, schema, happened_at, recorded_at, cause, state, leaf)
    SELECT head.tenant_id, head.position - %(count)s + fact.nth, fact.stream, fact.version, fact.name, fact.schema,
        fact.happened_at, head.recorded_at, fact.cause, fact.state, {LEAF_SQL}
    FROM head, unnest(%(streams)s, %(versions)s, %(names)s, %(schemas)s, %(happened)s, %(causes)s, %(states)s,
        %(bodies)s) WITH ORDINALITY AS fact (stream, version, name, schema, happened_at, cause, state, body, nth)
)
SELECT position, CASE WHEN %(ring)s THEN pg_notify('{CHANNEL}', tenant_id || ':' || position) END FROM head
"""  # noqa: S608 - built of constants

_COLUMNS = "position, stream, version, name, schema, happened_at, recorded_at, cause, state"


def append(connection: Connection, tenant: TenantId, rows: Sequence[Row], bases: Sequence[Base], at: datetime) -> int:
    """Write facts in order and return the position of the last one.

    One statement up to 1,000 facts; above, several in one pipeline, for which `connection` must be in a transaction.
    Raises `StreamMoved`, or psycopg's UniqueViolation for a version that is taken.
    """
    if len(rows) <= _CHUNK:
        return _position(_append(connection, tenant, rows, bases, at, ring=True))
    with connection.pipeline():
        cursors = []
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            last = start + _CHUNK >= len(rows)
            cursors.append(_append(connection, tenant, chunk, bases if start == 0 else (), at, ring=last))
        return [_position(cursor) for cursor in cursors][-1]


def is_bulk(rows: Sequence[Row]) -> bool:
    """Whether `append` needs a transaction around it."""
    return len(rows) > _CHUNK


def streams(connection: Connection, tenant: TenantId, prefix: str) -> list[str]:
    """Names in byte order; `stream` has the collation "C", so a prefix is a range of the unique key."""
    rows = connection.execute(
        "SELECT stream FROM events "
        "WHERE tenant_id = %s AND stream >= %s AND stream < %s AND version = 1 ORDER BY stream",
        (tenant, prefix, prefix + "\U0010ffff"),
    )
    return [stream for (stream,) in rows]


def select(
    connection: Connection, tenant: TenantId, where: sql.Composable, given: dict[str, Any], tail: sql.Composable
) -> list[StoredRow]:
    """Facts of one tenant. `where` starts with AND; `tail` orders and limits."""
    query = sql.SQL("SELECT {} FROM events WHERE tenant_id = %(tenant)s {} {}").format(sql.SQL(_COLUMNS), where, tail)
    cursor = connection.execute(query, {"tenant": tenant, **given}, prepare=True, binary=True)
    return list(map(StoredRow._make, cursor))


def own(connection: Connection, tenant: TenantId, rows: Sequence[Row]) -> bool:
    """Whether all these facts are in the log already: same stream, version, name, time and cause.

    (tenant, stream, version, cause) is a fact's identity. It tells an append whose COMMIT reply was lost, or that a
    second worker did for the same cause, from a true conflict. The state is not compared: personal values are
    encrypted anew each time.
    """
    streams, versions, names, _, happened, causes, _ = zip(*rows, strict=True)
    cursor = connection.execute(
        """
        SELECT count(*) FROM unnest(%(streams)s, %(versions)s, %(names)s, %(happened)s, %(causes)s)
            AS fact (stream, version, name, happened_at, cause)
        WHERE (SELECT known.name = fact.name AND known.happened_at = fact.happened_at AND known.cause = fact.cause
               FROM events AS known
               WHERE known.tenant_id = %(tenant)s AND known.stream = fact.stream AND known.version = fact.version)
        """,
        {
            "tenant": tenant,
            "streams": Texts([stream.encode() for stream in streams]),
            "versions": Bigints(versions),
            "names": Texts([name.encode() for name in names]),
            "happened": Instants([microseconds(instant) for instant in happened]),
            "causes": Uuids([cause.bytes for cause in causes]),
        },
    )
    return cursor.fetchone() == (len(rows),)


def head(connection: Connection, tenant: TenantId) -> int:
    query = "SELECT position FROM tenant_heads WHERE tenant_id = %s"
    row = connection.execute(query, (tenant,), prepare=True).fetchone()
    return 0 if row is None else int(row[0])


def heads(connection: Connection) -> dict[TenantId, int]:
    return dict(connection.execute("SELECT tenant_id, position FROM tenant_heads").fetchall())


def _append(
    connection: Connection, tenant: TenantId, rows: Sequence[Row], bases: Sequence[Base], at: datetime, *, ring: bool
) -> psycopg.Cursor[tuple[Any, ...]]:
    streams, versions, names, schemas, happened_at, causes, states = zip(*rows, strict=True)
    stream_bytes = [stream.encode() for stream in streams]
    name_bytes = [name.encode() for name in names]
    happened = [microseconds(instant) for instant in happened_at]
    cause_bytes = [cause.bytes for cause in causes]
    bodies = list(map(body_digest, stream_bytes, versions, name_bytes, schemas, happened, cause_bytes, states))
    return connection.execute(
        _APPEND,
        {
            "tenant": tenant,
            "count": len(rows),
            "at": at,
            "base_streams": Texts([base.stream.encode() for base in bases]),
            "base_versions": Bigints([base.version for base in bases]),
            "streams": Texts(stream_bytes),
            "versions": Bigints(versions),
            "names": Texts(name_bytes),
            "schemas": Smallints(schemas),
            "happened": Instants(happened),
            "causes": Uuids(cause_bytes),
            "states": Byteas(states),
            "bodies": Byteas(bodies),
            "ring": ring,
        },
        prepare=True,
        binary=True,
    )


def _position(cursor: psycopg.Cursor[tuple[Any, ...]]) -> int:
    row = cursor.fetchone()
    if row is None:
        raise StreamMoved
    return int(row[0])
