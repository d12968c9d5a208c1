"""An office with a customer whose calls Graph notifies of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest

from app.domain.events import Event
from app.domain.ids import TenantId
from app.eventstore.streams import call_stream
from app.ingest.feeds import carry_out
from app.ingest.schedule import Due, Job
from tests.database import Database
from tests.ingest.office import Office, open_office


@dataclass(frozen=True, slots=True)
class Customer:
    office: Office
    tenant: TenantId

    def call_facts(self) -> dict[UUID, list[Event]]:
        """The facts of every call the inbox ever heard of."""
        calls = self.office.rows("SELECT DISTINCT call_id FROM inbox WHERE tenant_id = %s", self.tenant)
        return {call: self.office.facts(self.tenant, call_stream(call)) for (call,) in calls}

    def states(self) -> dict[str, int]:
        return dict(self.office.rows("SELECT state, count(*) FROM inbox GROUP BY state"))

    def make_due(self) -> None:
        """What waits for a retry, or was leased by a worker that is gone, need wait no longer."""
        with self.office.shop.database() as db:
            db.execute("UPDATE inbox SET due_at = now() - interval '1 s' WHERE state = 'PENDING'")
            db.execute("UPDATE inbox_turns SET held_until = now() - interval '1 s'")


@contextmanager
def subscribed(database: Database) -> Iterator[Customer]:
    with open_office(database) as office:
        invitation = office.invite()
        office.consent(invitation)
        carry_out(office.shop, Due(invitation.tenant, Job.SUBSCRIPTION))
        yield Customer(office, invitation.tenant)


@pytest.fixture
def customer(database: Database) -> Iterator[Customer]:
    with subscribed(database) as customer:
        yield customer


@pytest.fixture(scope="module")
def silent_customer(module_database: Database) -> Iterator[Customer]:
    """Two days of calls, and no notification of any has come. Shared: each test takes a call nobody has heard of."""
    with subscribed(module_database) as customer:
        customer.office.control("/_notifications/rules", drop_share=1.0)
        customer.office.let_pass(days=2)
        customer.office.control("/_notifications/rules", drop_share=0.0)
        yield customer
