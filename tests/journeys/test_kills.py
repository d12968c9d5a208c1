"""Killed with -9 wherever it hurts: at the end nothing is lost, and nothing is twice."""

import random
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from app.domain.ids import TenantId
from app.ingest import schedule
from app.ingest.notifications import hashed
from app.ingest.schedule import Job
from app.ops.demo.machines import Company, Simulator, simulator
from app.ops.demo.truth import held
from tests.brokers import AMQP, REDIS
from tests.database import Database
from tests.journeys import aftermath
from tests.journeys.processes import CLIENT_ID, CLIENT_SECRET, connect_customer, control, installed, log_of, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

KILLS = 20
SEED = 20
USERS = 60
LONGEST_LIFE_S = 1.0
"""Of a worker that is to be killed, from the moment it takes messages."""

_SETTLING_S = 45.0


@pytest.fixture
def company() -> Iterator[Simulator]:
    """A company whose days have all passed when the kills are over: SUA's processes live by the wall clock."""
    begins_on = datetime.now(UTC).date() - timedelta(days=KILLS + 3)
    begins_at = datetime.combine(begins_on, time_of_day(23, tzinfo=UTC))
    with simulator(Company(USERS, SEED, begins_at, 60, 0, CLIENT_ID, CLIENT_SECRET)) as running:
        yield running


@pytest.mark.parametrize("broker_url", [AMQP, REDIS], indirect=True)
def test_a_worker_killed_twenty_times_loses_nothing_and_does_nothing_twice(
    database: Database, broker_url: str, company: Simulator, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    with installed(database, broker_url, company, tmp_path) as sua:
        sua.serve()
        sua.scheduler()
        first = sua.worker()
        tenant = TenantId(UUID(connect_customer(sua, company)))
        _settle(company, database, tenant)
        first.kill()
        before = _revisions(company)

        caught = 0
        for _ in range(KILLS):
            _one_day_passes(company, database, tenant)
            worker = sua.worker()
            time.sleep(chance.uniform(0, LONGEST_LIFE_S))
            worker.kill()
            caught += _work_is_half_done(database, tenant)
        sua.worker()
        _settle(company, database, tenant)
        _one_day_passes(company, database, tenant)
        _settle(company, database, tenant)

        assert caught >= KILLS // 4, f"only {caught} of {KILLS} kills met work half done"
        with log_of(sua) as (pool, store):
            facts = store.read(tenant, after=0, limit=1_000_000)
            notified = dict(_revisions(company).items() - before.items())
            assert aftermath.newest_revisions(facts) == notified
            assert aftermath.seats_held(store, tenant) == held(_truth(company))
            aftermath.assert_nothing_twice(facts)
            aftermath.assert_tables_follow_from_the_log(pool, store, tenant)


@pytest.mark.parametrize("broker_url", [REDIS], indirect=True)
def test_what_a_killed_web_process_accepted_is_in_the_inbox_and_graph_sends_the_rest_again(
    database: Database, broker_url: str, company: Simulator, tmp_path: Path
) -> None:
    control(company, "/_notifications/rules", {"give_up_seconds": 120.0})
    with installed(database, broker_url, company, tmp_path) as sua:
        web, worker, scheduler = sua.serve(), sua.worker(), sua.scheduler()
        tenant = TenantId(UUID(connect_customer(sua, company)))
        _settle(company, database, tenant)
        worker.kill()
        scheduler.kill()
        before = _revisions(company)
        sender = _Sender(f"{sua.url}/webhooks/graph/notifications", company.directories[0])
        sender.become_known(database, tenant)

        with sender.sending():
            for _ in range(4):
                control(company, "/_clock/advance", {"days": 1})
                time.sleep(0.5)
                web.kill()
                web = sua.serve()
            time.sleep(0.5)
        sent = control(company, "/_notifications/flush", {})

        stored = _inbox(database, tenant)
        assert sender.cut_off > 0, "no kill met a request"
        assert len(sender.accepted) > 100
        assert sender.accepted - stored == set()
        assert sent["failed"] == 0
        assert {call for call, _ in _revisions(company).items() - before.items()} - stored == set()


class _Sender:
    """Sends notifications of calls nobody made, as Graph would, and keeps which were answered 202."""

    def __init__(self, url: str, directory: UUID) -> None:
        self.accepted: set[UUID] = set()
        self.cut_off = 0
        self._url = url
        self._directory = directory
        self._subscription = str(uuid4())
        self._secret = secrets.token_urlsafe(32)

    def become_known(self, database: Database, tenant: TenantId) -> None:
        with psycopg.connect(database.writer_dsn) as db:
            db.execute(
                "INSERT INTO graph_subscriptions"
                " (client_state_hash, tenant_id, directory_id, resource, subscription_id, created_at)"
                " VALUES (%s, %s, %s, '/communications/callRecords', %s, now())",
                (hashed(self._secret), tenant, self._directory, self._subscription),
            )

    @contextmanager
    def sending(self) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=self._send_until, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _send_until(self, stop: threading.Event) -> None:
        with httpx.Client(timeout=10) as graph:
            while not stop.wait(0.002):
                calls = [uuid4() for _ in range(5)]
                try:
                    answer = graph.post(self._url, json={"value": [self._item(call) for call in calls]})
                except httpx.ConnectError:
                    continue
                except httpx.TransportError:
                    self.cut_off += 1
                    continue
                if answer.status_code == 202:
                    self.accepted.update(calls)

    def _item(self, call: UUID) -> dict[str, str]:
        return {
            "subscriptionId": self._subscription,
            "clientState": self._secret,
            "tenantId": str(self._directory),
            "resource": f"communications/callRecords/{call}",
        }


def _one_day_passes(company: Simulator, database: Database, tenant: TenantId) -> None:
    """Its calls are notified from now on, and the day's read is due at once instead of at its hour."""
    control(company, "/_clock/advance", {"days": 1})
    with psycopg.connect(database.writer_dsn) as db:
        schedule.enlist(db, tenant, Job.COLLECT, datetime.now(UTC))


def _settle(company: Simulator, database: Database, tenant: TenantId) -> None:
    """Wait until every notification is delivered and fetched, every read done, every table at the log's end."""
    control(company, "/_notifications/flush", {})
    with psycopg.connect(database.owner_dsn, autocommit=True) as db:
        until(lambda: aftermath.is_settled(db, tenant), "the work to be done", _SETTLING_S)


def _work_is_half_done(database: Database, tenant: TenantId) -> bool:
    """Whether the worker just killed has left an item or a job behind that it had taken."""
    with psycopg.connect(database.owner_dsn) as db:
        row = db.execute(
            "SELECT EXISTS (SELECT FROM inbox WHERE tenant_id = %(tenant)s AND state = 'PENDING' AND attempts > 0)"
            " OR EXISTS (SELECT FROM schedule WHERE tenant_id = %(tenant)s AND held_until > now())",
            {"tenant": tenant},
        ).fetchone()
    return row == (True,)


def _inbox(database: Database, tenant: TenantId) -> set[UUID]:
    with psycopg.connect(database.owner_dsn) as db:
        return {call for (call,) in db.execute("SELECT call_id FROM inbox WHERE tenant_id = %s", (tenant,))}


def _truth(company: Simulator) -> dict[str, Any]:
    known = httpx.get(f"{company.url}/_truth/{company.directories[0]}", timeout=60).raise_for_status()
    said: dict[str, Any] = known.json()
    return said


def _revisions(company: Simulator) -> dict[UUID, int]:
    """Every call visible there now and its newest revision."""
    return {UUID(call["id"]): call["version"] for call in _truth(company)["calls"]}
