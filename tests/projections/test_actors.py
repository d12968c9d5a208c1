"""The doorbell: a ring advances a tenant, a lost one is healed by the sweeper, and nobody starves."""

from __future__ import annotations

from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker

from app.broker import PROJECT, make_broker
from app.domain.ids import TenantId
from app.projections.actors import Ring, register
from app.projections.status import standings
from app.projections.sweeper import sweep
from tests.projections.conftest import Desk
from tests.projections.story import assigned, day, discovered, removed


@pytest.fixture
def broker() -> Iterator[StubBroker]:
    broker = make_broker("stub://")
    assert isinstance(broker, StubBroker)
    yield broker
    broker.close()


@pytest.fixture
def ring(desk: Desk, broker: StubBroker) -> Iterator[Ring]:
    ring = register(broker, desk.pool, desk.log, turn=2)
    worker = dramatiq.Worker(broker, worker_threads=3, worker_timeout=100)
    worker.start()
    yield ring
    worker.stop()


def _reached(desk: Desk, tenant: TenantId) -> set[int]:
    return {one.position for one in standings(desk.pool) if one.tenant == tenant}


def test_a_ring_advances_the_tenant_in_turns(desk: Desk, broker: StubBroker, ring: Ring) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, *(fact for at in range(1, 8) for fact in (assigned(day(at)), removed(day(at, 1)))))

    ring(tenant, 14)
    broker.join(PROJECT)

    assert _reached(desk, tenant) == {14}


def test_many_rings_come_to_the_same_as_one(desk: Desk, broker: StubBroker, ring: Ring) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)), assigned(day(2)), removed(day(3)))

    for _ in range(20):
        ring(tenant, 3)
    broker.join(PROJECT)

    assert _reached(desk, tenant) == {3}
    assert len(desk.rows("licence_changes", tenant)) == 2


def test_the_sweeper_rings_for_whoever_was_forgotten(desk: Desk, broker: StubBroker, ring: Ring) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)), assigned(day(2)))

    sweep(desk.pool, ring)
    broker.join(PROJECT)

    assert _reached(desk, tenant) == {2}
