"""What is easily got wrong in asking Graph (facts/graph.md, section j), in front of the simulator."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.domain.ids import TenantId
from app.domain.tenant import replay
from app.ingest.feeds import carry_out
from app.ingest.schedule import Due, Job
from tests.database import Database
from tests.ingest.office import Office, open_office


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
    invitation = office.invite()
    office.consent(invitation)
    carry_out(office.shop, Due(invitation.tenant, Job.SUBSCRIPTION))
    return invitation.tenant


def watch(office: Office, *paths: str) -> None:
    """Count requests to these addresses, which are answered as ever."""
    for path in paths:
        office.control("/_faults", path=path, kind="slow", seconds=0, times=None)


def hits(office: Office) -> list[int]:
    return [fault.hits for fault in office.world.faults]


def carried_out(office: Office, tenant: TenantId, job: Job) -> None:
    with office.shop.database() as db:
        db.execute("UPDATE schedule SET due_at = %s, held_until = '-infinity'", (office.clock.now(),))
    assert carry_out(office.shop, Due(tenant, job))


def test_licences_are_listed_without_sign_ins_and_without_delta(office: Office, tenant: TenantId) -> None:
    """Items 2 and 13: the licence listing asks for no signInActivity, and nothing asks for users/delta."""
    watch(office, "signInActivity", "users/delta", r"users\?")

    carried_out(office, tenant, Job.LICENCES)

    asked = hits(office)
    assert asked[:2] == [0, 0]
    assert asked[2] > 0


def test_a_directory_without_p1_has_not_lost_its_consent(office: Office, tenant: TenantId) -> None:
    """Item 3."""
    office.control(f"/_tenants/{office.directory}/premium", on=False)
    carried_out(office, tenant, Job.LICENCES)

    carried_out(office, tenant, Job.SIGN_INS)

    office.control(f"/_tenants/{office.directory}/premium", on=True)
    assert replay(office.facts(tenant, "tenant")).consented


def test_a_notification_is_answered_before_graph_is_asked_anything(office: Office, tenant: TenantId) -> None:
    """Item 4: what came is in the inbox, and nobody asked Graph for a record."""
    watch(office, "callRecords/")

    office.let_pass(days=1)

    waiting = office.rows("SELECT count(*) FROM inbox WHERE tenant_id = %s AND state = 'PENDING'", tenant)
    assert waiting[0][0] > 0
    assert hits(office) == [0]


def test_calls_nobody_notified_of_are_found_by_listing_without_expanding(office: Office, tenant: TenantId) -> None:
    """Items 5 and 8: no `missed` comes; the list is asked, never with $expand."""
    office.control("/_notifications/rules", drop_share=1.0)
    office.let_pass(days=2)
    office.control("/_notifications/rules", drop_share=0.0)
    heard = office.rows("SELECT count(*) FROM inbox WHERE tenant_id = %s", tenant)[0][0]
    watch(office, r"callRecords\?.*expand", r"callRecords\?")

    carried_out(office, tenant, Job.RECONCILE)

    found = office.rows("SELECT count(*) FROM inbox WHERE tenant_id = %s", tenant)[0][0]
    assert (heard, found > 0) == (0, True)
    expanded, listed = hits(office)
    assert (expanded, listed > 0) == (0, True)


def test_a_subscription_has_its_lifecycle_address_and_lives_no_longer_than_allowed(
    office: Office, tenant: TenantId
) -> None:
    """Item 6."""
    (made,) = office.world.subscriptions.values()

    assert made.lifecycle_url == f"{office.web}/webhooks/graph/lifecycle"
    assert made.expires_at - office.clock.now() <= timedelta(minutes=4_230)


def test_only_updated_is_subscribed_to_and_a_duplicate_is_not_made(office: Office, tenant: TenantId) -> None:
    """Item 7."""
    carried_out(office, tenant, Job.SUBSCRIPTION)

    (made,) = office.world.subscriptions.values()
    assert made.change_type == "updated"


def test_concealed_rows_match_nobody_and_the_setting_is_not_asked_for(office: Office, tenant: TenantId) -> None:
    """Item 14."""
    office.control(f"/_tenants/{office.directory}/conceal", on=True)
    watch(office, "reportSettings", "reports/")
    carried_out(office, tenant, Job.LICENCES)

    carried_out(office, tenant, Job.REPORTS)

    office.control(f"/_tenants/{office.directory}/conceal", on=False)
    asked = hits(office)
    kinds = {type(each.event).__name__ for each in office.shop.desk.store.read(tenant, after=0, limit=10_000)}
    assert (asked[0], asked[1] > 0) == (0, True)
    assert "UsageReportsRead" in kinds
    assert "WorkloadUsed" not in kinds
