"""The SQL that appends: a tenant's next positions, and the facts at them.

The update of the tenant's head row comes first and locks it until the commit. So appends queue per tenant, never
across tenants, and positions are gapless in commit order.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.errors import TenantErased
from app.domain.events import Event
from app.domain.ids import TenantId
from app.eventstore.arrays import Bigints, Byteas, Instants, Smallints, Texts, Uuids
from app.eventstore.leaf import LEAF_SQL, OPENING_SQL, body_digest, leaf, microseconds
from app.eventstore.pools import Connection
from app.eventstore.rows import Row

CHANNEL = "sua_appended"
"""NOTIFY channel; the payload is `tenant:position`. A hint: a listener that misses one finds the facts anyway."""

CHUNK = 1_000
"""Facts in one statement. Several go through a pipeline, so that PostgreSQL writes one while we encode the next."""


class Placed(NamedTuple):
    """A fact with its stream, version and cause."""

    stream: str
    version: int
    fact: Event
    cause: UUID


class Base(NamedTuple):
    """The version a stream must have reached for an append that goes on from there. Not for new streams."""

    stream: str
    version: int


class StreamMoved(Exception):
    """A stream is not at the version the append builds on. Nothing was written."""


# The base check keeps versions gapless: the unique key on (tenant_id, stream, version) refuses what is already there,
# this refuses what has no predecessor. A scalar sub-select, so that it is a look-up and never a join over the tenant's
# log; ordered by version, so that on a small log too it is a look-up in that key.
_HEAD = f"""
    INSERT INTO tenant_heads AS head (tenant_id, position, recorded_at)
    SELECT %(tenant)s, %(count)s, %(at)s
    WHERE (SELECT tenant_stays(%(tenant)s)) AND NOT EXISTS (
        SELECT FROM unnest(%(base_streams)s, %(base_versions)s) AS base (stream, version)
        WHERE (SELECT known.version FROM events AS known
               WHERE known.tenant_id = %(tenant)s AND known.stream = base.stream AND known.version >= base.version
               ORDER BY known.version LIMIT 1
              ) IS DISTINCT FROM base.version
    )
    ON CONFLICT (tenant_id) DO UPDATE
    SET position = head.position + excluded.position, recorded_at = greatest(head.recorded_at, excluded.recorded_at)
    RETURNING tenant_id, position, recorded_at, {OPENING_SQL} AS opening
"""  # noqa: S608
_COLUMNS = "tenant_id, position, stream, version, name, schema, happened_at, recorded_at, cause, state, leaf"
_FACTS = """
    unnest(%(streams)s, %(versions)s, %(names)s, %(schemas)s, %(happened)s, %(causes)s, %(states)s, %(hashes)s)
    WITH ORDINALITY AS fact (stream, version, name, schema, happened_at, cause, state, hash, nth)
"""
_NOTIFIED = f"SELECT position, recorded_at, pg_notify('{CHANNEL}', tenant_id || ':' || position) FROM head"  # noqa: S608

_APPEND = f"""
WITH head AS ({_HEAD}), written AS (
    INSERT INTO events ({_COLUMNS})
    SELECT head.tenant_id, head.position - %(count)s + fact.nth, fact.stream, fact.version, fact.name, fact.schema,
        fact.happened_at, head.recorded_at, fact.cause, fact.state, {LEAF_SQL}
    FROM head, {_FACTS}
)
{_NOTIFIED}
"""  # noqa: S608 - built of constants
_TAKE = f"WITH head AS ({_HEAD}) {_NOTIFIED}"
_WRITE = f"""
INSERT INTO events ({_COLUMNS})
SELECT %(tenant)s, %(after)s::bigint + fact.nth, fact.stream, fact.version, fact.name, fact.schema,
    fact.happened_at, %(at)s, fact.cause, fact.state, fact.hash
