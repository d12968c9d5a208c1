"""A whole log against its hashes, its order, its checkpoints and those kept outside, in bounded memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import TupleRow

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.evidence import checkpoints
from app.evidence.archive import Archive
from app.evidence.merkle import BLOCK, Frontier
from app.evidence.notes import Checkpoint, NoteRefused, PublicKey, opened
from app.evidence.rows import entries, head_of, is_erased
from app.evidence.walking import Fault, Walk

Report = Callable[[TenantId, int, int], None]
"""Told how far a verification has come: tenant, position, end of the log."""

_END = (1 << 63) - 1

_STREAMS = """
    SELECT stream FROM events WHERE tenant_id = %(tenant)s
    GROUP BY stream HAVING min(version) <> 1 OR max(version) <> count(*) LIMIT 1
"""
_FIRST_GAP = """
    SELECT min(position) FROM (
        SELECT position, version - coalesce(lag(version) OVER stream, 0) AS step
        FROM events WHERE tenant_id = %(tenant)s WINDOW stream AS (PARTITION BY stream ORDER BY version, position)
    ) AS stepped WHERE step <> 1
"""
_TENANTS = """
    SELECT tenant_id FROM (
        SELECT tenant_id FROM tenant_heads UNION SELECT tenant_id FROM signed_checkpoints
        UNION SELECT unnest(%(outside)s::uuid[])
    ) AS known WHERE tenant_id NOT IN (SELECT tenant_id FROM erased_tenants) ORDER BY tenant_id
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`facts`: in the log. `signed`: the size of the largest checkpoint that counts. `faults`: the first one first."""

    tenant: TenantId
    facts: int
    checkpoints: int
    signed: int
    faults: Sequence[Fault]


def tenants(pool: Pool, archive: Archive | None) -> list[TenantId]:
    """Who has a log, or had one by what was signed of it. Not those whose data was erased on purpose."""
    with borrowed(pool) as db:
        return tenants_in(db, archive)


def tenants_in(db: Connection[TupleRow], archive: Archive | None) -> list[TenantId]:
    """The same, in the caller's transaction."""
    outside = archive.tenants() if archive else []
    return [TenantId(tenant) for (tenant,) in db.execute(_TENANTS, {"outside": outside})]


def verified(
    pool: Pool,
    tenant: TenantId,
    keys: Sequence[PublicKey],
    report: Report,
    *,
    archive: Archive | None = None,
    notes: Iterable[str] = (),
) -> Verdict:
    """Read the whole log as of one instant. `notes`: checkpoints the asker has kept, beside those in the archive."""
    # Before the snapshot: what is signed after it is not to be missed in it.
    kept = {size: archive.note(tenant, size) for size in archive.sizes(tenant)} if archive else {}
    with borrowed(pool) as db:
        # One snapshot, so that what is appended meanwhile is in all of what is compared or in none.
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if is_erased(db, tenant):
            return Verdict(tenant, 0, 0, 0, ())
        head = head_of(db, tenant)
        marks, faults = _marks(db, tenant, keys)
        here = {mark.size for mark in marks}
        faults += [_missing(tenant, size) for size in kept if size not in here]
        outside, refused = _outside(tenant, keys, [*kept.values(), *notes])
        walk = Walk(tenant, Frontier(), [*marks, *outside])
        kept_blocks = _Blocks(db, tenant)
        for batch in entries(db, tenant, 0, _END):
            kept_blocks.compare(walk.take(batch))
            if walk.fault is not None:
                break
            report(tenant, walk.frontier.size, head)
        walk.end(head)
        signed = max(here, default=0)
        if walk.fault is None:
            kept_blocks.end(signed)
        faults += refused + [fault for fault in (walk.fault, kept_blocks.fault, _gap(db, tenant)) if fault]
    return Verdict(tenant, walk.frontier.size, len(here), signed, sorted(faults, key=lambda fault: fault.position))


def _marks(
    db: Connection[TupleRow], tenant: TenantId, keys: Sequence[PublicKey]
) -> tuple[list[Checkpoint], list[Fault]]:
    marks, faults = [], []
    for row in checkpoints.streamed(db, tenant):
        found = checkpoints.checked(row, tenant, keys)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            marks.append(found.checkpoint)
    return marks, faults


def _missing(tenant: TenantId, size: int) -> Fault:
    return Fault(tenant, size, f"the checkpoint of size {size} is kept outside and not in the database")


def _outside(tenant: TenantId, keys: Sequence[PublicKey], notes: Iterable[str]) -> tuple[list[Checkpoint], list[Fault]]:
    """What is kept outside, and what of it does not count."""
    marks, faults = [], []
    for note in notes:
        try:
            marks.append(opened(note, tenant, keys))
        except NoteRefused as refused:
            faults.append(Fault(tenant, 0, f"a checkpoint kept outside does not count: {refused}"))
    return marks, faults


class _Blocks:
    """The blocks proofs are made of, compared with those the log gives, as they come."""

    def __init__(self, db: Connection[TupleRow], tenant: TenantId) -> None:
        self.fault: Fault | None = None
        self._db = db
        self._tenant = tenant
        self._seen: int = 0

    def compare(self, made: Sequence[tuple[int, bytes]]) -> None:
        if not made or self.fault is not None:
            return
        first, last = made[0][0], made[-1][0]
        stored = checkpoints.blocks(self._db, self._tenant, first, last + 1)
        for block, root in made:
            if stored.get(block, root) != root:
                self.fault = self._of(block, "is another than its facts give")
                return
        self._seen += len(stored)

    def end(self, signed: int) -> None:
        """Every whole block that was signed should have been there."""
        if self.fault is None and self._seen < signed // BLOCK:
            self.fault = self._of(self._seen, "or a later one is missing")

    def _of(self, block: int, what: str) -> Fault:
        return Fault(self._tenant, block * BLOCK + 1, f"block {block} of the tree, of which proofs are made, {what}")


def _gap(db: Connection[TupleRow], tenant: TenantId) -> Fault | None:
    """Quick where there is none: the key alone is read."""
    row = db.execute(_STREAMS, {"tenant": tenant}).fetchone()
    if row is None:
        return None
    first = db.execute(_FIRST_GAP, {"tenant": tenant}).fetchone()
    return Fault(tenant, first[0] if first else 0, "the fact does not follow the version in front of it in its stream")
