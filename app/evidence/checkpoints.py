"""The tables `signed_checkpoints` and `tree_blocks`: what was signed, and what makes going on and proving quick.

Neither is trusted: whoever can alter the log can alter these. A note counts for its signature, a frontier for folding
to the root that was signed, a block for a proof that verifies.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow

from app.domain.ids import TenantId
from app.evidence.merkle import Frontier
from app.evidence.notes import Checkpoint, NoteRefused, PublicKey, opened
from app.evidence.walking import Fault

_COLUMNS = "size, root, note, frontier, made_at"


class Row(NamedTuple):
    size: int
    root: bytes
    note: str
    frontier: bytes
    made_at: datetime


class Signed(NamedTuple):
    """A row whose note, root and frontier agree, and whose signature is good."""

    checkpoint: Checkpoint
    frontier: Frontier
    made_at: datetime


def newest(db: Connection[TupleRow], tenant: TenantId) -> Row | None:
    return _one(db, tenant, "ORDER BY size DESC LIMIT 1")


def before(db: Connection[TupleRow], tenant: TenantId, size: int) -> Row | None:
    """The largest below a size."""
    return _one(db, tenant, "AND size < %(size)s ORDER BY size DESC LIMIT 1", size)


def of_size(db: Connection[TupleRow], tenant: TenantId, size: int) -> Row | None:
    return _one(db, tenant, "AND size = %(size)s", size)


def streamed(db: Connection[TupleRow], tenant: TenantId) -> Iterator[Row]:
    """All of a tenant, by size."""
    with db.cursor(name="sua_checkpoints", binary=True) as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM signed_checkpoints WHERE tenant_id = %s ORDER BY size", (tenant,))  # noqa: S608
        yield from map(Row._make, cursor)


def sizes(db: Connection[TupleRow], tenant: TenantId) -> list[int]:
    found = db.execute("SELECT size FROM signed_checkpoints WHERE tenant_id = %s ORDER BY size", (tenant,))
    return [size for (size,) in found]


def checked(row: Row, tenant: TenantId, keys: Sequence[PublicKey]) -> Signed | Fault:
    """What a row is worth."""
    try:
        checkpoint = opened(row.note, tenant, keys)
        frontier = Frontier.of_bytes(row.size, row.frontier)
    except NoteRefused as refused:
        return Fault(tenant, row.size, f"the checkpoint of size {row.size} does not count: {refused}")
    except ValueError:
        return Fault(tenant, row.size, f"the frontier of the checkpoint of size {row.size} is none")
    if (checkpoint.size, checkpoint.root) != (row.size, row.root):
        return Fault(tenant, row.size, f"the checkpoint of size {row.size} says something else in its note")
    if frontier.root() != row.root:
        return Fault(tenant, row.size, f"the frontier of the checkpoint of size {row.size} has another root")
    return Signed(checkpoint, frontier, row.made_at)


def add(
    db: Connection[TupleRow],
    checkpoint: Checkpoint,
    frontier: Frontier,
    blocks: Iterable[tuple[int, bytes]],
    at: datetime,
) -> None:
    """Store what was signed, in the caller's transaction."""
    tenant = checkpoint.tenant
    db.execute(
        f"INSERT INTO signed_checkpoints (tenant_id, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)",  # noqa: S608
        (tenant, checkpoint.size, checkpoint.root, checkpoint.note, frontier.as_bytes(), at),
    )
    db.cursor().executemany(
        "INSERT INTO tree_blocks (tenant_id, block, hash) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [(tenant, block, root) for block, root in blocks],
    )


def blocks(db: Connection[TupleRow], tenant: TenantId, begin: int, end: int) -> dict[int, bytes]:
    """Roots of the blocks of a half-open range, by number."""
    rows = db.execute(
        "SELECT block, hash FROM tree_blocks WHERE tenant_id = %s AND block >= %s AND block < %s",
        (tenant, begin, end),
        binary=True,
    )
    return dict(rows.fetchall())


def _one(db: Connection[TupleRow], tenant: TenantId, which: str, size: int | None = None) -> Row | None:
    query = f"SELECT {_COLUMNS} FROM signed_checkpoints WHERE tenant_id = %(tenant)s {which}"  # noqa: S608 - constants
    row = db.execute(query.encode(), {"tenant": tenant, "size": size}, binary=True).fetchone()
    return None if row is None else Row._make(row)
