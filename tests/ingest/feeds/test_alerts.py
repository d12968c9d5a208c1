"""Alerts begin and end once, and tell of a subscription before it ends."""

import logging
from datetime import timedelta

import pytest

from app.ingest import alerts, schedule
from app.ingest.alert_watch import _UNREAD, watch
from app.ingest.alerts import Alert
from app.ingest.consent_directories import unbind
from app.ingest.feeds import carry_out
from app.ingest.schedule import COLLECTING, Due, Job
from app.ingest.subscriptions import LIFE
from app.telemetry import counted
from tests.ingest.feeds.conftest import Customer


def subscribe(customer: Customer) -> None:
    """The job, as soon as it is due, whatever wait it was given."""
    with customer.office.shop.database() as db:
        schedule.enlist(db, customer.tenant, Job.SUBSCRIPTION, customer.office.clock.now())
    assert carry_out(customer.office.shop, Due(customer.tenant, Job.SUBSCRIPTION))


def pass_by(customer: Customer, time: timedelta) -> None:
    customer.office.clock.step_to(customer.office.clock.now() + time)
    customer.office.control("/_clock/advance", seconds=time.total_seconds())


def open_kinds(customer: Customer) -> list[Alert]:
    watch(customer.office.shop)
    with customer.office.shop.database() as db:
        return [each.kind for each in alerts.open_alerts(db, customer.tenant)]


def refuse(customer: Customer, method: str) -> None:
    customer.office.control("/_faults", path="v1.0/subscriptions", method=method, kind="server_error", times=100)


