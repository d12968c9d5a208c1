"""Access ends, lacks something, or comes back; and what is the customer's doing and what is our own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from app.commands.offboard_tenant import OffboardTenant, offboard_tenant
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import ConsentGranted, ConsentWithdrawn, PermissionsChanged
from app.domain.ids import TenantId
from app.domain.tenant import REQUIRED_PERMISSIONS, replay
from app.ingest import alerts, permissions, schedule
from app.ingest.alerts import Alert
from app.ingest.daily import slot_of
from app.ingest.feeds import carry_out, end_tenant
from app.ingest.invitations import invite_again
from app.ingest.schedule import COLLECTING, Due, Job
from tests.ingest.office import TODAY, Office


@pytest.fixture
def tenant(office: Office) -> Iterator[TenantId]:
    """A customer who has just consented."""
    office.world.access.clear()
    office.world.credential = "ok"
    with office.shop.database() as db:
        db.execute("DELETE FROM alerts")
    invitation = office.invite()
    office.consent(invitation)
    yield invitation.tenant
    office.clock.step_to(TODAY)


def access(office: Office, **change: object) -> None:
    office.shop.access.tokens._applications.clear()
    office.control("/_access", tenant=str(office.directory), **change)


def carried_out(office: Office, tenant: TenantId, job: Job) -> None:
    """Carry it out now, whenever it is due."""
    with office.shop.database() as db:
        db.execute("UPDATE schedule SET due_at = %s, held_until = '-infinity' WHERE job = %s", (TODAY, job))
    assert carry_out(office.shop, Due(tenant, job))


def due_jobs(office: Office) -> set[str]:
    return {job for (job,) in office.rows("SELECT job FROM schedule")}


def alarms(office: Office) -> list[Alert]:
    with office.shop.database() as db:
        return [each.kind for each in alerts.open_alerts(db)]


def newest(office: Office, tenant: TenantId) -> object:
    return office.facts(tenant, "tenant")[-1]


@pytest.mark.parametrize(
    ("state", "reason", "alarm"),
    [
        ("withdrawn", "CONSENT_LOST", Alert.CONSENT_LOST),
        ("blocked", "TENANT_BLOCKED", Alert.TENANT_BLOCKED),
        ("disabled", "TENANT_BLOCKED", Alert.TENANT_BLOCKED),
        ("gone", "TENANT_GONE", Alert.TENANT_GONE),
    ],
)
def test_access_that_ended_is_recorded_told_and_left_in_peace(
    office: Office, tenant: TenantId, state: str, reason: str, alarm: Alert
) -> None:
    access(office, state=state)

    carry_out(office.shop, Due(tenant, Job.RECONCILE))

    assert newest(office, tenant) == ConsentWithdrawn(happened_at=TODAY, reason=reason)
    assert due_jobs(office) == {"permissions"}
    assert alarms(office) == [alarm]


@pytest.mark.parametrize("state", ["withdrawn", "blocked", "gone"])
def test_access_that_is_back_resumes_everything(office: Office, tenant: TenantId, state: str) -> None:
    access(office, state=state)
    carry_out(office.shop, Due(tenant, Job.LICENCES))
    access(office, state="ok")

    carried_out(office, tenant, Job.PERMISSIONS)

    assert isinstance(newest(office, tenant), ConsentGranted)
    assert due_jobs(office) == {*COLLECTING, "permissions"}
    assert alarms(office) == []


def test_killed_between_the_fact_and_what_follows_from_it_the_next_look_makes_up_for_it(
    office: Office, tenant: TenantId
) -> None:
    access(office, state="ok")
    with office.shop.database() as db:
        schedule.suspend(db, tenant)

    carried_out(office, tenant, Job.PERMISSIONS)

    assert due_jobs(office) == {*COLLECTING, "permissions"}


def test_a_job_made_due_while_the_customer_left_is_not_done(office: Office, tenant: TenantId) -> None:
    offboard_tenant(OffboardTenant(tenant, uuid4()), office.shop.desk)
    end_tenant(office.shop, tenant)
    for job in (Job.LICENCES, Job.PERMISSIONS):
        with office.shop.database() as db:
            schedule.enlist(db, tenant, job, TODAY)
        carried_out(office, tenant, job)

    assert due_jobs(office) == set()


def test_a_new_consent_resumes_as_well(office: Office, tenant: TenantId) -> None:
    access(office, state="withdrawn")
    carry_out(office.shop, Due(tenant, Job.LICENCES))
    with office.shop.database() as db:
        again = invite_again(office.shop.desk, db, tenant, public_url=office.web, valid_for=timedelta(days=14))

    office.consent(again)

    assert isinstance(newest(office, tenant), ConsentGranted)
    assert due_jobs(office) == {*COLLECTING, "permissions"}
    assert alarms(office) == []


def test_another_reason_is_told_and_the_same_is_not_repeated(office: Office, tenant: TenantId) -> None:
    for state in ("blocked", "disabled", "gone"):
        access(office, state=state)
        carried_out(office, tenant, Job.PERMISSIONS)

    reasons = [fact.reason for fact in office.facts(tenant, "tenant") if isinstance(fact, ConsentWithdrawn)]
    assert reasons == ["TENANT_BLOCKED", "TENANT_GONE"]
    assert alarms(office) == [Alert.TENANT_GONE]


@pytest.mark.parametrize("state", ["blocked", "gone"])
def test_a_customer_who_is_blocked_or_gone_is_looked_at_nightly(office: Office, tenant: TenantId, state: str) -> None:
    access(office, state=state)

    carried_out(office, tenant, Job.PERMISSIONS)

    assert office.rows("SELECT job, due_at FROM schedule") == [("permissions", slot_of(office.shop.desk, tenant))]


@pytest.mark.parametrize("state", ["wrong", "expired", "certificate"])
def test_our_own_credential_marks_nobody(office: Office, tenant: TenantId, state: str) -> None:
    office.control("/_credential", state=state)
    office.shop.access.tokens._applications.clear()

    carry_out(office.shop, Due(tenant, Job.LICENCES))
    waiting = office.rows("SELECT failures, last_reason FROM schedule WHERE job = 'licences'")
    told = alarms(office)
    office.control("/_credential", state="ok")
    carried_out(office, tenant, Job.PERMISSIONS)

    assert replay(office.facts(tenant, "tenant")).consented
    assert waiting == [(1, "CREDENTIAL_REFUSED")]
    assert told == [Alert.CREDENTIAL_REFUSED]
    assert due_jobs(office) == {*COLLECTING, "permissions"}
    assert alarms(office) == []


def test_a_permission_taken_back_stops_its_feeds_until_it_is_back(office: Office, tenant: TenantId) -> None:
    access(office, missing=["Reports.Read.All"])
    carried_out(office, tenant, Job.PERMISSIONS)
    fewer = newest(office, tenant)
    told = alarms(office)
    carried_out(office, tenant, Job.REPORTS)
    resting = office.rows("SELECT * FROM schedule WHERE job = 'reports'")
    failed = office.facts(tenant, "coverage/reports")
    access(office, missing=[])
    carried_out(office, tenant, Job.PERMISSIONS)

    without = tuple(each for each in REQUIRED_PERMISSIONS if each != "Reports.Read.All")
    assert fewer == PermissionsChanged(happened_at=TODAY, permissions=without)
    assert told == [Alert.PERMISSIONS_MISSING]
    assert (resting, failed) == ([], [])
    assert newest(office, tenant) == PermissionsChanged(happened_at=TODAY, permissions=REQUIRED_PERMISSIONS)
    assert office.rows("SELECT due_at FROM schedule WHERE job = 'reports'") == [(TODAY,)]
    assert alarms(office) == []


def test_which_feeds_stop_is_said(office: Office, tenant: TenantId) -> None:
    access(office, missing=["CallRecords.Read.All"])

    carried_out(office, tenant, Job.PERMISSIONS)

    with office.shop.database() as db:
        details = [each.detail for each in alerts.open_alerts(db)]
    assert details == ["CallRecords.Read.All missing; not read any more: calls, direct_routing, pstn"]
    assert replay(office.facts(tenant, "tenant")).stopped == (Feed.CALLS, Feed.DIRECT_ROUTING, Feed.PSTN)


def test_where_a_cloud_has_no_call_records_their_jobs_rest_and_the_others_go_on(
    office: Office, tenant: TenantId
) -> None:
    china = replace(office.shop, access=replace(office.shop.access, calls=False))

    for job in (Job.SUBSCRIPTION, Job.RECONCILE, Job.PHONE_LOGS, Job.LICENCES):
        carry_out(china, Due(tenant, job))

    with office.shop.database() as db:
        left = {each.job for each in schedule.listed(db, tenant)}
    assert left == {Job.LICENCES, Job.SIGN_INS, Job.REPORTS, Job.PERMISSIONS}
    assert office.world.subscriptions == {}


def test_roles_that_all_vanished_are_a_lost_consent(office: Office, tenant: TenantId) -> None:
    access(office, missing=list(REQUIRED_PERMISSIONS))

    carried_out(office, tenant, Job.PERMISSIONS)

    assert newest(office, tenant) == ConsentWithdrawn(happened_at=TODAY, reason="CONSENT_LOST")


def test_a_call_that_graph_forbids_makes_the_permissions_due_at_once(office: Office, tenant: TenantId) -> None:
    access(office, missing=["CallRecords.Read.All"])

    carry_out(office.shop, Due(tenant, Job.SUBSCRIPTION))

    assert office.rows("SELECT due_at FROM schedule WHERE job = 'permissions'") == [(TODAY,)]


def test_unchanged_permissions_add_no_fact(office: Office, tenant: TenantId) -> None:
    before = office.facts(tenant, "tenant")

    carried_out(office, tenant, Job.PERMISSIONS)

    assert office.facts(tenant, "tenant") == before


def test_a_customer_who_left_raises_no_alarm(office: Office, tenant: TenantId) -> None:
    access(office, state="withdrawn")
    carry_out(office.shop, Due(tenant, Job.LICENCES))

    end_tenant(office.shop, tenant)

    assert (alarms(office), due_jobs(office)) == ([], set())


def test_killed_between_the_fact_and_the_alert_the_next_try_makes_up_for_it_at_once(
    office: Office, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_: object) -> None:
        raise SystemExit

    access(office, state="withdrawn")
    with monkeypatch.context() as patch:
        patch.setattr(permissions, "record_lost_subscription", dying)
        with pytest.raises(SystemExit):
            carry_out(office.shop, Due(tenant, Job.RECONCILE))
    after_the_kill = alarms(office)

    carried_out(office, tenant, Job.RECONCILE)
    look_due = office.rows("SELECT due_at FROM schedule WHERE job = 'permissions'")
    assert carry_out(office.shop, Due(tenant, Job.PERMISSIONS))

    assert after_the_kill == []
    assert look_due == [(TODAY,)]
    assert alarms(office) == [Alert.CONSENT_LOST]
    assert due_jobs(office) == {"permissions"}


def test_what_a_lost_customer_who_is_back_still_lacks_is_named(office: Office, tenant: TenantId) -> None:
    access(office, state="withdrawn")
    carry_out(office.shop, Due(tenant, Job.LICENCES))
    access(office, state="ok", missing=["Reports.Read.All"])

    carried_out(office, tenant, Job.PERMISSIONS)

    with office.shop.database() as db:
        (told,) = alerts.open_alerts(db)
    assert (told.kind, due_jobs(office)) == (Alert.CONSENT_LOST, {"permissions"})
    assert told.detail == "The directory gives out tokens again; missing: Reports.Read.All"