FROM {_FACTS}
"""  # noqa: S608


def is_bulk(count: int) -> bool:
    """Whether `append` is more than one statement and needs a transaction around it."""
    return count > CHUNK


def append(
    connection: Connection,
    tenant: TenantId,
    chunks: Iterable[Sequence[Row]],
    count: int,
    bases: Sequence[Base],
    at: datetime,
) -> int:
    """Write `count` facts, in chunks of CHUNK, in order; returns the position of the last one.

    A single chunk takes one round trip, its hashes finished by PostgreSQL. Above, the positions are taken first and
    the hashes made here, which costs the database less. Raises `TenantErased`, `StreamMoved`, or psycopg's
    UniqueViolation for a version that is taken.
    """
    head = {
        "tenant": tenant,
        "count": count,
        "at": at,
        "base_streams": Texts([base.stream.encode() for base in bases]),
        "base_versions": Bigints([base.version for base in bases]),
    }
    if not is_bulk(count):
        (chunk,) = chunks
        facts, bodies = _columns(chunk)
        return _taken(connection, _APPEND, head | facts | {"hashes": Byteas(bodies)})[0]
    last, recorded_at = _taken(connection, _TAKE, head)
    after = last - count
    with connection.pipeline():
        for chunk in chunks:
            facts, bodies = _columns(chunk)
            leaves = [leaf(tenant, after + nth, recorded_at, body) for nth, body in enumerate(bodies, 1)]
            place = {"tenant": tenant, "after": after, "at": recorded_at, "hashes": Byteas(leaves)}
            connection.execute(_WRITE, facts | place, prepare=True)
            after += len(chunk)
    return last


def own(connection: Connection, tenant: TenantId, placed: Sequence[Placed]) -> bool:
    """Whether all these facts are in the log already: same stream, version, name, time and cause.

    (tenant, stream, version, cause) is a fact's identity. It tells an append whose COMMIT reply was lost, or that a
    second worker did for the same cause, from a true conflict. The state is not compared: personal values are
    encrypted anew each time.
    """
    found = connection.execute(
        """
        SELECT count(*) FROM unnest(%(streams)s, %(versions)s, %(names)s, %(happened)s, %(causes)s)
            AS fact (stream, version, name, happened_at, cause)
        WHERE (SELECT known.version = fact.version AND known.name = fact.name
                   AND known.happened_at = fact.happened_at AND known.cause = fact.cause
               FROM events AS known
               WHERE known.tenant_id = %(tenant)s AND known.stream = fact.stream AND known.version >= fact.version
               ORDER BY known.version LIMIT 1)
        """,
        {
            "tenant": tenant,
            "streams": Texts([each.stream.encode() for each in placed]),
            "versions": Bigints([each.version for each in placed]),
            "names": Texts([each.fact.name.encode() for each in placed]),
            "happened": Instants([microseconds(each.fact.happened_at) for each in placed]),
            "causes": Uuids([each.cause.bytes for each in placed]),
        },
    )
    return found.fetchone() == (len(placed),)


def refuse_erased(connection: Connection, tenant: TenantId) -> None:
    """Why nothing was written, if this is why: raises `TenantErased`."""
    if connection.execute("SELECT tenant_stays(%s)", (tenant,)).fetchone() != (True,):
        raise TenantErased(f"All of tenant {tenant} was erased.")


def _taken(connection: Connection, statement: str, given: dict[str, Any]) -> tuple[int, datetime]:
    row = connection.execute(statement, given, prepare=True, binary=True).fetchone()
    if row is None:
        refuse_erased(connection, given["tenant"])
        raise StreamMoved
    return row[0], row[1]


def _columns(rows: Sequence[Row]) -> tuple[dict[str, Any], list[bytes]]:
    """The arguments of _FACTS but its hashes, and the bodies' digests to make those of."""
    streams, versions, names, schemas, happened_at, causes, states = zip(*rows, strict=True)
    stream_bytes = [stream.encode() for stream in streams]
    name_bytes = [name.encode() for name in names]
    happened = [microseconds(instant) for instant in happened_at]
    cause_bytes = [cause.bytes for cause in causes]
    bodies = list(map(body_digest, stream_bytes, versions, name_bytes, schemas, happened, cause_bytes, states))
    facts = {
        "streams": Texts(stream_bytes),
        "versions": Bigints(versions),
        "names": Texts(name_bytes),
        "schemas": Smallints(schemas),
        "happened": Instants(happened),
        "causes": Uuids(cause_bytes),
        "states": Byteas(states),
    }
    return facts, bodies
