"""The daily read against a simulated customer: complete, or nothing of it taken."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.commands.record_snapshot import last_complete_read
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.licensing import LicenceRemoved, UserDeleted, UserSignedIn
from app.domain.events.tenancy import CapabilityChanged, ConsentWithdrawn
from app.domain.ids import UserId
from app.ingest import collect_directory
from app.simulator.truth import truth_at
from tests.ingest.collect.conftest import MONDAY, Site


def truth(site: Site) -> dict[str, dict[str, Any]]:
    """The simulator's own word, by user; those who left are gone."""
    told = truth_at(site.company, site.world.now, None, with_calls=False)
    return {user["id"]: user for user in told["users"] if user["deletedAt"] is None}


def held(site: Site) -> dict[str, set[tuple[str, str]]]:
    """SUA's log: who holds what by which path."""
    states = list(site.desk.store.seat_states(site.tenant))
    return {
        str(stored.user): {(str(each.sku), str(each.via or "direct")) for each in seat.holdings}
        for stored, seat in zip(states, site.desk.store.open_seats(site.tenant, states), strict=True)
        if seat.present
    }


def held_in_truth(site: Site) -> dict[str, set[tuple[str, str]]]:
    return {who: {(each["skuId"], each["via"]) for each in user["licences"]} for who, user in truth(site).items()}


async def test_a_read_shows_what_is_true(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect_directory, "USERS_PER_PAGE", 40)

    licences, sign_ins = await site.licences()

    assert (licences.failure, sign_ins.failure) == (None, None)
    assert held(site) == held_in_truth(site)
    assert licences.items == sign_ins.items == len(truth(site))
    taken = [fact for fact in site.facts() if isinstance(fact, SnapshotTaken)]
    assert [(fact.feed, fact.items, fact.facts, fact.happened_at) for fact in taken] == [
        (Feed.LICENCES, licences.items, licences.facts, MONDAY),
        (Feed.SIGN_INS, sign_ins.items, sign_ins.facts, MONDAY),
    ]


async def test_sign_ins_are_the_customers_own(site: Site) -> None:
    await site.licences()

    found = {str(fact.user): fact.successful for fact in site.facts() if isinstance(fact, UserSignedIn)}
    assert {who: None if at is None else at.isoformat() for who, at in found.items()} == {
        who: user["signIns"]["successful"] for who, user in truth(site).items() if any(user["signIns"].values())
    }


async def test_days_read_daily_end_where_the_customer_is(site: Site) -> None:
    await site.licences()

    for _ in range(5):
        site.live(timedelta(days=1))
        await site.licences()

    assert held(site) == held_in_truth(site)
    assert last_complete_read(site.tenant, Feed.LICENCES, site.desk) == site.world.now


async def test_the_same_read_twice_adds_only_that_it_was_taken(site: Site) -> None:
    await site.licences()
    before = site.head()

    again = await site.licences()

    assert [type(fact) for fact in site.facts(before)] == [SnapshotTaken, SnapshotTaken]
    assert [each.facts for each in again] == [0, 0]


async def test_the_same_run_twice_adds_nothing_at_all(site: Site) -> None:
    run = uuid4()
    await site.licences(run)
    await site.reports(run)
    before = site.head()

    site.live(timedelta(days=3))
    again = [*await site.licences(run), await site.reports(run)]

    assert site.head() == before
    assert [(each.closed, each.facts, each.failure) for each in again] == [(True, 0, None)] * 3


FAULTS: list[tuple[dict[str, object], str]] = [
    ({"kind": "server_error", "status": 500}, "GRAPH_UNAVAILABLE"),
    ({"kind": "throttle"}, "GRAPH_THROTTLED"),
    ({"kind": "cut"}, "GRAPH_UNAVAILABLE"),
    ({"kind": "truncate"}, "BAD_UPSTREAM_ANSWER"),
    ({"kind": "html"}, "BAD_UPSTREAM_ANSWER"),
    ({"kind": "missing", "property": "id"}, "BAD_UPSTREAM_ANSWER"),
    ({"kind": "missing", "property": "assignedLicenses"}, "BAD_UPSTREAM_ANSWER"),
    ({"kind": "mistype", "property": "accountEnabled"}, "BAD_UPSTREAM_ANSWER"),
    ({"kind": "foreign_link"}, "BAD_UPSTREAM_ANSWER"),
    ({"kind": "status", "status": 401}, "GRAPH_FORBIDDEN"),
    ({"kind": "status", "status": 403}, "GRAPH_FORBIDDEN"),
    ({"kind": "status", "status": 404}, "GRAPH_NOT_FOUND"),
    ({"kind": "status", "status": 410}, "GRAPH_GONE"),
]


@pytest.mark.parametrize("page", [1, 2])
async def test_a_read_that_breaks_anywhere_takes_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(collect_directory, "USERS_PER_PAGE", 25)
    await site.licences()
    site.live(timedelta(days=5))
    before = site.head()

    for fault, _ in FAULTS:
        site.fail(path="/users", times=None, skip=page - 1, **fault)
        await site.licences()

    told = [(type(fact), getattr(fact, "reason", None)) for fact in site.facts(before)]
    assert told == [(SnapshotFailed, reason) for _, reason in FAULTS]


