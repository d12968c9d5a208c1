"""What is due is done once, by one worker, and again after a failure."""

from datetime import timedelta
from uuid import uuid4

from app.domain.events.coverage import SnapshotTaken, SubscriptionCreated
from app.domain.ids import TenantId
from app.domain.tenant import replay
from app.ingest import schedule
from app.ingest.feeds import carry_out, end_tenant
from app.ingest.schedule import Due, Job, next_slot, wait_after
from tests.ingest.feeds.conftest import Customer
from tests.ingest.office import TODAY


def test_the_first_read_follows_the_consent_and_the_next_the_day_after(customer: Customer) -> None:
    done = carry_out(customer.office.shop, Due(customer.tenant, Job.COLLECT))

    snapshots = [
        fact
        for feed in ("licences", "sign_ins", "reports")
        for fact in customer.office.facts(customer.tenant, f"coverage/{feed}")
    ]
    assert done
    assert [type(fact) for fact in snapshots] == [SnapshotTaken] * 3
    assert customer.office.rows("SELECT due_at, failures FROM schedule WHERE job = 'collect'") == [
        (next_slot(customer.tenant, customer.office.clock.now()), 0)
    ]


def test_a_job_that_is_not_due_is_left(customer: Customer) -> None:
    carry_out(customer.office.shop, Due(customer.tenant, Job.COLLECT))

    assert not carry_out(customer.office.shop, Due(customer.tenant, Job.COLLECT))


def test_a_job_somebody_is_at_is_left_until_the_lease_ends(customer: Customer) -> None:
    wanted = Due(customer.tenant, Job.COLLECT)
    with customer.office.shop.database() as db:
        schedule.claim(db, wanted, now=customer.office.clock.now(), lease=timedelta(minutes=1))

    while_held = carry_out(customer.office.shop, wanted)
    with customer.office.shop.database() as db:
        db.execute("UPDATE schedule SET held_until = now()")
    after_it = carry_out(customer.office.shop, wanted)

    assert (while_held, after_it) == (False, True)


def test_a_read_that_could_not_be_is_put_off_and_named(customer: Customer) -> None:
    customer.office.control("/_faults", path="v1.0/users", kind="html", times=None)

    carry_out(customer.office.shop, Due(customer.tenant, Job.COLLECT))

    put_off = customer.office.rows(
        "SELECT due_at, failures, last_reason, held_until > now() FROM schedule WHERE job = 'collect'"
    )
    assert put_off == [(customer.office.clock.now(), 1, "BAD_UPSTREAM_ANSWER", True)]


def test_a_lost_consent_is_recorded_and_looked_at_again_tomorrow(customer: Customer) -> None:
    customer.office.control(f"/_consent/{customer.office.directory}/withdraw", immediately=True)

    customer.office.shop.access.tokens._applications.clear()
    carry_out(customer.office.shop, Due(customer.tenant, Job.COLLECT))

    tomorrow = customer.office.rows("SELECT due_at, last_reason FROM schedule WHERE job = 'collect'")
    assert tomorrow == [(next_slot(customer.tenant, customer.office.clock.now()), "CONSENT_LOST")]
    assert not replay(customer.office.facts(customer.tenant, "tenant")).consented


def test_onboarding_subscribes_and_is_due_again_at_the_end(customer: Customer) -> None:
    now = customer.office.clock.now()

    carry_out(customer.office.shop, Due(customer.tenant, Job.ONBOARD))

    subscription = next(iter(customer.office.world.subscriptions.values()))
    assert customer.office.rows("SELECT due_at FROM schedule WHERE job = 'onboard'") == [(subscription.expires_at,)]
    assert customer.office.facts(customer.tenant, "coverage/calls") == [
        SubscriptionCreated(
            happened_at=now,
            subscription=subscription.id,
            expires_at=now + timedelta(minutes=4_225),
        )
    ]


def test_a_webhook_graph_cannot_reach_is_tried_again_soon(customer: Customer) -> None:
    customer.office.control("/_faults", path="v1.0/subscriptions", method="POST", kind="status", status=400)

    carry_out(customer.office.shop, Due(customer.tenant, Job.ONBOARD))

    put_off = customer.office.rows("SELECT due_at, failures, last_reason FROM schedule WHERE job = 'onboard'")
    assert put_off == [(customer.office.clock.now(), 1, "GRAPH_REJECTED")]
    assert customer.office.rows("SELECT * FROM graph_subscriptions") == []


def test_nothing_is_left_to_do_for_a_customer_who_left(customer: Customer) -> None:
    carry_out(customer.office.shop, Due(customer.tenant, Job.ONBOARD))

    end_tenant(customer.office.shop, customer.tenant)

    for table in ("schedule", "graph_subscriptions", "tenant_directory"):
        assert customer.office.rows(f"SELECT * FROM {table}") == []


def test_slots_keep_to_their_minute_of_the_day() -> None:
    tenant = TenantId(uuid4())

    slots = [next_slot(tenant, TODAY + timedelta(hours=hours)) for hours in range(49)]

    assert sorted(set(slots)) == [slots[0], slots[0] + timedelta(days=1), slots[0] + timedelta(days=2)]
    assert all(slot > TODAY + timedelta(hours=hours) for hours, slot in enumerate(slots))


def test_waits_double_up_to_an_hour() -> None:
    waits = [wait_after(failures, chance=1.0).total_seconds() for failures in (1, 2, 3, 7, 8, 500)]

    assert waits == [30, 60, 120, 1920, 3600, 3600]
    assert wait_after(1, chance=0.0) == timedelta(seconds=15)
