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
    """As new: nobody consented, no browser was here before, SUA knows no directory."""
    module_office.rung.clear()
    module_office.browser.cookies.clear()
    module_office.world.consents.clear()
    module_office.world.subscriptions.clear()
    module_office.world.faults.clear()
    module_office.shop.access.tokens._applications.clear()
    with module_office.shop.database() as db:
        for table in ("tenant_directory", "schedule", "graph_subscriptions", "consent_attempts"):
            db.execute(b"DELETE FROM " + table.encode())
    return module_office
