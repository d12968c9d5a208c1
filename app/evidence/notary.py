"""Taking a checkpoint: the log as it stands, continued from the last one, signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import SystemRandom

from psycopg import Connection
from psycopg.rows import TupleRow

from app.clock import Clock
from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.evidence import checkpoints
from app.evidence.archive import Archive
from app.evidence.checkpoints import Row, Signed
from app.evidence.merkle import Frontier
from app.evidence.notes import Checkpoint, NoteRefused, PublicKey, Signer, opened
from app.evidence.rows import entries, head_of, stays
from app.evidence.walking import EvidenceBroken, Fault, Walk
from app.telemetry import say

SPOT_FACTS = 50_000
"""Facts of the past that are read again with each checkpoint, at the least; a log that is no longer is read whole."""

_LOCK = 21


@dataclass(frozen=True, slots=True)
class Notary:
    """`signer` None: this process may check, and not sign. `keys`: those whose signatures count, its own among them."""

    pool: Pool
    clock: Clock
    signer: Signer | None
    keys: tuple[PublicKey, ...]
    archive: Archive | None = None


def take_checkpoint(notary: Notary, tenant: TenantId) -> Checkpoint | None:
    """Sign the log as it stands, or return the last checkpoint where nothing was added since.

    Only what was added is read, and the new tree is grown from the last one's frontier, so that it continues it. None:
    somebody else is at it, or the log is empty, or the customer was erased. Raises EvidenceBroken, and signs nothing,
    where the last checkpoint is no good or is larger than the log, or a new fact is not what its hash was made of.
    """
    if notary.signer is None:
        raise ValueError("a notary without a key signs nothing")
    with borrowed(notary.pool) as db:
        if not _alone(db, tenant) or not stays(db, tenant):
            return None
        head = head_of(db, tenant)
        last = newest(db, notary, tenant)
        if head == 0 and last is None:
            return None
        walk = Walk(tenant, last.frontier if last else Frontier(), _kept_outside(notary, tenant, last))
        blocks = []
        for batch in entries(db, tenant, walk.frontier.size, head):
            blocks += walk.take(batch)
            if walk.fault is not None:
                break
        walk.end(head)
        if walk.fault is not None:
            raise EvidenceBroken(walk.fault)
        if last is not None and last.checkpoint.size == head:
            signed = last.checkpoint
        else:
            signed = notary.signer.sign(tenant, head, walk.frontier.root())
            checkpoints.add(db, signed, walk.frontier, blocks, notary.clock.now())
    # After the commit: what is kept outside and missing in the database would be an alarm.
    if notary.archive is not None and signed.size not in notary.archive.sizes(tenant):
        notary.archive.keep(signed)
    if last is None or last.checkpoint is not signed:
        say("checkpoint.signed", tenant=tenant, size=signed.size, note=signed.note)
    return signed


def newest(db: Connection[TupleRow], notary: Notary, tenant: TenantId) -> Signed | None:
    """The last checkpoint; None: there is none. Raises EvidenceBroken where it does not count."""
    row = checkpoints.newest(db, tenant)
    return None if row is None else counted(row, notary, tenant)


def counted(row: Row, notary: Notary, tenant: TenantId) -> Signed:
    found = checkpoints.checked(row, tenant, notary.keys)
    if isinstance(found, Fault):
        raise EvidenceBroken(found)
    return found


def spot_check(notary: Notary, tenant: TenantId, facts: int = SPOT_FACTS) -> int:
    """Read again some of what was signed, between checkpoints drawn by lot, until `facts` were. Returns how many were.

    Each stretch is judged by itself: from the frontier of the checkpoint in front of it to the root of the one that
    ends it. Nobody knows beforehand which it will be. Raises EvidenceBroken.
    """
    seen = 0
    with borrowed(notary.pool) as db:
        ends = checkpoints.sizes(db, tenant) if stays(db, tenant) else []
        for end in SystemRandom().sample(ends, len(ends)):
            if seen >= facts:
                break
            seen += _stretch(db, notary, tenant, end)
    return seen


def _stretch(db: Connection[TupleRow], notary: Notary, tenant: TenantId, end: int) -> int:
    until, since = checkpoints.of_size(db, tenant, end), checkpoints.before(db, tenant, end)
    if until is None:
        return 0
    mark = counted(until, notary, tenant).checkpoint
    begin = counted(since, notary, tenant).frontier if since else Frontier()
    walk = Walk(tenant, begin, [mark])
    for batch in entries(db, tenant, begin.size, end):
        walk.take(batch)
        if walk.fault is not None:
            break
    walk.end(end)
    if walk.fault is not None:
        raise EvidenceBroken(walk.fault)
    return end - begin.size


def _kept_outside(notary: Notary, tenant: TenantId, last: Signed | None) -> Sequence[Checkpoint]:
    """The largest checkpoint outside, where it is no older than the last one here: the log must continue that, too."""
    if notary.archive is None:
        return []
    size = max(notary.archive.sizes(tenant), default=0)
    if size < (last.checkpoint.size if last else 1):
        return []
    try:
        return [opened(notary.archive.note(tenant, size), tenant, notary.keys)]
    except NoteRefused as refused:
        raise EvidenceBroken(Fault(tenant, size, f"the checkpoint kept outside does not count: {refused}")) from refused


def _alone(db: Connection[TupleRow], tenant: TenantId) -> bool:
    """Until the end of the transaction. Whoever comes meanwhile has nothing to do: this one takes all there is."""
    query = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, %s))"
    return db.execute(query, (str(tenant), _LOCK)).fetchone() == (True,)
