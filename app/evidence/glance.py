"""Whether evidence looks whole, quickly: the last checkpoint of each log, and the facts it added."""

from psycopg import Connection
from psycopg.rows import TupleRow

from app.domain.ids import TenantId
from app.evidence import checkpoints
from app.evidence.archive import Archive
from app.evidence.merkle import Frontier
from app.evidence.notes import PublicKey
from app.evidence.rows import entries, head_of, is_erased
from app.evidence.verifying import tenants_in
from app.evidence.walking import Fault, Walk

MOST_FACTS = 10_000
"""Read again of one log; where its last checkpoint added more, the facts themselves are not looked at."""


def glanced(db: Connection[TupleRow], keys: tuple[PublicKey, ...], archive: Archive | None) -> list[Fault]:
    """What is at fault at first sight. `sua audit verify` looks at everything."""
    found = (_fault(db, tenant, keys, archive) for tenant in tenants_in(db, archive))
    return [fault for fault in found if fault is not None]


def _fault(
    db: Connection[TupleRow], tenant: TenantId, keys: tuple[PublicKey, ...], archive: Archive | None
) -> Fault | None:
    kept = max(archive.sizes(tenant), default=0) if archive else 0
    head = head_of(db, tenant)
    if kept > head and not is_erased(db, tenant):
        return Fault(tenant, head + 1, f"the log ends here, and a checkpoint of size {kept} is kept outside")
    rows = [checkpoints.newest(db, tenant)]
    rows.append(checkpoints.before(db, tenant, rows[0].size) if rows[0] else None)
    last, previous = (checkpoints.checked(row, tenant, keys) if row else None for row in rows)
    for each in (last, previous):
        if isinstance(each, Fault):
            return each
    if last is None or isinstance(last, Fault):
        return None
    frontier = Frontier() if previous is None or isinstance(previous, Fault) else previous.frontier
    size = last.checkpoint.size
    if size > head:
        return Fault(tenant, head + 1, f"the log ends here, and a checkpoint of size {size} was signed")
    if size - frontier.size > MOST_FACTS:
        return None
    walk = Walk(tenant, frontier, [last.checkpoint])
    for batch in entries(db, tenant, frontier.size, size):
        walk.take(batch)
    walk.end(size)
    return walk.fault
