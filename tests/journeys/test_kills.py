"""Killed with -9 wherever it hurts: at the end nothing is lost, and nothing is twice."""

import random
import time
from pathlib import Path

import psycopg
import pytest

from app.ops.demo.truth import held
from tests.brokers import AMQP, REDIS
from tests.database import Database
from tests.journeys import aftermath
from tests.journeys.customer import Customer, Sender, company, connect, control
from tests.journeys.processes import installed, log_of, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = 20
SEED = 20
LONGEST_LIFE_S = 0.8
"""Of a worker that is to be killed, from the moment it takes messages."""


@pytest.mark.parametrize("broker_url", [AMQP, REDIS], indirect=True)
def test_a_worker_killed_twenty_times_loses_nothing_and_does_nothing_twice(
    database: Database, broker_url: str, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    with company(KILLS + 1) as simulated, installed(database, broker_url, simulated, tmp_path) as sua:
        sua.serve()
        sua.scheduler()
        first = sua.worker()
        customer = connect(sua, simulated, database)
        customer.settle()
        first.kill()

        caught = 0
        for _ in range(KILLS):
            worker = sua.start("worker")
            customer.one_day_passes()
            started(worker)
            time.sleep(chance.uniform(0, LONGEST_LIFE_S))
            worker.kill()
            caught += _work_is_half_done(customer)
        sua.worker()
        customer.settle()
        customer.one_day_passes()
        customer.settle()

        assert caught >= KILLS // 4, f"only {caught} of {KILLS} kills met work half done"
        with log_of(sua) as (pool, store):
            facts = store.read(customer.tenant, after=0, limit=1_000_000)
            assert aftermath.newest_revisions(facts) == customer.revisions()
            assert aftermath.seats_held(store, customer.tenant) == held(customer.truth())
            aftermath.assert_nothing_twice(facts)
            aftermath.assert_tables_follow_from_the_log(pool, store, customer.tenant)


@pytest.mark.parametrize("broker_url", [REDIS], indirect=True)
def test_what_a_killed_web_process_accepted_is_in_the_inbox_and_graph_sends_the_rest_again(
    database: Database, broker_url: str, tmp_path: Path
) -> None:
    with company(days=4) as simulated, installed(database, broker_url, simulated, tmp_path) as sua:
        control(simulated, "/_notifications/rules", give_up_seconds=120.0)
        web, worker, scheduler = sua.serve(), sua.worker(), sua.scheduler()
        customer = connect(sua, simulated, database)
        customer.settle()
        worker.kill()
        scheduler.kill()
        sender = Sender(sua, customer)

        with sender.sending():
            for _ in range(4):
                customer.one_day_passes()
                time.sleep(0.5)
                web.kill()
                web = sua.serve()
            time.sleep(0.5)
        sent = control(simulated, "/_notifications/flush")

        stored = customer.inbox()
        assert sender.cut_off > 0, "no kill met a request"
        assert len(sender.accepted) > 100
        assert sender.accepted - stored == set()
        assert sent["failed"] == 0
        assert customer.revisions().keys() - stored == set()


def _work_is_half_done(customer: Customer) -> bool:
    """Whether the worker just killed has left an item or a job behind that it had taken."""
    with psycopg.connect(customer.database.owner_dsn) as db:
        row = db.execute(
            "SELECT EXISTS (SELECT FROM inbox WHERE tenant_id = %(tenant)s AND state = 'PENDING' AND attempts > 0)"
            " OR EXISTS (SELECT FROM schedule WHERE tenant_id = %(tenant)s AND held_until > now())",
            {"tenant": customer.tenant},
        ).fetchone()
    return row == (True,)