async def test_a_failed_run_may_be_repeated_and_succeed(site: Site) -> None:
    run = uuid4()
    site.fail(path="/users", kind="truncate", times=2)

    failed = await site.licences(run)
    repaired = await site.licences(run)

    assert [type(each.failure).__name__ for each in failed] == ["BadUpstreamAnswer"]
    assert [each.failure for each in repaired] == [None, None]
    assert held(site) == held_in_truth(site)


async def test_products_that_cannot_be_read_leave_users_alone(site: Site) -> None:
    site.fail(path="/subscribedSkus", kind="mistype", property="consumedUnits", value="many", times=None)
    before = site.head()

    await site.licences()

    assert [type(fact) for fact in site.facts(before)] == [SnapshotFailed]


async def test_another_directorys_organisation_is_no_answer(site: Site) -> None:
    site.fail(path="/organization", kind="mistype", property="id", value=str(uuid4()), times=None)

    (failed,) = await site.licences()

    assert "organization" in str(failed.failure)


async def test_a_tenant_without_p1_has_licences_and_no_failure(site: Site) -> None:
    site.company.premium = False

    licences, sign_ins = await site.licences()
    before = site.head()
    await site.licences()

    assert (licences.closed, sign_ins.closed, sign_ins.failure) == (True, False, None)
    noted = [fact for fact in site.facts() if isinstance(fact, CapabilityChanged)]
    assert [(fact.capability, fact.available) for fact in noted] == [("entra_p1", False)]
    assert [type(fact) for fact in site.facts(before)] == [SnapshotTaken]


async def test_p1_bought_later_opens_the_sign_ins(site: Site) -> None:
    site.company.premium = False
    await site.licences()
    site.company.premium = True

    _, sign_ins = await site.licences()

    assert sign_ins.closed is True
    noted = [fact.available for fact in site.facts() if isinstance(fact, CapabilityChanged)]
    assert noted == [False, True]


async def test_sign_ins_that_fail_leave_the_licences_taken(site: Site) -> None:
    site.fail(path="signInActivity", kind="html", times=None)

    licences, sign_ins = await site.licences()

    assert (licences.failure, type(sign_ins.failure).__name__) == (None, "BadUpstreamAnswer")
    failed = [(fact.feed, fact.reason) for fact in site.facts() if isinstance(fact, SnapshotFailed)]
    assert failed == [(Feed.SIGN_INS, "BAD_UPSTREAM_ANSWER")]


async def test_lost_consent_is_noted_and_removes_nobody(site: Site) -> None:
    await site.licences()
    before = site.head()
    site.world.consents.clear()
    site.graph._access.tokens._applications.clear()
    site.graph._known_token = None

    (failed,) = await site.licences()
    await site.licences()

    assert failed.failure is not None
    assert failed.failure.code == "CONSENT_LOST"
    assert [(type(fact), getattr(fact, "reason", "")) for fact in site.facts(before)] == [
        (SnapshotFailed, "CONSENT_LOST"),
        (ConsentWithdrawn, "CONSENT_LOST"),
        (SnapshotFailed, "CONSENT_LOST"),
    ]


async def test_a_token_without_permissions_is_lost_consent_too(site: Site) -> None:
    site.world.consents[site.company.id] = ()
    before = site.head()

    await site.licences()

    assert [type(fact) for fact in site.facts(before)] == [SnapshotFailed, ConsentWithdrawn]


async def test_one_permission_missing_is_a_failure_and_no_withdrawal(site: Site) -> None:
    site.world.consents[site.company.id] = ("Organization.Read.All",)
    before = site.head()

    await site.licences()

    assert [type(fact) for fact in site.facts(before)] == [SnapshotFailed]


async def test_a_mass_leaving_is_held_until_a_person_confirms_it(site: Site) -> None:
    await site.licences()
    before = site.head()
    for person in site.company.people[:40]:
        person.deleted_at = person.deleted_at or site.world.now
    site.live(timedelta(hours=1))

    (held_back,) = await site.licences()
    while_held = [type(fact) for fact in site.facts(before)]
    confirmed = await site.licences(confirmed=True)

    assert held_back.failure is not None
    assert held_back.failure.code == "TOO_MANY_REMOVALS"
    assert while_held == [SnapshotFailed]
    assert confirmed[0].failure is None
    kinds = Counter(type(fact) for fact in site.facts(before))
    assert kinds[UserDeleted] >= 30
    assert kinds[LicenceRemoved] > 0
    assert {UserId(stored.user) for stored in site.desk.store.seat_states(site.tenant)} >= {
        fact.user for fact in site.facts(before) if isinstance(fact, UserDeleted)
    }


async def test_reads_at_the_same_time_add_each_fact_once(site: Site) -> None:
    await asyncio.gather(site.licences(), site.licences())

    assert held(site) == held_in_truth(site)
    discovered = Counter(type(fact).__name__ for fact in site.facts())
    assert discovered["UserDiscovered"] == len(truth(site))
