"""`sua tenants`: a customer is reminded, leaves with or without their history, and is told apart from nobody."""

import base64
import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from app.domain.ids import TenantId
from app.ingest.feeds import carry_out
from app.ingest.schedule import Due, Job
from app.ops.cli import app
from app.simulator.world import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from tests.database import Database
from tests.ingest.office import Office, open_office


@pytest.fixture(scope="module")
def office(module_database: Database) -> Iterator[Office]:
    with open_office(module_database) as office:
        yield office


@pytest.fixture
def tenant(office: Office, monkeypatch: pytest.MonkeyPatch) -> TenantId:
    """A customer whose calls are notified, and the installation in the environment."""
    office.begin_anew()
    invitation = office.invite()
    office.consent(invitation)
    carry_out(office.shop, Due(invitation.tenant, Job.SUBSCRIPTION))
    chosen = {
        "DATABASE_URL": office.database.writer_dsn,
        "DATABASE_READ_URL": office.database.reader_dsn,
        "DATABASE_OWNER_URL": office.database.owner_dsn,
        "GRAPH_URL": office.simulator,
        "LOGIN_URL": office.simulator,
        "GRAPH_CLIENT_ID": DEFAULT_CLIENT_ID,
        "GRAPH_CLIENT_SECRET": DEFAULT_CLIENT_SECRET,
        "MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)
    return invitation.tenant


def sua(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["tenants", *map(str, arguments), "--json"])


def facts_of(office: Office, tenant: TenantId) -> int:
    ((count,),) = office.rows("SELECT count(*) FROM events WHERE tenant_id = %s", tenant)
    return int(count)


def test_who_leaves_is_notified_of_nothing_more_and_keeps_the_history(office: Office, tenant: TenantId) -> None:
    result = sua("offboard", tenant, "--confirm", tenant, "--history", "keep")

    (told,) = json.loads(result.stdout)
    assert (result.exit_code, told["history"], told["rows_erased"]) == (0, "keep", None)
    assert office.world.subscriptions == {}
    assert office.rows("SELECT * FROM schedule WHERE tenant_id = %s", tenant) == []
    names = [fact.name for fact in office.facts(tenant, "coverage/calls")]
    assert names == ["SubscriptionCreated", "SubscriptionLost"]
    assert facts_of(office, tenant) > 3


def test_who_wants_to_be_forgotten_leaves_a_tombstone(office: Office, tenant: TenantId) -> None:
    facts = facts_of(office, tenant)

    result = sua("offboard", tenant, "--confirm", tenant, "--history", "erase")
    again = sua("offboard", tenant, "--confirm", tenant, "--history", "erase")

    assert (result.exit_code, again.exit_code) == (0, 0)
    assert json.loads(result.stdout)[0]["rows_erased"] > facts
    assert json.loads(again.stdout)[0]["rows_erased"] == 0
    assert facts_of(office, tenant) == 0
    assert office.rows("SELECT facts > %s FROM erased_tenants WHERE tenant_id = %s", facts, tenant) == [(True,)]


def test_nobody_leaves_by_a_slip(office: Office, tenant: TenantId) -> None:
    before = facts_of(office, tenant)

    result = sua("offboard", tenant, "--confirm", TenantId(office.directory), "--history", "erase")

    assert result.exit_code == 2
    assert facts_of(office, tenant) == before


def test_a_reminder_brings_a_new_link_that_works(office: Office, tenant: TenantId) -> None:
    result = sua("remind", tenant)

    told = json.loads(result.stdout)
    assert (result.exit_code, told["tenant"]) == (0, str(tenant))
    assert office.browser.get(told["link"].replace("http://127.0.0.1:8000", office.web)).status_code == 302
