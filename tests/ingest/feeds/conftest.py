"""An office for the tests of a module, each with a customer who has just consented."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from psycopg import Connection

from app.domain.ids import TenantId
from app.ingest import schedule
from app.ingest.schedule import Due, Job, Taken
from tests.database import Database
from tests.ingest.office import Office, open_office


@dataclass(frozen=True, slots=True)
class Customer:
    office: Office
    tenant: TenantId

    def take(self, db: Connection, job: Job) -> Taken:
        """Take a job on now, whenever it is due and whoever waits or works."""
        now = self.office.clock.now()
        db.execute(
            "UPDATE schedule SET due_at = least(due_at, %s), held_until = '-infinity' WHERE job = %s", (now, job)
        )
        taken = schedule.claim(db, Due(self.tenant, job), now=now, lease=timedelta(minutes=1))
        assert taken is not None
        return taken


@pytest.fixture(scope="module")
def office(module_database: Database) -> Iterator[Office]:
    with open_office(module_database) as office:
        yield office


@pytest.fixture
def customer(office: Office) -> Customer:
    """A new one, of the same directory; whoever was there before is forgotten."""
    office.begin_anew()
    invitation = office.invite()
    office.consent(invitation)
    return Customer(office, invitation.tenant)
