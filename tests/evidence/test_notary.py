"""Taking checkpoints: once, consistent with the last, and not where something is wrong."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from app.broker import make_broker, make_worker
from app.clock import SteppedClock
from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.eventstore.store import EventStore
from app.evidence import checkpoints
from app.evidence.actors import MANY, Round, due, register
from app.evidence.archive import Archive, ArchiveDown
from app.evidence.glance import glanced
from app.evidence.known_leaves import leaves_in
from app.evidence.merkle import BLOCK, root_of
from app.evidence.notary import Notary, spot_check, take_checkpoint
from app.evidence.notes import Signer
from app.evidence.proofs import consistency
from app.evidence.verifying import Verdict, tenants
from app.evidence.walking import EvidenceBroken, Fault
from tests.eventstore.facts import MONDAY, failed
from tests.evidence.given import NAME, OTHER_SEED, checked, signed, tell


def leaves(owner: psycopg.Connection, tenant: TenantId) -> list[bytes]:
    rows = owner.execute("SELECT leaf FROM events WHERE tenant_id = %s ORDER BY position", (tenant,))
    return [leaf for (leaf,) in rows]


def grow(store: EventStore, tenant: TenantId, facts: int) -> None:
    """Many facts at once."""
    _, version = store.load(tenant, "coverage/calls")
    facts_of = [failed(str(nth)) for nth in range(facts)]
    store.append(tenant, "coverage/calls", facts_of, expected=version, cause=tenant, at=MONDAY)


def test_a_checkpoint_is_the_root_of_all_leaves_so_far(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection
) -> None:
    taken = signed(store, notary, tenant, [5, 6, 13])

    every = leaves(owner, tenant)
    assert [(each.size, each.root) for each in taken] == [(size, root_of(every[:size])) for size in (5, 6, 13)]


def test_a_log_that_did_not_grow_keeps_its_checkpoint(
    store: EventStore, notary: Notary, tenant: TenantId, clock: SteppedClock
) -> None:
    (first,) = signed(store, notary, tenant, [4])
    clock.step_to(clock.now() + timedelta(days=1))

    assert take_checkpoint(notary, tenant) == first


def test_an_empty_log_has_none(notary: Notary, tenant: TenantId) -> None:
    assert take_checkpoint(notary, tenant) is None


def test_workers_at_the_same_time_take_one_checkpoint(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection
) -> None:
    tell(store, tenant, 9)
    together = threading.Barrier(4)

    def take(_: int) -> object:
        together.wait()
        return take_checkpoint(notary, tenant)

    with ThreadPoolExecutor(4) as workers:
        taken = {each for each in workers.map(take, range(4)) if each is not None}

    assert len(taken) == 1
    assert owner.execute("SELECT size FROM signed_checkpoints WHERE tenant_id = %s", (tenant,)).fetchall() == [(9,)]


def test_blocks_make_every_proof_that_leaves_make(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection, pool: Pool
) -> None:
    sizes = [3, BLOCK - 1, BLOCK, 2 * BLOCK + 7, 3 * BLOCK + 1]
    taken = []
    for size in sizes:
        grow(store, tenant, size - store.head(tenant))
        taken.append(take_checkpoint(notary, tenant))

    every = leaves(owner, tenant)
    with borrowed(pool) as db:
        known = leaves_in(db, tenant)
        assert checkpoints.blocks(db, tenant, 0, 9) == {
            nth: root_of(every[nth * BLOCK : (nth + 1) * BLOCK]) for nth in range(3)
        }
        assert known.subtree(0, 2 * BLOCK + 7) == root_of(every[: 2 * BLOCK + 7])
        assert known.subtree(2 * BLOCK, 2 * BLOCK + 4) == root_of(every[2 * BLOCK : 2 * BLOCK + 4])
        for old in taken:
            for new in taken:
                if old and new and old.size < new.size:
                    assert consistency(old, new, known)
    assert checked(pool, tenant, notary.keys) == Verdict(tenant, sizes[-1], len(sizes), sizes[-1], [])


def test_a_new_fact_that_is_not_what_its_hash_was_made_of_is_not_signed(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection
) -> None:
    signed(store, notary, tenant, [4])
    tell(store, tenant, 4)
    owner.execute("UPDATE events SET state = state || ' ' WHERE tenant_id = %s AND position = 7", (tenant,))

    with pytest.raises(EvidenceBroken) as broken:
        take_checkpoint(notary, tenant)

    assert broken.value.fault == Fault(tenant, 7, "the fact is not the one its hash was made of")


def test_a_log_shorter_than_what_was_signed_is_not_signed(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection
) -> None:
    signed(store, notary, tenant, [8])
    owner.execute("DELETE FROM events WHERE tenant_id = %s AND position > 6", (tenant,))
    owner.execute("UPDATE tenant_heads SET position = 6 WHERE tenant_id = %s", (tenant,))

    with pytest.raises(EvidenceBroken, match="position 7: the log ends here, and a checkpoint of size 8"):
        take_checkpoint(notary, tenant)


@pytest.mark.parametrize(
    ("column", "value"),
    [("root", bytes(32)), ("frontier", bytes(64)), ("frontier", b"short"), ("note", "sua.example/x\n1\n")],
)
def test_a_last_checkpoint_that_does_not_count_is_not_continued(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection, column: str, value: object
) -> None:
    signed(store, notary, tenant, [6])
    tell(store, tenant, 1)
    owner.execute(f"UPDATE signed_checkpoints SET {column} = %s WHERE tenant_id = %s".encode(), (value, tenant))

    with pytest.raises(EvidenceBroken, match="checkpoint of size 6"):
        take_checkpoint(notary, tenant)


def test_notes_of_an_earlier_key_are_continued_by_the_next(
    store: EventStore, notary: Notary, tenant: TenantId, pool: Pool
) -> None:
    signed(store, notary, tenant, [4])
    signer = Signer(NAME, OTHER_SEED)
    rotated = replace(notary, signer=signer, keys=(signer.public, *notary.keys))

    signed(store, rotated, tenant, [9])

    assert checked(pool, tenant, rotated.keys).faults == []
    assert [fault.position for fault in checked(pool, tenant, [signer.public]).faults] == [4]


def test_a_restored_database_is_told_by_the_notes_outside(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection, pool: Pool, tmp_path: Path
) -> None:
    notary = replace(notary, archive=Archive(tmp_path))
    signed(store, notary, tenant, [4, 8])
    owner.execute("DELETE FROM events WHERE tenant_id = %s AND position > 6", (tenant,))
    owner.execute("DELETE FROM signed_checkpoints WHERE tenant_id = %s AND size > 6", (tenant,))
    owner.execute("UPDATE tenant_heads SET position = 6 WHERE tenant_id = %s", (tenant,))

    with pytest.raises(EvidenceBroken, match="a checkpoint of size 8 was signed"):
        take_checkpoint(notary, tenant)
    grow(store, tenant, 5)
    with pytest.raises(EvidenceBroken, match="up to position 8 the facts are not those"):
        take_checkpoint(notary, tenant)

    found = checked(pool, tenant, notary.keys, archive=notary.archive).faults
    assert [fault.position for fault in found] == [5, 8]


def test_a_customer_of_whom_nothing_is_left_is_still_looked_for(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection, pool: Pool, tmp_path: Path
) -> None:
    archive = Archive(tmp_path)
    signed(store, replace(notary, archive=archive), tenant, [4])

    for table in ("events", "tenant_heads", "signed_checkpoints"):
        owner.execute(f"DELETE FROM {table} WHERE tenant_id = %s".encode(), (tenant,))

    assert tenant in tenants(pool, archive)
    assert [fault.position for fault in checked(pool, tenant, notary.keys, archive=archive).faults] == [1, 4]


def test_a_customer_who_was_erased_is_no_fault(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection, pool: Pool, tmp_path: Path
) -> None:
    archive = Archive(tmp_path)
    notary = replace(notary, archive=archive)
    signed(store, notary, tenant, [4])
    owner.execute(
        "INSERT INTO erased_tenants (tenant_id, begun_at, facts, last_position) VALUES (%s, now(), 4, 4)", (tenant,)
    )
    owner.execute("DELETE FROM events WHERE tenant_id = %s", (tenant,))

    assert tenant not in tenants(pool, archive)
    assert checked(pool, tenant, notary.keys, archive=archive).faults == ()
    assert take_checkpoint(notary, tenant) is None
    assert spot_check(notary, tenant) == 0


def test_a_folder_that_cannot_be_written_is_told_and_made_up_for(
    store: EventStore, notary: Notary, tenant: TenantId, tmp_path: Path
) -> None:
    away, archive = Archive(tmp_path / "gone"), Archive(tmp_path)
    tell(store, tenant, 3)

    with pytest.raises(ArchiveDown):
        take_checkpoint(replace(notary, archive=away), tenant)
    taken = take_checkpoint(replace(notary, archive=archive), tenant)

    assert taken is not None
    assert [(archive.note(tenant, size)) for size in archive.sizes(tenant)] == [taken.note]
    assert archive.tenants() == [tenant]


def test_what_lies_between_checkpoints_is_read_again(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection
) -> None:
    signed(store, notary, tenant, [4, 9, 15])

    seen = spot_check(notary, tenant)
    owner.execute(
        "UPDATE events SET happened_at = happened_at + '1 s' WHERE tenant_id = %s AND position = 6", (tenant,)
    )

    assert seen == 15
    with pytest.raises(EvidenceBroken, match="position 6"):
        spot_check(notary, tenant)


def test_an_hour_after_the_last_a_log_that_grew_is_due(
    store: EventStore, notary: Notary, tenant: TenantId, clock: SteppedClock, pool: Pool
) -> None:
    tell(store, tenant, 2)
    assert tenant in due(pool, clock.now())
    take_checkpoint(notary, tenant)
    assert tenant not in due(pool, clock.now() + timedelta(hours=2))
    tell(store, tenant, 2)

    assert tenant not in due(pool, clock.now() + timedelta(minutes=59))
    assert tenant in due(pool, clock.now() + timedelta(minutes=60))


def test_a_log_that_grew_by_much_does_not_wait_for_the_hour(
    store: EventStore, notary: Notary, tenant: TenantId, clock: SteppedClock, pool: Pool
) -> None:
    tell(store, tenant, 1)
    take_checkpoint(notary, tenant)
    facts = [failed(f"{nth}") for nth in range(MANY)]

    store.append(tenant, "coverage/calls", facts[1:], expected=0, cause=uuid4(), at=clock.now())
    one_less = due(pool, clock.now())
    store.append(tenant, "coverage/calls", facts[:1], expected=MANY - 1, cause=uuid4(), at=clock.now())

    assert tenant not in one_less
    assert tenant in due(pool, clock.now())


def test_a_round_rings_once_in_ten_minutes(
    store: EventStore, notary: Notary, tenant: TenantId, clock: SteppedClock
) -> None:
    tell(store, tenant, 2)
    rung: list[TenantId] = []
    look = Round(notary, rung.append)

    for minutes in (0, 1, 9, 10):
        clock.step_to(MONDAY + timedelta(days=40, minutes=minutes))
        look()
    Round(replace(notary, signer=None), rung.append)()

    assert rung.count(tenant) == 2


def test_the_actor_signs_and_raises_the_alarm_where_it_cannot(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection, pool: Pool
) -> None:
    broker, alarms = make_broker("stub://"), list[Fault]()
    ring = register(broker, notary, alarms.append)
    worker = make_worker(broker, threads=1, poll_ms=10)
    worker.start()
    try:
        tell(store, tenant, 6)
        ring(tenant)
        broker.join("project", timeout=10_000)
        worker.join()
        owner.execute("UPDATE events SET name = 'X' WHERE tenant_id = %s AND position = 2", (tenant,))
        tell(store, tenant, 2)
        ring(tenant)
        broker.join("project", timeout=10_000)
        worker.join()
    finally:
        worker.stop()

    with borrowed(pool) as db:
        assert checkpoints.sizes(db, tenant) == [6, 8]
    assert [(fault.tenant, fault.position) for fault in alarms] == [(tenant, 2)]


def test_a_glance_sees_what_the_newest_checkpoint_covers(
    store: EventStore, notary: Notary, tenant: TenantId, owner: psycopg.Connection, pool: Pool, tmp_path: Path
) -> None:
    archive = Archive(tmp_path)
    signed(store, replace(notary, archive=archive), tenant, [4, 9])

    def seen() -> list[int]:
        with borrowed(pool) as db:
            return [fault.position for fault in glanced(db, notary.keys, archive) if fault.tenant == tenant]

    whole = seen()
    owner.execute("UPDATE events SET version = version + 5 WHERE tenant_id = %s AND position = 8", (tenant,))
    changed = seen()
    owner.execute("DELETE FROM events WHERE tenant_id = %s AND position > 6", (tenant,))
    owner.execute("UPDATE tenant_heads SET position = 6 WHERE tenant_id = %s", (tenant,))
    cut = seen()
    owner.execute("DELETE FROM signed_checkpoints WHERE tenant_id = %s AND size > 6", (tenant,))
    restored = seen()

    assert (whole, changed, cut, restored) == ([], [8], [7], [7])
