"""Logs of a given length, with names in them, signed at given sizes."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from app.domain.ids import TenantId, UserId
from app.domain.seat import NOBODY
from app.eventstore.pools import Pool
from app.eventstore.store import EventStore, SeatChange
from app.evidence.archive import Archive
from app.evidence.notary import Notary, take_checkpoint
from app.evidence.notes import Checkpoint, PublicKey
from app.evidence.verifying import Verdict, verified
from tests.eventstore.facts import MONDAY, discovered, failed, renamed

NAME = "sua.example"
SEED = bytes(range(32))
OTHER_SEED = bytes(range(1, 33))


def tell(store: EventStore, tenant: TenantId, facts: int) -> int:
    """Add so many facts, two a minute: a person appears or is renamed, and a read fails."""
    head = store.head(tenant)
    for nth in range(head, head + facts):
        at = MONDAY + timedelta(minutes=nth // 2)
        if nth % 2:
            store.append(tenant, "coverage/licences", [failed(f"{nth}")], expected=nth // 2, cause=uuid4(), at=at)
            continue
        new = nth % 4 == 0
        user = UserId(UUID(int=tenant.int ^ (nth if new else nth - 2)))
        fact = discovered(user, f"Person {nth}") if new else renamed(user, f"Renamed {nth}")
        store.append_seats(tenant, [SeatChange(user, 0 if new else 1, [fact], NOBODY)], cause=uuid4(), at=at)
    return head + facts


def signed(store: EventStore, notary: Notary, tenant: TenantId, sizes: Sequence[int]) -> list[Checkpoint]:
    """Grow the log to each of these sizes and sign it there."""
    taken = []
    for size in sizes:
        tell(store, tenant, size - store.head(tenant))
        checkpoint = take_checkpoint(notary, tenant)
        assert checkpoint is not None
        taken.append(checkpoint)
    return taken


def checked(
    pool: Pool,
    tenant: TenantId,
    keys: Sequence[PublicKey],
    *,
    archive: Archive | None = None,
    notes: Sequence[str] = (),
) -> Verdict:
    return verified(pool, tenant, keys, lambda *_: None, archive=archive, notes=notes)
