"""Rings and the sweeper, over every broker."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker

from app.broker import INGEST, BrokerDown, make_broker
from app.ingest import actors, schedule, subscription_rows
from app.ingest.actors import IngestRings
from app.ingest.bell import Bell
from app.ingest.feeds import carry_out
from app.ingest.notifications import hashed
from app.ingest.schedule import Due, Job
from app.ingest.workshop import IngestDatabaseDown
from tests.ingest.feeds.conftest import Customer
from tests.ingest.office import Office

AT_FIRST = set(schedule.COLLECTING) - {Job.SIGN_INS, Job.REPORTS}
"""Due when a customer has consented; the others follow the licences."""

OPEN_WORK = "SELECT count(*) FROM inbox WHERE state <> 'DONE'"


@contextmanager
def working(office: Office, broker_url: str) -> Iterator[IngestRings]:
    broker = make_broker(broker_url)
    rings = actors.register(broker, office.shop)
    worker = dramatiq.Worker(broker, worker_timeout=50, worker_threads=2)
    worker.start()
    try:
        yield rings
    finally:
        worker.stop()
        broker.close()


def until(office: Office, query: str, expected: list[tuple[object, ...]]) -> None:
    pause = threading.Event()
    for _ in range(400):
        if office.rows(query) == expected:
            return
        pause.wait(0.025)
    assert office.rows(query) == expected


def test_a_customer_is_read_and_subscribed_by_the_sweeper_alone(customer: Customer, broker_url: str) -> None:
    office = customer.office
    with working(office, broker_url) as rings:
        rung = actors.tick(office.shop, rings)
        until(office, "SELECT count(*) FROM schedule WHERE job = 'licences' AND last_finished_at IS NOT NULL", [(1,)])
        actors.tick(office.shop, rings)
        until(office, "SELECT count(*) FROM schedule WHERE last_finished_at IS NOT NULL AND failures = 0", [(6,)])
        office.let_pass(days=1)
        actors.tick(office.shop, rings)
        until(office, OPEN_WORK, [(0,)])

    assert rung == len(AT_FIRST)
    assert office.rows("SELECT count(*) > 5 FROM inbox") == [(True,)]


def test_what_waits_for_a_job_is_rung_for_when_it_is_done(customer: Customer) -> None:
    office = customer.office
    with working(office, "stub://") as rings:
        rings.job(Due(customer.tenant, Job.LICENCES))
        follow = "SELECT count(*) FROM schedule WHERE job IN ('sign_ins', 'reports') AND last_finished_at IS NOT NULL"
        until(office, follow, [(2,)])


def test_rings_alone_are_enough_while_nothing_breaks(customer: Customer) -> None:
    office = customer.office
    with working(office, "stub://") as rings:
        rings.job(Due(customer.tenant, Job.SUBSCRIPTION))
        until(office, "SELECT count(*) FROM graph_subscriptions WHERE subscription_id IS NOT NULL", [(1,)])
        office.let_pass(days=1)
        for _ in range(20):
            rings.fetch(customer.tenant)
        until(office, OPEN_WORK, [(0,)])

    assert office.rows("SELECT max(attempts) FROM inbox") == [(1,)]


def test_what_is_held_or_put_off_is_not_rung_for(customer: Customer) -> None:
    rung: list[object] = []
    rings = IngestRings(rung.append, rung.append)
    with customer.office.shop.database() as db:
        db.execute("UPDATE schedule SET held_until = now() + interval '1 h' WHERE job <> 'subscription'")

    actors.tick(customer.office.shop, rings)

    assert rung == [Due(customer.tenant, Job.SUBSCRIPTION)]


def test_what_waits_in_a_queue_is_not_rung_for_again_until_its_ring_may_be_lost(customer: Customer) -> None:
    rung: list[object] = []
    rings, bell = IngestRings(rung.append, rung.append), Bell()
    with customer.office.shop.database() as db:
        db.execute("DELETE FROM schedule WHERE job <> 'subscription'")

    counts = [actors.tick(customer.office.shop, rings, bell) for _ in range(2)]
    with customer.office.shop.database() as db:
        db.execute("UPDATE schedule SET held_until = now() - interval '1 s'")
    in_a_new_state = actors.tick(customer.office.shop, rings, bell)
    bell.again_s = 0
    perhaps_lost = actors.tick(customer.office.shop, rings, bell)

    assert (counts, in_a_new_state, perhaps_lost) == ([1, 0], 1, 1)
    assert rung == [Due(customer.tenant, Job.SUBSCRIPTION)] * 3


def test_a_long_backlog_is_rung_for_more_and_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 0.0
    monkeypatch.setattr("app.ingest.bell.monotonic", lambda: seconds)
    bell, rung = Bell(again_s=30), []

    while seconds < 3_600:
        if bell.wants("tenant", "waiting"):
            bell.rung("tenant", "waiting")
            rung.append(seconds)
        seconds += 2

    assert rung[:3] == [0, 30, 90]
    assert len(rung) == 11
    assert bell.wants("tenant", "in another state")


def test_a_broker_that_is_down_is_said_and_nothing_is_lost(customer: Customer) -> None:
    broker = make_broker("amqp://guest:guest@127.0.0.1:1")
    with pytest.raises(BrokerDown):
        actors.tick(customer.office.shop, actors.register(broker, customer.office.shop))

    rung: list[object] = []
    actors.tick(customer.office.shop, IngestRings(rung.append, rung.append))
    assert len(rung) == len(AT_FIRST)


@pytest.mark.parametrize(
    ("error", "level"), [(IngestDatabaseDown("away"), logging.INFO), (KeyError("a bug"), logging.ERROR)], ids=repr
)
def test_an_outage_ends_an_actor_quietly_and_a_bug_does_not(
    customer: Customer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    level: int,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(actors, "carry_out", fail)
    monkeypatch.setattr(actors, "fetch_due", fail)
    broker = StubBroker(fail_fast_default=False)
    rings = actors.register(broker, customer.office.shop)

    with caplog.at_level(logging.INFO, "dramatiq.worker"):
        rings.fetch(customer.tenant)
        for job in Job:
            rings.job(Due(customer.tenant, job))
        worker = dramatiq.Worker(broker, worker_timeout=50, worker_threads=2)
        worker.start()
        broker.join(INGEST)
        worker.stop()

    failed = [line.levelno for line in caplog.records if line.message.startswith("Failed to process")]
    assert failed == [level] * (1 + len(Job))


def test_what_is_over_is_tidied_away(customer: Customer) -> None:
    office = customer.office
    with office.shop.database() as db:
        db.execute(
            "INSERT INTO inbox (tenant_id, call_id, delivery, state, settled_at)"
            " SELECT %s, gen_random_uuid(), gen_random_uuid(), state, now() - age FROM (VALUES"
            " ('DONE', interval '8 days'), ('DONE', interval '6 days'), ('DEAD', interval '8 days')) AS t (state, age)",
            (customer.tenant,),
        )
        db.execute(
            "INSERT INTO inbox (tenant_id, call_id, delivery, state, settled_at, received_at)"
            " VALUES (%s, gen_random_uuid(), gen_random_uuid(), 'DEAD', now(), now() - interval '38 days')",
            (customer.tenant,),
        )
        db.execute("UPDATE consent_attempts SET expires_at = expires_at - interval '2 days'")

    actors.tidy(office.shop)

    assert office.rows("SELECT state FROM inbox ORDER BY state") == [("DEAD",), ("DONE",)]
    assert office.rows("SELECT * FROM consent_attempts") == []


def test_secrets_graph_never_answered_for_are_forgotten_when_nothing_can_come_with_them(customer: Customer) -> None:
    office = customer.office
    with office.shop.database() as db:
        schedule.enlist(db, customer.tenant, Job.SUBSCRIPTION, office.clock.now())
    carry_out(office.shop, Due(customer.tenant, Job.SUBSCRIPTION))
    with office.shop.database() as db:
        for secret, age in (("old", timedelta(hours=6)), ("fresh", timedelta(hours=4))):
            at = office.clock.now() - age
            subscription_rows.await_notifications(db, customer.tenant, office.directory, secret, "calls", at)
    named = office.rows("SELECT client_state_hash FROM graph_subscriptions WHERE subscription_id IS NOT NULL")

    actors.tidy(office.shop)

    kept = office.rows("SELECT client_state_hash FROM graph_subscriptions")
    assert sorted(kept) == sorted([*named, (hashed("fresh"),)])
    assert len(named) == 1


def test_fetches_and_short_jobs_pass_long_reads(customer: Customer) -> None:
    broker = StubBroker()
    rings = actors.register(broker, customer.office.shop)
    for job in Job:
        rings.job(Due(customer.tenant, job))
    rings.fetch(customer.tenant)

    rung = [dramatiq.Message.decode(each) for each in broker.queues[INGEST].queue]

    first = {each.args[1:] for each in rung if broker.get_actor(each.actor_name).priority == 0}
    assert first == {(), ("consent",), ("subscription",), ("permissions",)}
    assert len(rung) == 1 + len(Job)
