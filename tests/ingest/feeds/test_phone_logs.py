"""The telephone logs as a job of the schedule."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.domain.events.charging import DirectRoutingCallLogged, PstnCallCharged
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.ingest import dead_letters, schedule
from app.ingest.feeds import carry_out
from app.ingest.phone_logs import AFTER_LICENCES
from app.ingest.schedule import Due, Job
from app.simulator.phone_log_rows import logs_at
from tests.database import Database
from tests.ingest.feeds.conftest import Customer
from tests.ingest.office import TODAY, Office, open_office


@pytest.fixture(scope="module")
def office(module_database: Database) -> Iterator[Office]:
    with open_office(module_database, days_history=20) as office:
        yield office


@pytest.fixture(autouse=True)
def others_rest(customer: Customer) -> None:
    """Only the telephone logs are due."""
    with customer.office.shop.database() as db:
        db.execute("DELETE FROM schedule WHERE job <> 'phone_logs'")
        db.execute("DELETE FROM dead_letters")


def carry(customer: Customer) -> bool:
    with customer.office.shop.database() as db:
        db.execute("UPDATE schedule SET held_until = '-infinity'")
    return carry_out(customer.office.shop, Due(customer.tenant, Job.PHONE_LOGS))


def rows(customer: Customer) -> tuple[set[str], set[str]]:
    facts = [each.event for each in customer.office.shop.desk.store.read(customer.tenant, after=0, limit=10_000)]
    return (
        {str(fact.call.row) for fact in facts if isinstance(fact, PstnCallCharged)},
        {str(fact.call.row) for fact in facts if isinstance(fact, DirectRoutingCallLogged)},
    )


def true_rows(customer: Customer) -> tuple[set[str], set[str]]:
    world = customer.office.world
    logs = logs_at(next(iter(world.companies.values())), world.now)
    return {row.id for row in logs.pstn}, {row.id for row in logs.direct_routing}


def entry(customer: Customer) -> schedule.Entry:
    with customer.office.shop.database() as db:
        (found,) = schedule.listed(db, customer.tenant)
    return found


def test_both_logs_are_read_and_due_again_in_the_next_night(customer: Customer) -> None:
    before = customer.office.shop.desk.now()

    assert carry(customer)

    assert rows(customer) == true_rows(customer)
    assert min(map(len, rows(customer))) > 5
    again = entry(customer)
    assert (again.failures, again.last_reason) == (0, None)
    assert before < again.due_at <= before + timedelta(days=1) + AFTER_LICENCES
    assert not carry(customer)


def test_a_log_that_fails_is_tried_again_and_the_other_not_read_twice(customer: Customer) -> None:
    customer.office.control("/_faults", path="getDirectRoutingCalls", kind="server_error", status=500, times=9)

    assert carry(customer)
    half, failed = rows(customer), entry(customer)
    customer.office.browser.delete(f"{customer.office.simulator}/_faults")
    customer.office.control("/_faults", path="getPstnCalls", kind="server_error", status=500, times=9)
    assert carry(customer)

    assert half == (true_rows(customer)[0], set())
    assert (failed.failures, failed.last_reason) == (1, "GRAPH_UNAVAILABLE")
    assert rows(customer) == true_rows(customer)
    runs = {
        feed: [
            (type(fact), fact.run)
            for fact in customer.office.facts(customer.tenant, f"coverage/{feed}")
            if isinstance(fact, SnapshotTaken | SnapshotFailed)
        ]
        for feed in (Feed.PSTN, Feed.DIRECT_ROUTING)
    }
    ((_, run),) = runs[Feed.PSTN]
    assert runs[Feed.DIRECT_ROUTING] == [(SnapshotFailed, run), (SnapshotTaken, run)]


def test_a_row_set_aside_is_a_dead_letter_until_a_later_read_understands_it(customer: Customer) -> None:
    customer.office.control("/_faults", path="getPstnCalls", kind="mistype", property="currency", value=7, times=1)

    assert carry(customer)
    with customer.office.shop.database() as db:
        kept = dead_letters.listed(db, customer.tenant)
    spoilt = true_rows(customer)[0] - rows(customer)[0]
    customer.office.browser.delete(f"{customer.office.simulator}/_faults")
    customer.office.let_pass(hours=1)
    with customer.office.shop.database() as db:
        schedule.enlist(db, customer.tenant, Job.PHONE_LOGS, customer.office.shop.desk.now())
    assert carry(customer)

    assert spoilt
    assert {(each.feed, each.key, each.reason) for each in kept} == {
        ("pstn", row, "BAD_UPSTREAM_ANSWER") for row in spoilt
    }
    assert rows(customer) == true_rows(customer)
    with customer.office.shop.database() as db:
        assert dead_letters.listed(db, customer.tenant) == []


def test_a_row_without_an_id_is_kept_until_every_row_is_understood(customer: Customer) -> None:
    customer.office.control("/_faults", path="getPstnCalls", kind="missing", property="id", times=1)

    assert carry(customer)
    with customer.office.shop.database() as db:
        kept = dead_letters.listed(db, customer.tenant)
    customer.office.let_pass(hours=1)
    with customer.office.shop.database() as db:
        schedule.enlist(db, customer.tenant, Job.PHONE_LOGS, customer.office.shop.desk.now())
    assert carry(customer)

    assert len(kept) == 1
    assert rows(customer) == true_rows(customer)
    with customer.office.shop.database() as db:
        assert dead_letters.listed(db, customer.tenant) == []


def test_lost_consent_is_refused_and_takes_nothing(customer: Customer) -> None:
    customer.office.world.consents.clear()
    customer.office.shop.access.tokens._applications.clear()

    assert carry(customer)

    assert rows(customer) == (set(), set())
    assert customer.office.clock.now() >= TODAY
