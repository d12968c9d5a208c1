"""An office for the tests of a module, each with a customer who has just consented."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.domain.ids import TenantId
from tests.database import Database
from tests.ingest.office import Office, open_office


@dataclass(frozen=True, slots=True)
class Customer:
    office: Office
    tenant: TenantId


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
