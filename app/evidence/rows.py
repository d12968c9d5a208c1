"""The rows of `events` as their hashes see them.

Leaves are made here, of the bytes PostgreSQL hands out, and compared with the column: what the server says a row's hash
is proves nothing about the row.
"""

import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow

from app.domain.ids import TenantId

BATCH = 10_000
"""Rows held in memory at once, and as many on their way."""

_PLACE = struct.Struct(">c16sq")

# The canonical body of app/eventstore/leaf.py, put together where the columns are.
_BODY = """
    int4send(octet_length(stream)) || convert_to(stream, 'UTF8') || int8send(version)
    || int4send(octet_length(name)) || convert_to(name, 'UTF8') || int2send(schema)
    || timestamptz_send(happened_at) || uuid_send(cause) || state
"""
_ENTRIES = f"""
    SELECT position, timestamptz_send(recorded_at), {_BODY}, leaf FROM events
    WHERE tenant_id = %(tenant)s AND position > %(after)s AND position <= %(until)s ORDER BY position
"""  # noqa: S608 - built of constants


class Entry(NamedTuple):
    """`recorded_at`: microseconds since 2000 as eight bytes. `leaf`: as stored."""

    position: int
    recorded_at: bytes
    body: bytes
    leaf: bytes


def leaf_of(tenant: TenantId, entry: Entry) -> bytes:
    """The leaf this row should have (app/eventstore/leaf.py)."""
    place = _PLACE.pack(b"\x00", tenant.bytes, entry.position)
    return sha256(place + entry.recorded_at + sha256(entry.body).digest()).digest()


def entries(db: Connection[TupleRow], tenant: TenantId, after: int, until: int) -> Iterator[list[Entry]]:
    """Rows of positions after + 1 to `until`, in order, some at a time."""
    with db.cursor(name="sua_evidence", binary=True) as cursor:
        cursor.execute(_ENTRIES, {"tenant": tenant, "after": after, "until": until})
        with ThreadPoolExecutor(1) as ahead:  # PostgreSQL makes the next rows while these are hashed
            coming = ahead.submit(cursor.fetchmany, BATCH)
            while rows := coming.result():
                coming = ahead.submit(cursor.fetchmany, BATCH)
                yield list(map(Entry._make, rows))


def head_of(db: Connection[TupleRow], tenant: TenantId) -> int:
    """Where the log says that it ends; 0: it has not begun."""
    row = db.execute("SELECT position FROM tenant_heads WHERE tenant_id = %s", (tenant,)).fetchone()
    return 0 if row is None else int(row[0])


def is_erased(db: Connection[TupleRow], tenant: TenantId) -> bool:
    """Whether the customer's data was erased on purpose, or is being."""
    return db.execute("SELECT 1 FROM erased_tenants WHERE tenant_id = %s", (tenant,)).fetchone() is not None


def stays(db: Connection[TupleRow], tenant: TenantId) -> bool:
    """Whether it is kept; nobody begins to erase it before the end of this transaction."""
    return db.execute("SELECT tenant_stays(%s)", (tenant,)).fetchone() == (True,)
