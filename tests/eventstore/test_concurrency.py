"""Many writers at once, and a reader at their heels."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag
from uuid import uuid4

import pytest

from app.clock import SteppedClock
from app.domain.errors import ConcurrentAppend
from app.domain.events.coverage import SnapshotFailed
from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.eventstore.pools import Pool
from app.eventstore.recorder import TenantRecorder
from app.eventstore.store import EventStore
from tests.eventstore.facts import MONDAY, failed, lapsed

WRITERS = 8
APPENDS = 30


def tail(store: EventStore, tenant: TenantId, done: Flag) -> Iterator[Recorded]:
    """What a projection sees that always goes on from the last position it saw."""
    after = 0
    while True:
        last_look = done.is_set()
        batch = store.read(tenant, after=after, limit=50)
        yield from batch
        if batch:
            after = batch[-1].position
        elif last_look:
            return


@pytest.mark.both_databases
def test_a_reader_at_the_heels_of_eight_writers_misses_nothing(store: EventStore, tenant: TenantId) -> None:
    done = Flag()

    def write(writer: int) -> None:
        for nth in range(APPENDS):
            facts = [failed(f"{writer}/{nth}"), failed(f"{writer}/{nth}")]
            store.append(tenant, f"coverage/{writer}", facts, expected=2 * nth, cause=uuid4(), at=MONDAY)

    with ThreadPoolExecutor(WRITERS + 1) as threads:
        seen = threads.submit(lambda: list(tail(store, tenant, done)))
        for writer in [threads.submit(write, nth) for nth in range(WRITERS)]:
            writer.result()
        done.set()
        recorded = seen.result()

    assert [each.position for each in recorded] == list(range(1, 2 * WRITERS * APPENDS + 1))
    assert store.head(tenant) == 2 * WRITERS * APPENDS


def test_eight_writers_of_one_stream_make_versions_without_a_hole(store: EventStore, tenant: TenantId) -> None:
    def write(writer: int) -> int:
        conflicts = 0
        for nth in range(10):
            while True:
                _, version = store.load(tenant, "coverage/calls")
                try:
                    fact = failed(f"{writer}/{nth}")
                    store.append(tenant, "coverage/calls", [fact], expected=version, cause=uuid4(), at=MONDAY)
                    break
                except ConcurrentAppend:
                    conflicts += 1
        return conflicts

    with ThreadPoolExecutor(WRITERS) as threads:
        conflicts = sum(threads.map(write, range(WRITERS)))

    recorded = store.read(tenant, after=0, limit=1_000)
    assert [each.version for each in recorded] == list(range(1, 81))
    reasons = [each.event.reason for each in recorded if isinstance(each.event, SnapshotFailed)]
    assert sorted(reasons) == sorted(f"{writer}/{nth}" for writer in range(WRITERS) for nth in range(10))
    assert conflicts > 0


def test_the_first_appends_of_a_tenant_may_race(store: EventStore, pool: Pool) -> None:
    for _ in range(5):
        tenant = TenantId(uuid4())

        def write(writer: int, tenant: TenantId = tenant) -> int:
            return store.append(tenant, f"sku/{writer}", [lapsed()], expected=0, cause=uuid4(), at=MONDAY)

        with ThreadPoolExecutor(WRITERS) as threads:
            positions = sorted(threads.map(write, range(WRITERS)))

        assert positions == list(range(1, WRITERS + 1))


def test_a_subscription_hears_of_facts_the_store_appends(store: EventStore, pool: Pool, tenant: TenantId) -> None:
    recorder = TenantRecorder(pool, tenant, SteppedClock(MONDAY))
    store.append(tenant, "sku/a", [lapsed()], expected=0, cause=uuid4(), at=MONDAY)

    with recorder.subscribe(gt=0) as subscription:
        first = next(subscription)
        store.append(TenantId(uuid4()), "sku/a", [lapsed()], expected=0, cause=uuid4(), at=MONDAY)
        store.append(tenant, "sku/a", [lapsed()], expected=1, cause=uuid4(), at=MONDAY)
        second = next(subscription)

    assert [(each.id, each.topic, each.originator_id) for each in (first, second)] == [
        (1, "SkuLapsed", "sku/a"),
        (2, "SkuLapsed", "sku/a"),
    ]
