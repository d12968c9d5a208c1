"""SUA in front of the simulator, one office a module, and what tests ask of it; tables to put questions to."""

from collections.abc import Iterator

import pytest

from app.domain.ids import TenantId
from app.ingest.feeds import carry_out
from app.ingest.schedule import Due, Job
from tests.database import Database
from tests.ingest.office import Office, open_office
from tests.projections.conftest import desk, reader

__all__ = ["desk", "reader"]


@pytest.fixture(scope="module")
def shared(module_database: Database) -> Iterator[Office]:
    with open_office(module_database) as office:
        yield office


@pytest.fixture
def office(shared: Office) -> Office:
    shared.begin_anew()
    shared.browser.delete(f"{shared.simulator}/_faults")
    return shared


@pytest.fixture
def tenant(office: Office) -> TenantId:
    """Consented and subscribed."""
    invitation = office.invite()
    office.consent(invitation)
    carry_out(office.shop, Due(invitation.tenant, Job.SUBSCRIPTION))
    return invitation.tenant


def watch(office: Office, *paths: str) -> None:
    """Count requests to these addresses, which are answered as ever. One that fits several counts for the first."""
    for path in paths:
        office.control("/_faults", path=path, kind="slow", seconds=0, times=None)


def hits(office: Office) -> list[int]:
    """How many requests each watched address had."""
    return [fault.hits for fault in office.world.faults]


def carried_out(office: Office, tenant: TenantId, job: Job) -> None:
    with office.shop.database() as db:
        db.execute("UPDATE schedule SET due_at = %s, held_until = '-infinity'", (office.clock.now(),))
    assert carry_out(office.shop, Due(tenant, job))
