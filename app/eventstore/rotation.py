"""Wrapping the keys of persons anew, by the next master key: what makes an erasure final.

Deleting a key leaves its bytes in table files, in the write-ahead log and in backups. They are wrapped; so once every
key that is left was wrapped by another master key and the old one was destroyed, such remnants are noise.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.ids import TenantId
from app.eventstore.arrays import Byteas, Texts, Uuids
from app.eventstore.keys import KeyRing, KeyUnusable
from app.eventstore.master_keys import MasterKeys
from app.eventstore.pools import Connection, Pool, borrowed

_BATCH = 1_000

_NEXT = """
    SELECT tenant_id, subject, wrapped, epoch FROM subject_keys
    WHERE epoch < %(epoch)s AND (tenant_id, subject) > (%(tenant)s, %(subject)s)
    ORDER BY tenant_id, subject LIMIT %(limit)s FOR UPDATE
"""
_REWRAP = """
    UPDATE subject_keys AS held SET wrapped = new.wrapped, epoch = %(epoch)s, wrapped_at = %(at)s
    FROM unnest(%(tenants)s, %(subjects)s, %(wrapped)s) AS new (tenant_id, subject, wrapped)
    WHERE held.tenant_id = new.tenant_id AND held.subject = new.subject
"""

_BEGINNING = (UUID(int=0), "")


@dataclass(frozen=True, slots=True)
class Epochs:
    """Where a rotation stands. `left`: keys of older epochs. `began_at`: when the first key of this one was wrapped;
    None: there is none. `old_at_hand`: this process could still unwrap the old ones."""

    left: int
    began_at: datetime | None
    old_at_hand: bool

    def made_final(self, erased_at: datetime) -> bool:
        """Whether nobody can unwrap what remains of a key destroyed then, provided the old master key is destroyed."""
        return not self.left and not self.old_at_hand and self.began_at is not None and erased_at < self.began_at


def rewrap(
    pool: Pool,
    master_keys: MasterKeys,
    now: Callable[[], datetime],
    report: Callable[[int, int], None] | None = None,
) -> int:
    """Wrap all keys of older epochs by today's. Returns how many; a repeat finds those that were made meanwhile.

    In short transactions, each tenant's pepper first, so that pseudonyms stay what they are. `report`: done and total,
    after each. Raises `KeyUnusable` at the end, if a key could not be unwrapped; all others are done by then.
    """
    _keep_peppers(pool, KeyRing(pool, master_keys))
    total, done, unusable = epochs_of(pool, master_keys).left, 0, 0
    reached: tuple[UUID, str] = _BEGINNING
    while True:
        with borrowed(pool) as db:
            found = db.execute(
                _NEXT,
                {"epoch": master_keys.epoch, "tenant": reached[0], "subject": reached[1], "limit": _BATCH},
            ).fetchall()
            anew = [
                (tenant, subject, key)
                for tenant, subject, wrapped, epoch in found
                if (key := master_keys.unwrap(wrapped, epoch)) is not None
            ]
            _write(db, master_keys, anew, now())
        if not found:
            break
        done, unusable = done + len(anew), unusable + len(found) - len(anew)
        reached = found[-1][:2]
        if report is not None:
            report(done, max(total, done))
    if unusable:
        raise KeyUnusable(f"{unusable} keys cannot be unwrapped: is SUA_MASTER_KEY_OLD the key of their epoch?")
    return done


def epochs_of(pool: Pool, master_keys: MasterKeys) -> Epochs:
    with borrowed(pool) as db:
        ((left, began_at),) = db.execute(
            "SELECT count(*) FILTER (WHERE epoch < %(epoch)s), min(wrapped_at) FILTER (WHERE epoch = %(epoch)s)"
            " FROM subject_keys",
            {"epoch": master_keys.epoch},
        ).fetchall()
    return Epochs(left, began_at, old_at_hand=min(master_keys.by_epoch) < master_keys.epoch)


def _keep_peppers(pool: Pool, ring: KeyRing) -> None:
    with borrowed(pool) as db:
        tenants = [
            TenantId(tenant)
            for (tenant,) in db.execute(
                "SELECT tenant_id FROM tenant_heads WHERE tenant_id NOT IN (SELECT tenant_id FROM erased_tenants)"
            )
        ]
    for tenant in tenants:
        with borrowed(pool) as db:
            ring.kept_pepper(db, tenant)


def _write(db: Connection, master_keys: MasterKeys, anew: Iterable[tuple[UUID, str, bytes]], at: datetime) -> None:
    keys = list(anew)
    if keys:
        db.execute(
            _REWRAP,
            {
                "epoch": master_keys.epoch,
                "at": at,
                "tenants": Uuids([tenant.bytes for tenant, _, _ in keys]),
                "subjects": Texts([subject.encode() for _, subject, _ in keys]),
                "wrapped": Byteas([master_keys.wrap(key) for _, _, key in keys]),
            },
        )
