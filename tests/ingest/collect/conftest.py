"""`site`: one simulated customer who consented, SUA's desk over PostgreSQL, and the wire between them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.commands.invite_tenant import InviteTenant, invite_tenant
from app.commands.record_consent import RecordConsent, record_consent
from app.domain.errors import SuaError
from app.domain.events import Event
from app.domain.events.coverage import Feed
from app.domain.ids import DirectoryId, RunId, TenantId
from app.domain.personal import Personal
from app.domain.tenant import REQUIRED_PERMISSIONS
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ingest.collect_directory import collect_directory
from app.ingest.collect_reports import collect_reports
from app.ingest.collect_run import Collected, Row, Run
from app.ingest.collect_sign_ins import collect_sign_ins
from app.ingest.graph_client import GraphAccess, GraphClient
from app.simulator import Options, World, make_world, running
from app.simulator.company import Company
from app.simulator.faults import Fault
from tests.database import Database

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)


@dataclass
class Site:
    world: World
    desk: Desk
    clock: SteppedClock
    tenant: TenantId
    graph: GraphClient
    kept: list[tuple[Feed, str, dict[str, Any], str]] = field(default_factory=list)
    """Rows put aside as dead letters."""

    @property
    def company(self) -> Company:
        (company,) = self.world.companies.values()
        return company

    def run(self, run: UUID | None = None) -> Run:
        return Run(self.desk, self.graph, self.tenant, RunId(run or uuid4()), self._keep)

    async def licences(self, run: UUID | None = None, *, confirmed: bool = False) -> list[Collected]:
        """Users with their licences; then sign-ins, if the users are known. Renewals have tests of their own."""
        one = self.run(run)
        directory = await collect_directory(one, removals_confirmed=confirmed)
        return [directory] if directory.failure else [directory, await collect_sign_ins(one)]

    async def reports(self, run: UUID | None = None) -> Collected:
        return await collect_reports(self.run(run))

    def _keep(self, feed: Feed, key: str, row: Row, error: SuaError) -> None:
        self.kept.append((feed, key, dict(row), error.code))

    def live(self, by: timedelta) -> None:
        """Time passes for the customer and for SUA."""
        self.clock.step_to(self.world.advance(by))

    def fail(self, **fault: object) -> None:
        self.world.faults[:] = [Fault(**fault)]  # type: ignore[arg-type]

    def facts(self, after: int = 0) -> list[Event]:
        return [recorded.event for recorded in self.desk.store.read(self.tenant, after=after, limit=100_000)]

    def head(self) -> int:
        return self.desk.store.head(self.tenant)


@pytest.fixture
def desk(module_database: Database) -> Iterator[Desk]:
    """The tests of a module share a database; each has a tenant of its own."""
    pool = writer_pool(module_database.writer_dsn)
    try:
        yield Desk(EventStore(pool, KeyRing(pool, bytes(32))), SteppedClock(MONDAY), lambda tenant, position: None)
    finally:
        pool.close()


@pytest_asyncio.fixture
async def site(desk: Desk) -> AsyncIterator[Site]:
    world = make_world(Options(today=MONDAY, users=70, days_history=5, calls_per_day=0))
    (directory,) = (DirectoryId(UUID(each)) for each in world.companies)
    world.consents[str(directory)] = REQUIRED_PERMISSIONS
    tenant = TenantId(uuid4())
    invite_tenant(InviteTenant(tenant, "Contoso", Personal.alone("admin@contoso.com"), uuid4()), desk)
    consent = RecordConsent(tenant, directory, "Contoso", None, frozenset(REQUIRED_PERMISSIONS), uuid4())
    record_consent(consent, desk)
    assert isinstance(desk.clock, SteppedClock)
    with running(world) as url:
        access = GraphAccess(url, url, world.options.client_id, world.options.client_secret, timeout=10, attempts=2)
        async with GraphClient(access, directory, sleep=at_once) as graph:
            yield Site(world, desk, desk.clock, tenant, graph)


async def at_once(seconds: float) -> None:
    """Waiting is for the client's own tests."""
