"""What SUA depends on goes away under running processes and comes back: said at once, healed without a restart."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.ops.demo.machines import Simulator
from app.ops.migrate import migrate
from app.ops.postgres import EmbeddedPostgres, find_binaries
from app.ops.tokens import mint
from tests.brokers import AMQP, REDIS
from tests.database import Database
from tests.journeys import aftermath
from tests.journeys.customer import Customer, Sender, company, connect, control
from tests.journeys.processes import Installation, Process, ended, installed, log_of, until
from tests.journeys.proxy import proxied

pytestmark = [pytest.mark.slow, pytest.mark.by_itself, pytest.mark.timeout(600)]

GRAPH_WAITS_S = 3.0
BACK_WITHIN_S = 30.0
ENDS_WITHIN_S = 12.0
AWAY_S = 6.0


@dataclass(frozen=True, slots=True)
class Office:
    """An installation with all its processes, and a customer whose first days it has read."""

    sua: Installation
    customer: Customer
    processes: tuple[Process, ...]

    def readiness(self) -> tuple[int, dict[str, str]]:
        """The status, and by name of a check what it said; "ok" where nothing is wrong."""
        answer = httpx.get(f"{self.sua.url}/readyz", timeout=20)
        return answer.status_code, {each["name"]: each["reason"] or "ok" for each in answer.json()["checks"]}

    def is_ready(self) -> bool:
        return self.readiness()[0] == 200

    def ask(self, token: str) -> Any:
        """The names of the tenants, as any portal would ask."""
        answer = httpx.post(
            f"{self.sua.url}/graphql",
            json={"query": "{ tenants(first: 1) { nodes { name } } }"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        return answer.json()

    def token(self) -> str:
        directory = self.customer.simulator.directories[0]
        login, audience = self.sua.setting("login_url"), self.sua.setting("token_audience")
        return mint(login, audience, directory, ["Sua.Customer.Viewer"], name="Viewer", seconds=3600)


@contextmanager
def office(database: Database, broker_url: str, simulated: Simulator, folder: Path) -> Iterator[Office]:
    with installed(database, broker_url, simulated, folder) as sua:
        processes = (sua.serve(), sua.worker(), sua.scheduler())
        customer = connect(sua, simulated, database)
        customer.settle()
        customer.one_day_passes()
        customer.settle()
        yield Office(sua, customer, processes)


@contextmanager
def own_postgres() -> Iterator[tuple[EmbeddedPostgres, Database]]:
    """A server this test alone may stop, and a migrated database in it."""
    home = Path(tempfile.mkdtemp(prefix="sua-test-", dir="/tmp"))
    home.chmod(0o711)  # so that the account root lends the server can walk through
    try:
        with EmbeddedPostgres(home / "pg", find_binaries()) as server:
            server.ensure_database("sua")
            dsns = [server.dsn(user, "sua") for user in ("postgres", "sua_writer", "sua_reader")]
            migrate(dsns[0])
            yield server, Database(*dsns)
    finally:
        shutil.rmtree(home)


@pytest.mark.parametrize("broker_url", [REDIS], indirect=True)
def test_postgresql_goes_away_and_comes_back(broker_url: str, tmp_path: Path) -> None:
    with (
        own_postgres() as (server, database),
        company(days=3) as simulated,
        office(database, broker_url, simulated, tmp_path) as all_of_it,
    ):
        token, sender = all_of_it.token(), Sender(all_of_it.sua, all_of_it.customer)
        control(simulated, "/_notifications/rules", give_up_seconds=120.0)
        known_before = _notified(sender, all_of_it.customer)

        server.stop()
        control(simulated, "/_clock/advance", days=1)
        meanwhile = [_notified(sender, all_of_it.customer) for _ in range(3)]
        answer, readiness = all_of_it.ask(token), all_of_it.readiness()
        time.sleep(AWAY_S)
        server.start()
        until(all_of_it.is_ready, "the doors to open again", BACK_WITHIN_S)
        all_of_it.customer.one_day_passes()
        all_of_it.customer.settle()

        assert known_before[0] == 202
        assert {status for status, _ in meanwhile} == {503}
        assert max(seconds for _, seconds in meanwhile) < GRAPH_WAITS_S
        assert answer["errors"][0]["extensions"]["code"] == "DATABASE_DOWN"
        assert readiness[0] == 503
        assert {name for name, said in readiness[1].items() if said != "ok"} == {
            "database, read side",
            "database, write side",
            "schema",
            "clocks",
        }
        answer = all_of_it.ask(token)
        assert (answer["data"], "errors" in answer) == ({"tenants": {"nodes": [{"name": "Northwind"}]}}, False)
        _assert_nothing_was_missed(all_of_it)


@pytest.mark.parametrize("broker_url", [AMQP, REDIS], indirect=True)
def test_the_broker_goes_away_with_its_rings_and_the_sweeper_makes_up_for_them(
    database: Database, broker_url: str, tmp_path: Path
) -> None:
    with (
        proxied(broker_url) as (broker, through),
        company(days=4) as simulated,
        office(database, through, simulated, tmp_path) as all_of_it,
    ):
        broker.cut()
        all_of_it.customer.one_day_passes()
        sent = control(simulated, "/_notifications/flush")
        readiness = all_of_it.readiness()
        time.sleep(AWAY_S)
        waiting = all_of_it.customer.inbox()
        broker.restore()
        until(all_of_it.is_ready, "the broker to be found again", BACK_WITHIN_S)
        all_of_it.customer.settle()

        assert (sent["failed"], sent["retries"]) == (0, 0)
        assert readiness == (503, {**readiness[1], "message broker": "BROKER_DOWN"})
        assert all_of_it.customer.revisions().keys() - waiting == set()
        _assert_nothing_was_missed(all_of_it)


@pytest.mark.parametrize("broker_url", [AMQP, REDIS], indirect=True)
def test_sigterm_ends_every_process_cleanly_in_the_middle_of_work(
    database: Database, broker_url: str, tmp_path: Path
) -> None:
    with company(days=4) as simulated, office(database, broker_url, simulated, tmp_path) as all_of_it:
        sender = Sender(all_of_it.sua, all_of_it.customer)
        control(simulated, "/_faults", path="callRecords|users", kind="slow", times=None, seconds=4.0)
        all_of_it.customer.one_day_passes()
        time.sleep(1)

        with sender.sending():
            time.sleep(0.5)
            ends = {process.name: process.terminate(ENDS_WITHIN_S) for process in all_of_it.processes}

        assert {name: code for name, (code, _) in ends.items()} == {"serve": 0, "worker": 0, "scheduler": 0}


@pytest.mark.parametrize("broker_url", [AMQP, REDIS], indirect=True)
def test_sigterm_ends_every_process_cleanly_while_the_broker_is_away(
    database: Database, broker_url: str, tmp_path: Path
) -> None:
    with (
        proxied(broker_url) as (broker, through),
        company(days=4) as simulated,
        office(database, through, simulated, tmp_path) as all_of_it,
    ):
        broker.cut()
        all_of_it.customer.one_day_passes()
        time.sleep(2)

        ends = {process.name: process.terminate(ENDS_WITHIN_S) for process in all_of_it.processes}

        assert {name: code for name, (code, _) in ends.items()} == {"serve": 0, "worker": 0, "scheduler": 0}


@pytest.mark.parametrize("broker_url", [REDIS], indirect=True)
def test_sigterm_ends_every_process_cleanly_while_postgresql_is_away(broker_url: str, tmp_path: Path) -> None:
    with (
        own_postgres() as (server, database),
        company(days=4) as simulated,
        office(database, broker_url, simulated, tmp_path) as all_of_it,
    ):
        server.stop()
        control(simulated, "/_clock/advance", days=1)
        time.sleep(2)

        ends = {process.name: process.terminate(ENDS_WITHIN_S) for process in all_of_it.processes}

        assert {name: code for name, (code, _) in ends.items()} == {"serve": 0, "worker": 0, "scheduler": 0}


def _notified(sender: Sender, customer: Customer) -> tuple[int, float]:
    """The answer to a notification of calls SUA knows already, and after how many seconds it came."""
    with httpx.Client(timeout=20) as graph:
        began = time.monotonic()
        answer = sender.send(graph, list(customer.revisions())[:5])
        return answer.status_code, time.monotonic() - began


def _assert_nothing_was_missed(all_of_it: Office) -> None:
    """The log has what the company knows, by processes none of which was started again."""
    assert not any(ended(process) for process in all_of_it.processes)
    with log_of(all_of_it.sua) as (pool, store):
        tenant = all_of_it.customer.tenant
        facts = store.read(tenant, after=0, limit=1_000_000)
        aftermath.assert_nothing_twice(facts)
        aftermath.assert_tables_follow_from_the_log(pool, store, tenant)
    fetched = aftermath.newest_revisions(facts)
    assert {call: fetched.get(call) for call in all_of_it.customer.revisions()} == all_of_it.customer.revisions()
