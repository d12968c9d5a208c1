"""A customer whose calls can be listed, what the company knows of them, and what SUA has."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from app.domain.events import Event
from app.domain.events.coverage import CallsMissing, CallsReconciled
from app.domain.ids import CallId, TenantId
from app.eventstore.streams import call_stream
from app.ingest.feeds import carry_out
from app.ingest.fetch import fetch_due
from app.ingest.schedule import Due, Job, enlist
from tests.database import Database
from tests.ingest.office import Office, open_office


@dataclass(frozen=True, slots=True)
class Customer:
    office: Office
    tenant: TenantId

    def control(self, address: str, **body: object) -> None:
        self.office.control(address, **body)

    def let_pass(self, **time: float) -> None:
        self.office.let_pass(**time)

    def silent(self, share: float = 1.0) -> None:
        """So many notifications are lost from now on."""
        self.control("/_notifications/rules", drop_share=share)

    def reconcile(self) -> None:
        with self.office.shop.database() as db:
            enlist(db, self.tenant, Job.RECONCILE, self.office.clock.now())
            db.execute("UPDATE schedule SET held_until = '-infinity' WHERE job = 'reconcile'")
        assert carry_out(self.office.shop, Due(self.tenant, Job.RECONCILE))

    def fetch(self) -> None:
        with self.office.shop.database() as db:
            db.execute("UPDATE inbox SET due_at = now() - interval '1 s' WHERE state = 'PENDING'")
        while asyncio.run(fetch_due(self.office.shop, self.tenant)):
            continue

    def truth(self) -> dict[UUID, int]:
        """The newest version of every call Graph would list."""
        company = self.office.world.companies[str(self.office.directory)]
        now = self.office.world.now
        seen = {UUID(call.id): call.version_at(now) for call in company.calls}
        return {call: version.version for call, version in seen.items() if version is not None}

    def states(self) -> dict[str, int]:
        return dict(self.office.rows("SELECT state, count(*) FROM inbox GROUP BY state"))

    def recorded(self) -> dict[UUID, int]:
        """The newest revision in the log of the calls Graph would list."""
        calls = [CallId(call) for call in self.truth()]
        newest = self.office.shop.desk.store.latest(self.tenant, [call_stream(call) for call in calls])
        return {each.event.call.call: each.event.call.revision for each in newest.values()}  # type: ignore[attr-defined]

    def log(self) -> list[Event]:
        store = self.office.shop.desk.store
        return [each.event for each in store.read(self.tenant, after=0, limit=10_000)]

    def missing(self) -> list[tuple[UUID, int]]:
        """Calls and revisions told to be missing, in order of the log."""
        facts = [fact for fact in self.log() if isinstance(fact, CallsMissing)]
        return [(each.call, each.revision) for fact in facts for each in fact.calls]

    def listings(self) -> list[CallsReconciled]:
        return [fact for fact in self.log() if isinstance(fact, CallsReconciled)]

    def last_reason(self) -> str | None:
        reason: str | None = self.office.rows("SELECT last_reason FROM schedule WHERE job = 'reconcile'")[0][0]
        return reason


@pytest.fixture(scope="module")
def office(module_database: Database) -> Iterator[Office]:
    with open_office(module_database) as office:
        yield office


@pytest.fixture
def customer(office: Office) -> Customer:
    """A new one on a Monday, subscribed, its past listed; whoever was there before is forgotten, and every call."""
    office.begin_anew()
    office.control("/_notifications/rules", drop_share=0.0)
    office.control("/_calls/rules", revised_share=0.0)
    now = office.clock.now()
    monday = (now + timedelta(days=-now.weekday() % 7)).replace(hour=0, minute=0)
    if monday != now:
        hours = (monday - now) / timedelta(hours=1)
        office.let_pass(hours=hours if hours > 0 else hours + 168)
    company = office.world.companies[str(office.directory)]
    company.calls[:] = [call for call in company.calls if call.started_at >= office.clock.now()]
    company.announce_anew(office.clock.now())
    invitation = office.invite()
    office.consent(invitation)
    carry_out(office.shop, Due(invitation.tenant, Job.SUBSCRIPTION))
    customer = Customer(office, invitation.tenant)
    customer.reconcile()
    return customer
