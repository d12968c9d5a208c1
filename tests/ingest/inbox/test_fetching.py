"""From notifications to facts: each call once, whatever order, repeats and faults come."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.domain.errors import FactUnreadable
from app.domain.events import Event
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import CallId
from app.ingest import fetch_batch as fetching
from app.ingest import inbox
from app.ingest.call_records import CallPages, read_pages
from app.ingest.fetch import fetch_due
from app.ingest.fetch_outcome import ATTEMPTS_MAX
from app.ingest.graph_client import GraphClient
from tests.ingest.inbox.conftest import Customer


def fetch(customer: Customer) -> bool:
    return asyncio.run(fetch_due(customer.office.shop, customer.tenant))


def revisions(facts: dict[UUID, list[Event]]) -> dict[str, list[int]]:
    return {
        str(call): [fact.call.revision for fact in each if isinstance(fact, CallCompleted | CallRevised)]
        for call, each in facts.items()
    }


def truth(customer: Customer) -> dict[str, int]:
    """Newest version of every call the company has shown."""
    company = customer.office.world.companies[str(customer.office.directory)]
    now = customer.office.world.now
    return {call.id: version.version for call in company.calls if (version := call.version_at(now)) is not None}


def test_every_notified_call_is_recorded_as_graph_shows_it(customer: Customer) -> None:
    customer.office.let_pass(days=2)

    fetch(customer)

    recorded = {call: versions[-1] for call, versions in revisions(customer.call_facts()).items()}
    assert recorded == truth(customer)
    assert len(recorded) > 5
    assert list(customer.states()) == ["DONE"]


def test_a_fetch_with_nothing_new_adds_nothing(customer: Customer) -> None:
    customer.office.let_pass(days=2)
    fetch(customer)
    head = customer.office.shop.desk.store.head(customer.tenant)

    customer.office.control("/_notifications/resend", tenant=str(customer.office.directory))
    customer.office.control("/_notifications/flush")
    fetch(customer)

    assert customer.states() == {"DONE": 2 * len(truth(customer))}
    assert customer.office.shop.desk.store.head(customer.tenant) == head


def test_three_copies_out_of_order_make_the_facts_of_one(customer: Customer) -> None:
    customer.office.control("/_notifications/rules", copies=3, shuffle=True, batch=7)
    customer.office.let_pass(days=1)
    customer.office.let_pass(days=1)

    fetch(customer)

    facts = customer.call_facts()
    assert revisions(facts) == {call: [version] for call, version in truth(customer).items()}
    assert all(isinstance(each[0], CallCompleted) for each in facts.values())


def test_a_later_version_revises_the_call(customer: Customer) -> None:
    versions_seen: dict[str, set[int]] = {}
    customer.office.control("/_calls/rules", revised_share=1.0)
    for _ in range(11):
        customer.office.let_pass(hours=6)
        fetch(customer)
        for call, version in truth(customer).items():
            versions_seen.setdefault(call, set()).add(version)

    customer.office.control("/_calls/rules", revised_share=0.0)
    recorded = revisions(customer.call_facts())
    assert recorded == {call: sorted(versions) for call, versions in versions_seen.items()}
    assert max(len(versions) for versions in versions_seen.values()) > 1


def test_notifications_of_one_call_cost_one_request(customer: Customer) -> None:
    customer.office.let_pass(days=2)
    customer.office.control("/_notifications/resend", tenant=str(customer.office.directory))
    customer.office.control("/_notifications/flush")
    customer.office.control("/_faults", path=r"callRecords/[0-9a-f-]{36}\?", kind="slow", seconds=0, times=None)

    fetch(customer)

    assert customer.office.world.faults[0].hits == len(truth(customer))


def test_a_lease_of_a_killed_worker_ends_and_nothing_is_lost(customer: Customer) -> None:
    customer.office.let_pass(days=2)
    with customer.office.shop.database() as db:
        taken = inbox.claim(db, customer.tenant, limit=1000, lease=customer.office.shop.lease)

    while_leased = fetch(customer), customer.call_facts()[taken[0].call]
    customer.make_due()
    fetch(customer)

    assert while_leased == (False, [])
    assert len(revisions(customer.call_facts())) == len(truth(customer))
    assert list(customer.states()) == ["DONE"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "server_error", "retry_after": None}, "GRAPH_UNAVAILABLE"),
        ({"kind": "cut"}, "GRAPH_UNAVAILABLE"),
        ({"kind": "truncate"}, "BAD_UPSTREAM_ANSWER"),
        ({"kind": "html"}, "BAD_UPSTREAM_ANSWER"),
        ({"kind": "missing", "property": "version"}, "BAD_UPSTREAM_ANSWER"),
        ({"kind": "mistype", "property": "startDateTime", "value": 5}, "BAD_UPSTREAM_ANSWER"),
        ({"kind": "status", "status": 404}, "GRAPH_NOT_FOUND"),
        ({"kind": "status", "status": 403}, "GRAPH_FORBIDDEN"),
    ],
    ids=str,
)
def test_a_fault_puts_the_call_off_and_it_is_fetched_later(
    silent_customer: Customer, fault: dict[str, object], reason: str
) -> None:
    customer = silent_customer
    heard_of = customer.call_facts()
    call = next(UUID(call) for call in truth(customer) if UUID(call) not in heard_of)
    customer.office.control("/_notifications/resend", tenant=str(customer.office.directory), calls=[str(call)])
    customer.office.control("/_notifications/flush")
    customer.office.control("/_faults", path="communications/callRecords", times=None, **fault)

    fetch(customer)

    put_off = customer.office.rows("SELECT state, attempts, reason, due_at > now() FROM inbox WHERE call_id = %s", call)
    assert put_off == [("PENDING", 1, reason, True)]
    assert customer.call_facts()[call] == []

    customer.office.browser.delete(f"{customer.office.simulator}/_faults")
    customer.make_due()
    fetch(customer)
    assert revisions(customer.call_facts())[str(call)] == [truth(customer)[str(call)]]


@pytest.mark.parametrize(
    ("fault", "reason"), [(FactUnreadable("secret"), "FACT_UNREADABLE"), (KeyError("secret"), "INTERNAL")], ids=repr
)
def test_a_bug_costs_its_own_call_attempts_and_no_other(
    silent_customer: Customer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
    reason: str,
) -> None:
    customer = silent_customer
    heard_of = customer.call_facts()
    calls = [call for call in truth(customer) if UUID(call) not in heard_of][:3]
    poisoned = UUID(calls[1])
    customer.office.control("/_notifications/resend", tenant=str(customer.office.directory), calls=calls)
    customer.office.control("/_notifications/flush")

    async def read(client: GraphClient, wanted: CallId) -> CallPages:
        if wanted == poisoned:
            raise fault
        return await read_pages(client, wanted)

    monkeypatch.setattr(fetching, "read_pages", read)
    with caplog.at_level(logging.ERROR, "sua"), pytest.raises(type(fault)):
        fetch(customer)

    query = "SELECT state, reason FROM inbox WHERE call_id = ANY (%s::uuid[]) ORDER BY state"
    assert customer.office.rows(query, calls) == [("DONE", None), ("DONE", None), ("PENDING", reason)]
    said = [(line.message, vars(line)["values"]) for line in caplog.records]
    assert said == [("fetch.fault", {"call": poisoned, "error": type(fault).__name__, "code": reason})]

    with customer.office.shop.database() as db:
        db.execute("UPDATE inbox SET attempts = %s WHERE call_id = %s", (ATTEMPTS_MAX - 1, poisoned))
    customer.make_due()
    with pytest.raises(type(fault)):
        fetch(customer)
    assert customer.office.rows(query, calls) == [("DEAD", reason), ("DONE", None), ("DONE", None)]


def test_a_fetch_slower_than_the_lease_keeps_its_call_to_itself(silent_customer: Customer) -> None:
    customer = silent_customer
    shop = replace(customer.office.shop, lease=timedelta(seconds=0.6))
    heard_of = customer.call_facts()
    slow, quick = [call for call in truth(customer) if UUID(call) not in heard_of][:2]
    customer.office.control("/_notifications/resend", tenant=str(customer.office.directory), calls=[slow, quick])
    customer.office.control("/_notifications/flush")
    customer.office.control("/_faults", path=f"callRecords/{slow}", kind="slow", seconds=2.0, times=1)

    these = "call_id = ANY (%s::uuid[])"

    async def second_worker() -> list[tuple[object, ...]]:
        await asyncio.sleep(1.4)
        await fetch_due(shop, customer.tenant)
        return customer.office.rows(f"SELECT state FROM inbox WHERE {these} ORDER BY 1", [slow, quick])

    with ThreadPoolExecutor() as workers:
        first = workers.submit(asyncio.run, fetch_due(shop, customer.tenant))
        meanwhile = workers.submit(asyncio.run, second_worker()).result()
        first.result()

    assert meanwhile == [("DONE",), ("PENDING",)]
    ended = customer.office.rows(f"SELECT state, attempts FROM inbox WHERE {these}", [slow, quick])
    assert ended == [("DONE", 1), ("DONE", 1)]


def test_a_wait_graph_asks_for_is_kept_and_costs_no_attempt(customer: Customer) -> None:
    customer.office.let_pass(days=2)
    customer.office.control(
        "/_faults", path="communications/callRecords", kind="throttle", retry_after="600", times=None
    )

    fetch(customer)
    with customer.office.shop.database() as db:
        due_meanwhile = inbox.due_tenants(db)
    asked = customer.office.world.faults[0].hits
    fetch(customer)

    query = "SELECT DISTINCT state, attempts, reason, due_at >= now() + interval '590 s' FROM inbox"
    assert customer.office.rows(query) == [("PENDING", 0, "GRAPH_THROTTLED", True)]
    assert due_meanwhile == []
    assert asked == customer.office.world.faults[0].hits <= customer.office.shop.access.concurrency
    customer.office.browser.delete(f"{customer.office.simulator}/_faults")
    customer.make_due()
    fetch(customer)
    assert list(customer.states()) == ["DONE"]


def test_a_call_that_never_appears_is_given_up_and_can_be_replayed(customer: Customer) -> None:
    unheard_of = uuid4()
    with customer.office.shop.database() as db:
        db.execute(
            "INSERT INTO inbox (tenant_id, call_id, delivery, attempts) VALUES (%s, %s, %s, %s)",
            (customer.tenant, unheard_of, uuid4(), ATTEMPTS_MAX - 1),
        )

    fetch(customer)

    with customer.office.shop.database() as db:
        listed = inbox.listed(db, customer.tenant, states=["DEAD"])
        replayed = inbox.replay(db, customer.tenant, listed[0].call)
        again = inbox.listed(db, customer.tenant)
    assert [(item.call, item.state, item.reason) for item in listed] == [(unheard_of, "DEAD", "GRAPH_NOT_FOUND")]
    assert replayed == 1
    assert [(item.state, item.attempts) for item in again] == [("PENDING", 0)]


def test_items_of_a_customer_who_left_are_dead(customer: Customer) -> None:
    customer.office.let_pass(days=2)
    with customer.office.shop.database() as db:
        db.execute("DELETE FROM tenant_directory")

    fetch(customer)

    assert customer.office.rows("SELECT DISTINCT state, reason FROM inbox") == [("DEAD", "CONSENT_MISSING")]
