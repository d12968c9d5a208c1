"""Where a proof's hashes come from: blocks where they are whole, and the leaves of at most two blocks."""

from psycopg import Connection
from psycopg.rows import TupleRow

from app.domain.ids import TenantId
from app.evidence import checkpoints
from app.evidence.proofs import Leaves

_LEAVES = """
    SELECT leaf FROM events WHERE tenant_id = %(tenant)s AND position > %(begin)s AND position <= %(end)s
    ORDER BY position
"""


def leaves_in(db: Connection[TupleRow], tenant: TenantId) -> Leaves:
    """As stored: a proof made of them is checked against what was signed."""

    def leaves(begin: int, end: int) -> list[bytes]:
        rows = db.execute(_LEAVES, {"tenant": tenant, "begin": begin, "end": end}, binary=True)
        return [leaf for (leaf,) in rows]

    def blocks(begin: int, end: int) -> list[bytes]:
        return [root for _, root in sorted(checkpoints.blocks(db, tenant, begin, end).items())]

    return Leaves(leaves, blocks)
