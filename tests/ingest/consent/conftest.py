"""One office for the tests of a module; each invites a tenant of its own into a directory of its own."""

from collections.abc import Iterator

import pytest

from tests.database import Database
from tests.ingest.office import Office, open_office


@pytest.fixture(scope="module")
def module_office(module_database: Database) -> Iterator[Office]:
    with open_office(module_database, tenants=3) as office:
        yield office


@pytest.fixture
def office(module_office: Office) -> Office:
    module_office.begin_anew()
    return module_office
