"""An office with a customer who has just consented."""

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


@pytest.fixture
def customer(database: Database) -> Iterator[Customer]:
    with open_office(database) as office:
        invitation = office.invite()
        office.consent(invitation)
        yield Customer(office, invitation.tenant)
