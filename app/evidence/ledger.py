"""What the read side tells of a customer's evidence: the last checkpoint, and proofs made of few rows."""

import base64
from dataclasses import dataclass
from typing import Any

import psycopg

from app.domain.ids import TenantId
from app.evidence.checkpoints import Row
from app.evidence.fact_lines import LINES, line_of
from app.evidence.merkle import BLOCK
from app.evidence.notes import Checkpoint, PublicKey
from app.evidence.proofs import Leaves, NotProvable, inclusion, inclusion_text

_NEWEST = """
    SELECT size, root, note, frontier, made_at FROM signed_checkpoints WHERE tenant_id = %(tenant)s
    ORDER BY size DESC LIMIT 1
"""
_BLOCKS = "SELECT block, hash FROM tree_blocks WHERE tenant_id = %(tenant)s AND block < %(end)s ORDER BY block"
_LEAVES = """
    SELECT position, leaf FROM events WHERE tenant_id = %(tenant)s
    AND (position > %(begin)s AND position <= %(begin)s + %(block)s OR position > %(tail)s AND position <= %(size)s)
"""

_UNSEEN = PublicKey("", b"")
"""The read side has no keys: whoever gets a note checks it by the key they trust."""


@dataclass(frozen=True, slots=True)
class Proof:
    """`path`: hashes from the leaf's sibling up, base64. `text`: all of it, as a file of C2SP's form `tlog-proof`."""

    position: int
    size: int
    path: list[str]
    text: str


async def newest(db: psycopg.AsyncConnection[Any], tenant: TenantId) -> Row | None:
    row = await (await db.execute(_NEWEST, {"tenant": tenant}, binary=True)).fetchone()
    return None if row is None else Row._make(row)


async def proof(db: psycopg.AsyncConnection[Any], tenant: TenantId, position: int) -> Proof:
    """That a fact is in the last checkpoint. Reads the leaves of two blocks and the roots of the others.

    Raises NotProvable where the checkpoint does not cover it, EvidenceBroken where the rows do not prove it.
    """
    row = await newest(db, tenant)
    if row is None or not 0 < position <= row.size:
        raise NotProvable(f"No checkpoint of tenant {tenant} covers position {position} yet.")
    checkpoint = Checkpoint(tenant, row.size, row.root, row.note, _UNSEEN)
    whole, begin = row.size // BLOCK, (position - 1) // BLOCK * BLOCK
    given = {"tenant": tenant, "begin": begin, "block": BLOCK, "tail": whole * BLOCK, "size": row.size, "end": whole}
    blocks = dict(await (await db.execute(_BLOCKS, given, binary=True)).fetchall())
    leaves = dict(await (await db.execute(_LEAVES, given, binary=True)).fetchall())
    known = Leaves(
        lambda since, until: [leaves.get(each, b"") for each in range(since + 1, until + 1)],
        lambda since, until: [blocks.get(each, b"") for each in range(since, until)],
    )
    path = inclusion(checkpoint, position, leaves.get(position, b""), known)
    found = await db.execute(LINES, {"tenant": tenant, "after": position - 1, "until": position}, binary=True)
    text = inclusion_text(checkpoint, position, path, line_of((await found.fetchall())[0]))
    return Proof(position, row.size, [base64.b64encode(each).decode("ascii") for each in path], text)
