"""A desk over the log in memory and over PostgreSQL: every test of a command runs on both."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import uuid4

import pytest

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.commands.invite_tenant import InviteTenant, invite_tenant
from app.domain.events import Event
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.eventstore.envelope import Recorded
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from tests.commands.memory import MemoryStore
from tests.database import Database
from tests.domain.given import MONDAY

Store = EventStore | MemoryStore


class Racing:
    """A store before whose next appends other writers get in first."""

    def __init__(self, store: Store, others: list[Callable[[], object]]) -> None:
        self._store = store
        self._others = others

    def __getattr__(self, name: str) -> Any:
        if name.startswith("append") and self._others:
            self._others.pop(0)()
        return getattr(self._store, name)


@dataclass(frozen=True, slots=True)
class Office:
    """A desk, one tenant of its own, the rings heard, and the log to look at."""

    desk: Desk
    clock: SteppedClock
    tenant: TenantId
    rings: list[tuple[TenantId, int]] = field(default_factory=list)

    def log(self) -> list[Recorded]:
        return self.desk.store.read(self.tenant, after=0, limit=100_000)

    def facts(self) -> list[Event]:
        return [recorded.event for recorded in self.log()]

    def racing(self, *others: Callable[[], object]) -> Desk:
        return replace(self.desk, store=cast("EventStore", Racing(self.desk.store, list(others))))


@pytest.fixture(scope="module", params=["memory", "postgres"])
def store(request: pytest.FixtureRequest, module_database: Database) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with writer_pool(module_database.writer_dsn) as pool:
        yield EventStore(pool, KeyRing(pool, bytes(range(32))))


@pytest.fixture
def office(store: Store) -> Office:
    """A tenant that exists to nobody yet."""
    clock = SteppedClock(MONDAY)
    rings: list[tuple[TenantId, int]] = []
    desk = Desk(cast("EventStore", store), clock, lambda tenant, position: rings.append((tenant, position)))
    return Office(desk, clock, TenantId(uuid4()), rings)


@pytest.fixture
def customer(office: Office) -> Office:
    """A tenant that was invited."""
    invite_tenant(InviteTenant(office.tenant, "Contoso", Personal.alone("admin@contoso.example"), uuid4()), office.desk)
    office.rings.clear()
    return office