def test_a_subscription_that_cannot_be_renewed_is_told_of_before_it_ends(
    customer: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sua")
    subscribe(customer)
    refuse(customer, "PATCH")

    pass_by(customer, LIFE / 2)
    subscribe(customer)
    at_half_life = open_kinds(customer)
    pass_by(customer, LIFE / 4 + timedelta(minutes=1))
    subscribe(customer)
    at_its_last_quarter = [open_kinds(customer) for _ in range(3)]
    customer.office.world.faults.clear()
    subscribe(customer)
    renewed = open_kinds(customer)

    assert at_half_life == []
    assert at_its_last_quarter == [[Alert.SUBSCRIPTION_EXPIRING]] * 3
    assert renewed == []
    assert [record.message for record in caplog.records if record.message.startswith("alert.")] == [
        "alert.begins",
        "alert.ends",
    ]


def test_one_that_ended_and_cannot_be_made_anew_is_lost_until_it_is(customer: Customer) -> None:
    fresh = open_kinds(customer)
    subscribe(customer)
    customer.office.control("/_subscriptions/lose")
    refuse(customer, "POST")
    subscribe(customer)
    lost = open_kinds(customer)
    customer.office.world.faults.clear()
    subscribe(customer)

    assert fresh == []
    assert lost == [Alert.SUBSCRIPTION_LOST]
    assert open_kinds(customer) == []


def test_five_failures_in_a_row_are_told_and_a_refused_credential_is_not_told_for_every_customer(
    customer: Customer,
) -> None:
    licences, logs = Due(customer.tenant, Job.LICENCES), Due(customer.tenant, Job.PHONE_LOGS)

    def fail(job: Due, reason: str) -> list[Alert]:
        with customer.office.shop.database() as db:
            schedule.put_off(db, job, customer.take(db, job.job), reason=reason, wait=timedelta(0))
        return open_kinds(customer)

    ours = [fail(logs, "CREDENTIAL_REFUSED") for _ in range(6)]
    told = [fail(licences, "GRAPH_UNAVAILABLE") for _ in range(5)]
    with customer.office.shop.database() as db:
        (alert,) = alerts.open_alerts(db, customer.tenant)
        tomorrow = customer.office.clock.now() + timedelta(days=1)
        schedule.finish(db, licences, customer.take(db, Job.LICENCES), tomorrow)

    assert ours == [[]] * 6
    assert told == [[], [], [], [], [Alert.JOB_FAILING]]
    assert alert.detail == "licences: GRAPH_UNAVAILABLE, 5 times"
    assert open_kinds(customer) == []


def test_what_was_refused_is_told_until_it_is_done_but_not_twice(customer: Customer) -> None:
    def refused(reason: str | None) -> list[Alert]:
        with customer.office.shop.database() as db:
            tomorrow = customer.office.clock.now() + timedelta(days=1)
            taken = customer.take(db, Job.LICENCES)
            schedule.finish(db, Due(customer.tenant, Job.LICENCES), taken, tomorrow, reason)
        return open_kinds(customer)

    assert refused("TOO_MANY_REMOVALS") == [Alert.JOB_FAILING]
    assert refused("CONSENT_LOST") == []
    assert refused("REPORT_SCHEMA_CHANGED") == [Alert.JOB_FAILING]
    assert refused(None) == []


def test_what_was_given_up_and_what_stays_missing_is_told(customer: Customer) -> None:
    put = (
        "INSERT INTO inbox (tenant_id, call_id, delivery, state, listed_revision, received_at, settled_at)"
        " VALUES (%s, gen_random_uuid(), gen_random_uuid(), %s, %s, now() - %s, CASE WHEN %s = 'DEAD' THEN now() END)"
    )
    with customer.office.shop.database() as db:
        db.execute(put, (customer.tenant, "PENDING", 1, timedelta(hours=5), "PENDING"))
    young = open_kinds(customer)
    with customer.office.shop.database() as db:
        db.execute(put, (customer.tenant, "PENDING", 1, timedelta(hours=7), "PENDING"))
        db.execute(put, (customer.tenant, "DEAD", None, timedelta(0), "DEAD"))

    assert young == []
    assert sorted(open_kinds(customer)) == [Alert.CALLS_MISSING, Alert.DEAD_LETTERS]
    with customer.office.shop.database() as db:
        unbind(db, customer.tenant)
    assert open_kinds(customer) == []


def test_given_up_calls_are_found_without_reading_what_was_fetched(customer: Customer) -> None:
    with customer.office.shop.database() as db:
        db.execute(
            "INSERT INTO inbox (tenant_id, call_id, delivery, state, settled_at) SELECT %s, gen_random_uuid(),"
            " gen_random_uuid(), CASE nth %% 1000 WHEN 0 THEN 'DEAD' ELSE 'DONE' END, now()"
            " FROM generate_series(1, 20000) AS nth",
            (customer.tenant,),
        )
        plans = [
            "\n".join(line for (line,) in db.execute(f"EXPLAIN {query}".encode()))
            for query in (_UNREAD, "DELETE FROM inbox WHERE state = 'DEAD' AND received_at < now() - interval '1 day'")
        ]

    assert open_kinds(customer) == [Alert.DEAD_LETTERS]
    assert all("inbox_dead" in plan and "Seq Scan on inbox" not in plan for plan in plans)


def test_what_a_later_release_has_written_holds_up_nothing(customer: Customer) -> None:
    with customer.office.shop.database() as db:
        db.execute(
            "INSERT INTO alerts (kind, tenant_id, detail, since, seen_at) VALUES ('NEWER', %s, '', now(), now())",
            (customer.tenant,),
        )
        db.execute(
            "INSERT INTO schedule (tenant_id, job, due_at) VALUES (%s, 'newer', '2020-01-01Z')", (customer.tenant,)
        )
    before = counted()

    kinds = open_kinds(customer)
    with customer.office.shop.database() as db:
        due = {each.due.job for each in schedule.due(db, customer.office.clock.now())}
        listed = schedule.listed(db, customer.tenant)

    after = counted()
    assert kinds == []
    assert Job.LICENCES in due
    assert len(listed) == len(COLLECTING) + 1
    assert after["alerts.unknown_kind"] > before.get("alerts.unknown_kind", 0)
    assert after["schedule.unknown_job"] == before.get("schedule.unknown_job", 0) + 2
    assert customer.office.rows("SELECT kind FROM alerts") == [("NEWER",)]
