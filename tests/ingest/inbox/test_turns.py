"""Turns: one fetcher a tenant, no tenant at another's cost, nothing lost when a worker is killed."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import dramatiq
import pytest

from app.broker import make_broker
from app.ingest import actors, dead_letters, inbox
from app.ingest import fetch as fetching
from app.ingest.dead_letters import CALLS
from app.ingest.feeds import carry_out
from app.ingest.fetch import fetch_due
from app.ingest.graph_errors import ConsentLost
from app.ingest.limiter import Limiter
from app.ingest.schedule import Due, Job
from tests.database import Database
from tests.ingest.inbox.conftest import Customer
from tests.ingest.office import Office, open_office

RECORDS = "communications/callRecords"


@pytest.fixture
def neighbours(database: Database) -> Iterator[tuple[Customer, Customer]]:
    """Two customers of one office, each with two days of calls notified."""
    with open_office(database, tenants=2) as office:
        customers = []
        for directory in office.world.companies:
            invitation = office.invite(f"Customer of {directory}")
            office.consent(invitation, as_tenant=directory)
            carry_out(office.shop, Due(invitation.tenant, Job.SUBSCRIPTION))
            customers.append(Customer(office, invitation.tenant))
        office.let_pass(days=2)
        yield customers[0], customers[1]


def directory_of(customer: Customer) -> str:
    query = "SELECT directory_id FROM tenant_directory WHERE tenant_id = %s"
    return str(customer.office.rows(query, customer.tenant)[0][0])


def states(customer: Customer) -> dict[str, int]:
    query = "SELECT state, count(*) FROM inbox WHERE tenant_id = %s GROUP BY state"
    return dict(customer.office.rows(query, customer.tenant))


@contextmanager
def one_thread(office: Office) -> Iterator[actors.IngestRings]:
    broker = make_broker("stub://")
    rings = actors.register(broker, office.shop)
    worker = dramatiq.Worker(broker, worker_timeout=20, worker_threads=1)
    worker.start()
    try:
        yield rings
    finally:
        worker.stop()
        broker.close()


def eventually(reached: "Iterator[bool]") -> bool:
    pause = threading.Event()
    for _ in range(400):
        if next(reached):
            return True
        pause.wait(0.025)
    return False


def test_a_throttled_tenant_holds_no_thread_and_no_neighbour(neighbours: tuple[Customer, Customer]) -> None:
    throttled, other = neighbours
    office = other.office
    where = {"path": RECORDS, "tenant": directory_of(throttled), "times": None}
    office.control("/_faults", kind="throttle", retry_after="5", **where)
    shop = replace(office.shop, access=replace(office.shop.access, limiter=Limiter(office.shop.pool)))
    office.shop = shop

    with one_thread(office) as rings:
        rings.fetch(throttled.tenant)
        rings.fetch(other.tenant)
        done = eventually(iter(lambda: list(states(other)) == ["DONE"], None))

    assert done
    assert list(states(throttled)) == ["PENDING"]
    assert office.rows("SELECT max(attempts) FROM inbox WHERE tenant_id = %s", throttled.tenant) == [(0,)]
    with office.shop.database() as db:
        assert inbox.due_tenants(db) == []


def test_a_long_queue_of_one_tenant_lets_others_have_their_turn(
    neighbours: tuple[Customer, Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, other = neighbours
    monkeypatch.setattr(fetching, "TURN_S", 0.2)
    with busy.office.shop.database() as db:
        db.execute(
            "INSERT INTO inbox (tenant_id, call_id, delivery, due_at)"
            " SELECT %s, gen_random_uuid(), gen_random_uuid(), now() - interval '1 h' FROM generate_series(1, 30000)",
            (busy.tenant,),
        )

    with one_thread(busy.office) as rings:
        rings.fetch(busy.tenant)
        rings.fetch(other.tenant)
        done = eventually(iter(lambda: list(states(other)) == ["DONE"], None))

    assert done
    assert states(busy)["PENDING"] > 25_000


def test_two_workers_never_fetch_for_one_tenant_at_once(customer: Customer) -> None:
    customer.office.let_pass(days=2)
    calls = len(customer.office.rows("SELECT call_id FROM inbox"))
    customer.office.control("/_faults", path=r"callRecords/[0-9a-f-]{36}\?", kind="slow", seconds=0.05, times=None)

    with ThreadPoolExecutor(4) as workers:
        jobs = [workers.submit(asyncio.run, fetch_due(customer.office.shop, customer.tenant)) for _ in range(4)]
        more = [job.result() for job in jobs]

    assert more == [False] * 4
    assert customer.office.world.faults[0].hits == calls
    assert customer.office.rows("SELECT DISTINCT state, attempts FROM inbox") == [("DONE", 1)]


def test_the_turn_of_a_killed_worker_ends_with_its_lease(customer: Customer) -> None:
    customer.office.let_pass(days=2)
    shop = customer.office.shop
    with shop.database() as db:
        assert inbox.take_turn(db, customer.tenant, uuid4(), timedelta(seconds=0.5))
        held = inbox.due_tenants(db)

    while_held = asyncio.run(fetch_due(shop, customer.tenant)), list(customer.states())
    threading.Event().wait(0.6)
    with shop.database() as db:
        due_again = [tenant for tenant, _ in inbox.due_tenants(db)]
    asyncio.run(fetch_due(shop, customer.tenant))

    assert (held, while_held, due_again) == ([], (False, ["PENDING"]), [customer.tenant])
    assert list(customer.states()) == ["DONE"]


def test_what_a_turn_did_not_come_to_is_due_as_if_untouched(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.office.let_pass(days=2)
    customer.office.control("/_faults", path=r"callRecords/[0-9a-f-]{36}\?", kind="slow", seconds=0.3, times=None)
    monkeypatch.setattr(fetching, "TURN_S", 0.2)
    shop = replace(customer.office.shop, access=replace(customer.office.shop.access, concurrency=2))

    more = asyncio.run(fetch_due(shop, customer.tenant))

    left = customer.office.rows("SELECT state, attempts, reason, count(*) FROM inbox GROUP BY 1, 2, 3 ORDER BY 1")
    assert more
    assert left[0] == ("DONE", 1, None, 2)
    assert left[1][:3] == ("PENDING", 0, None)
    with shop.database() as db:
        assert [tenant for tenant, _ in inbox.due_tenants(db)] == [customer.tenant]


def test_a_payload_that_cannot_be_translated_is_kept_whole_until_it_can(customer: Customer) -> None:
    office = customer.office
    office.let_pass(days=1)
    (call,) = office.rows("SELECT call_id FROM inbox LIMIT 1")[0]
    office.control("/_faults", path=f"callRecords/{call}", kind="mistype", property="version", value="x", times=None)

    for _ in range(2):
        asyncio.run(fetch_due(office.shop, customer.tenant))
        customer.make_due()
    with office.shop.database() as db:
        (letter,) = dead_letters.listed(db)
        ((_, payload),) = dead_letters.payloads(db, str(call))
    office.browser.delete(f"{office.simulator}/_faults")
    asyncio.run(fetch_due(office.shop, customer.tenant))

    assert (letter.tenant, letter.feed, letter.key, letter.times) == (customer.tenant, CALLS, str(call), 2)
    assert letter.reason == "BAD_UPSTREAM_ANSWER"
    assert '"version":"x"' in payload
    assert '"sessions":[{' in payload
    assert list(customer.states()) == ["DONE"]
    with office.shop.database() as db:
        assert dead_letters.listed(db) == []


@pytest.mark.parametrize("received", ["31 days", "1 hour"])
def test_a_call_older_than_graph_keeps_it_is_given_up_for_that_reason(customer: Customer, received: str) -> None:
    office, unheard_of = customer.office, uuid4()
    with office.shop.database() as db:
        db.execute(
            "INSERT INTO inbox (tenant_id, call_id, delivery, received_at)"
            " VALUES (%s, %s, gen_random_uuid(), now() - %s::interval)",
            (customer.tenant, unheard_of, received),
        )

    asyncio.run(fetch_due(office.shop, customer.tenant))

    expected = ("DEAD", "CALL_FORGOTTEN") if received == "31 days" else ("PENDING", "GRAPH_NOT_FOUND")
    assert office.rows("SELECT state, reason FROM inbox WHERE call_id = %s", unheard_of) == [expected]


def test_a_known_call_that_graph_has_forgotten_is_given_up(customer: Customer) -> None:
    office = customer.office
    office.let_pass(days=1)
    asyncio.run(fetch_due(office.shop, customer.tenant))
    (call,) = office.rows("SELECT call_id FROM inbox LIMIT 1")[0]
    office.let_pass(days=32)
    with office.shop.database() as db:
        db.execute("DELETE FROM inbox")
        db.execute(
            "INSERT INTO inbox (tenant_id, call_id, delivery) VALUES (%s, %s, %s)", (customer.tenant, call, uuid4())
        )

    asyncio.run(fetch_due(office.shop, customer.tenant))

    assert office.rows("SELECT state, reason FROM inbox") == [("DEAD", "CALL_FORGOTTEN")]


def test_a_lost_consent_costs_no_attempt_and_has_the_permissions_looked_at(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = customer.office
    office.let_pass(days=1)

    def refuse(directory: UUID, *, fresh: bool = False) -> str:
        raise ConsentLost(f"{directory} does not know SUA")

    with office.shop.database() as db:
        db.execute("UPDATE schedule SET due_at = now() + interval '300 days' WHERE job = 'permissions'")
    monkeypatch.setattr(type(office.shop.access.tokens), "acquire", lambda self, *args, **more: refuse(*args, **more))
    asyncio.run(fetch_due(office.shop, customer.tenant))

    assert office.rows("SELECT DISTINCT state, attempts, reason FROM inbox") == [("PENDING", 0, "CONSENT_LOST")]
    due = "SELECT due_at <= %s FROM schedule WHERE job = 'permissions'"
    assert office.rows(due, office.shop.desk.now()) == [(True,)]
    with office.shop.database() as db:
        assert inbox.due_tenants(db) == []
