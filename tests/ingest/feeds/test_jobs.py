"""What is due is done once, by one worker, and again after a failure."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.domain.events.coverage import SnapshotTaken, SubscriptionCreated
from app.domain.ids import TenantId
from app.ingest import feeds, schedule
from app.ingest.daily import AFTER_LICENCES
from app.ingest.feeds import carry_out, end_tenant
from app.ingest.schedule import Due, Job, next_slot, wait_after
from tests.ingest.feeds.conftest import Customer
from tests.ingest.office import TODAY


def test_the_first_reads_follow_the_consent_and_the_next_come_in_the_tenants_night(customer: Customer) -> None:
    reads = (Job.LICENCES, Job.SIGN_INS, Job.REPORTS)

    done = [carry_out(customer.office.shop, Due(customer.tenant, job)) for job in reads]

    snapshots = [
        fact
        for feed in ("licences", "sign_ins", "reports")
        for fact in customer.office.facts(customer.tenant, f"coverage/{feed}")
    ]
    slot = next_slot(customer.tenant, customer.office.clock.now(), ZoneInfo("UTC"))
    assert done == [True] * 3
    assert [type(fact) for fact in snapshots] == [SnapshotTaken] * 3
    assert slot_times(customer) == {
        "licences": slot,
        "sign_ins": slot + AFTER_LICENCES,
        "reports": slot + AFTER_LICENCES,
    }


def slot_times(customer: Customer) -> dict[str, datetime]:
    rows = customer.office.rows(
        "SELECT job, due_at FROM schedule WHERE failures = 0 AND job IN ('licences', 'sign_ins', 'reports')"
    )
    return dict(rows)


def test_sign_ins_and_reports_are_due_again_as_soon_as_the_licences_are_read(customer: Customer) -> None:
    for job in (Job.SIGN_INS, Job.REPORTS):
        carry_out(customer.office.shop, Due(customer.tenant, job))

    carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))

    now = customer.office.clock.now()
    assert {job: at for job, at in slot_times(customer).items() if job != "licences"} == {
        "sign_ins": now,
        "reports": now,
    }


def test_a_job_that_is_not_due_is_left(customer: Customer) -> None:
    carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))

    assert not carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))


def test_a_job_somebody_is_at_is_left_until_the_lease_ends(customer: Customer) -> None:
    wanted = Due(customer.tenant, Job.LICENCES)
    with customer.office.shop.database() as db:
        schedule.claim(db, wanted, now=customer.office.clock.now(), lease=timedelta(minutes=1))

    while_held = carry_out(customer.office.shop, wanted)
    with customer.office.shop.database() as db:
        db.execute("UPDATE schedule SET held_until = now()")
    after_it = carry_out(customer.office.shop, wanted)

    assert (while_held, after_it) == (False, True)


def test_a_read_that_could_not_be_is_put_off_and_named(customer: Customer) -> None:
    customer.office.control("/_faults", path="v1.0/users", kind="html", times=None)

    carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))

    put_off = customer.office.rows(
        "SELECT due_at, failures, last_reason, held_until > now() FROM schedule WHERE job = 'licences'"
    )
    assert put_off == [(customer.office.clock.now(), 1, "BAD_UPSTREAM_ANSWER", True)]


def test_a_bug_is_raised_counted_and_put_off(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setitem(feeds._JOBS, Job.LICENCES, broken)

    with pytest.raises(KeyError):
        carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))

    ((failures, reason, waits),) = customer.office.rows(
        "SELECT failures, last_reason, held_until > now() FROM schedule WHERE job = 'licences'"
    )
    assert (failures, reason, waits) == (1, "INTERNAL", True)


def test_onboarding_subscribes_and_is_due_again_in_a_day(customer: Customer) -> None:
    now = customer.office.clock.now()

    carry_out(customer.office.shop, Due(customer.tenant, Job.SUBSCRIPTION))

    subscription = next(iter(customer.office.world.subscriptions.values()))
    assert customer.office.rows("SELECT due_at FROM schedule WHERE job = 'subscription'") == [
        (now + timedelta(days=1),)
    ]
    assert customer.office.facts(customer.tenant, "coverage/calls") == [
        SubscriptionCreated(
            happened_at=now,
            subscription=subscription.id,
            expires_at=now + timedelta(minutes=4_225),
        )
    ]


def test_a_webhook_graph_cannot_reach_is_tried_again_soon(customer: Customer) -> None:
    customer.office.control("/_faults", path="v1.0/subscriptions", method="POST", kind="status", status=400)

    carry_out(customer.office.shop, Due(customer.tenant, Job.SUBSCRIPTION))

    put_off = customer.office.rows("SELECT due_at, failures, last_reason FROM schedule WHERE job = 'subscription'")
    assert put_off == [(customer.office.clock.now(), 1, "GRAPH_REJECTED")]
    assert customer.office.rows("SELECT * FROM graph_subscriptions") == []


def test_nothing_is_left_to_do_for_a_customer_who_left(customer: Customer) -> None:
    carry_out(customer.office.shop, Due(customer.tenant, Job.SUBSCRIPTION))

    end_tenant(customer.office.shop, customer.tenant)

    for table in ("schedule", "graph_subscriptions", "tenant_directory"):
        assert customer.office.rows(f"SELECT * FROM {table}") == []


def test_asked_for_while_somebody_is_at_it_a_job_is_due_once_more(customer: Customer) -> None:
    wanted = Due(customer.tenant, Job.RECONCILE)
    now, shop = customer.office.clock.now(), customer.office.shop
    with shop.database() as db:
        taken = customer.take(db, wanted.job)
        schedule.enlist(db, customer.tenant, Job.RECONCILE, now)
        taken_meanwhile = schedule.claim(db, wanted, now=now, lease=timedelta(minutes=1))
        schedule.finish(db, wanted, taken, now + timedelta(hours=1))
        first = [each.due_at for each in schedule.listed(db, customer.tenant) if each.job is Job.RECONCILE]
        taken = customer.take(db, wanted.job)
        schedule.finish(db, wanted, taken, now + timedelta(hours=1))
        then = [each.due_at for each in schedule.listed(db, customer.tenant) if each.job is Job.RECONCILE]

    assert taken_meanwhile is None
    assert (first, then) == ([now], [now + timedelta(hours=1)])


def test_done_for_good_is_not_done_if_it_was_asked_for_meanwhile(customer: Customer) -> None:
    wanted = Due(customer.tenant, Job.CONSENT)
    now = customer.office.clock.now()
    with customer.office.shop.database() as db:
        schedule.enlist(db, customer.tenant, Job.CONSENT, now)
        taken = customer.take(db, wanted.job)
        schedule.enlist(db, customer.tenant, Job.CONSENT, now)
        schedule.finish(db, wanted, taken, None)
        asked_again = [each for each in schedule.listed(db, customer.tenant) if each.job is Job.CONSENT]
        taken = customer.take(db, wanted.job)
        schedule.finish(db, wanted, taken, None)
        at_last = [each for each in schedule.listed(db, customer.tenant) if each.job is Job.CONSENT]

    assert (len(asked_again), at_last) == (1, [])


def test_what_follows_the_licences_waits_for_them_unless_they_fail(customer: Customer) -> None:
    now = customer.office.clock.now()
    licences = Due(customer.tenant, Job.LICENCES)
    with customer.office.shop.database() as db:
        at_first = {each.due.job for each in schedule.due(db, now)}
        taken = customer.take(db, Job.LICENCES)
        while_they_are_read = {each.due.job for each in schedule.due(db, now)}
        schedule.put_off(db, licences, taken, reason="GRAPH_UNAVAILABLE", wait=timedelta(hours=1))
        when_they_failed = {each.due.job for each in schedule.due(db, now)}

    following = {Job.SIGN_INS, Job.REPORTS}
    assert at_first == set(schedule.COLLECTING) - following
    assert while_they_are_read == at_first - {Job.LICENCES}
    assert when_they_failed == while_they_are_read | following


def test_sign_ins_have_two_turns_of_all_tenants_and_the_longest_due_goes_first(customer: Customer) -> None:
    now = customer.office.clock.now()
    tenants = [TenantId(uuid4()) for _ in range(4)]
    with customer.office.shop.database() as db:
        db.execute("DELETE FROM schedule")
        for nth, tenant in enumerate(tenants):
            schedule.enlist(db, tenant, Job.SIGN_INS, now - timedelta(hours=4 - nth))
        at_first = [each.due.tenant for each in schedule.due(db, now)]
        taken = schedule.claim(db, Due(tenants[0], Job.SIGN_INS), now=now, lease=timedelta(minutes=1))
        assert taken is not None
        while_one_reads = [each.due.tenant for each in schedule.due(db, now)]
        schedule.put_off(db, Due(tenants[0], Job.SIGN_INS), taken, reason="GRAPH_UNAVAILABLE", wait=timedelta(hours=1))
        while_one_waits = [each.due.tenant for each in schedule.due(db, now)]

    assert at_first == tenants[:2]
    assert while_one_reads == tenants[1:2]
    assert while_one_waits == tenants[1:3]


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_slots_keep_to_their_minute_of_the_tenants_night(name: str) -> None:
    tenant, zone = TenantId(uuid4()), ZoneInfo(name)
    hours = [TODAY + timedelta(hours=hour) for hour in range(49)]

    slots = [next_slot(tenant, hour, zone) for hour in hours]

    local = {slot.astimezone(zone) for slot in slots}
    assert len({slot.time() for slot in local}) == 1
    assert time(0, 30) <= local.pop().time() < time(5, 30)
    assert all(hour < slot <= hour + timedelta(days=1) for hour, slot in zip(hours, slots, strict=True))


def test_a_day_of_23_or_25_hours_has_one_slot() -> None:
    tenant, berlin = TenantId(uuid4()), ZoneInfo("Europe/Berlin")
    hours = [datetime(2026, 3, 27, tzinfo=UTC) + timedelta(hours=hour) for hour in range(96)]

    on = {next_slot(tenant, hour, berlin).astimezone(berlin).date() for hour in hours}

    assert len({next_slot(tenant, hour, berlin) for hour in hours}) == len(on)


def test_slots_are_spread_over_the_night() -> None:
    slots = {next_slot(TenantId(uuid4()), TODAY, ZoneInfo("UTC")) for _ in range(500)}

    assert len(slots) > 200


def test_waits_double_up_to_an_hour() -> None:
    waits = [wait_after(failures, chance=1.0).total_seconds() for failures in (1, 2, 3, 7, 8, 500)]

    assert waits == [30, 60, 120, 1920, 3600, 3600]
    assert wait_after(1, chance=0.0) == timedelta(seconds=15)
