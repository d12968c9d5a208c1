"""What is told of groups of fewer than five people: to those who may not see persons, nothing that is theirs alone.

Big has six people, Mid five, Tiny one, and one is in no department. Each holds an E5 with an account that is disabled,
made one call and paid for one. One of Big has the cost centre of Mid, all others another.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.domain.events.coverage import Feed
from app.domain.events.licensing import AccountDisabled
from app.domain.ids import CallId, UserId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import call_stream, price_stream
from tests.database import Database
from tests.graphql.conftest import Client
from tests.graphql.money_world import price
from tests.graphql.test_phone_logs import charged, tell
from tests.graphql.world import (
    CONTOSO,
    CONTOSO_DIRECTORY,
    E5,
    FABRIKAM,
    FABRIKAM_DIRECTORY,
    JUNE,
    NOON,
    World,
    _user,
    assigned,
    call_completed,
    discovered,
    onboard,
    user_id,
)

LABEL = "Groups of fewer than 5 people"
FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
DEPARTMENTS = [*["Big"] * 6, *["Mid"] * 5, "Tiny", None]
CENTRES = [*["200"] * 5, *["100"] * 6, "200", "200"]
PEOPLE: list[UserId] = [user_id(50 + nth) for nth in range(len(DEPARTMENTS))]

COSTS = """query ($id: ID!) { tenant(id: $id) { at { costs(month: "2026-10", groupBy: DEPARTMENT) {
  groups { key label seatDays cost { total { amount } } smallGroups }
  central { seatDays cost { total { amount } } } unallocated { seatDays cost { total { amount } } }
  variance { seatDays cost { total { amount } } } total { cost { total { amount } } }
} } } }"""
USAGE = """query ($id: ID!) { tenant(id: $id) { at {
  callUsage(groupBy: DEPARTMENT) { key name calls participantSeconds users failedCalls smallGroups }
} } }"""
PHONE = """query ($id: ID!) { tenant(id: $id) { at { pstnCosts(groupBy: DEPARTMENT) {
  groups { key label calls seconds unpricedCalls cost { total { amount } } smallGroups }
  total { calls cost { total { amount } } }
} } } }"""
NARROWED = """query (
  $id: ID!, $department: String, $country: String, $costCentre: String, $by: FindingGrouping!
) { tenant(id: $id) { at {
  findingTotals(groupBy: $by, department: $department, country: $country, costCentre: $costCentre) {
    groups { key people smallGroups } total { seats people } judgedSeats
  }
} } }"""
FINDINGS = """query ($id: ID!) { tenant(id: $id) { at { findingTotals(groupBy: DEPARTMENT) {
  groups { key label seats people smallGroups } total { seats }
} } } }"""


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with writer_pool(module_database.writer_dsn) as pool:
        made = World(EventStore(pool, KeyRing(pool, bytes(range(32)))), pool)
        onboard(made, CONTOSO, "Contoso", CONTOSO_DIRECTORY)
        onboard(made, FABRIKAM, "Fabrikam", FABRIKAM_DIRECTORY)
        named = [
            discovered(user, f"Person {nth:02}", department, cost_centre=centre)
            for nth, (user, department, centre) in enumerate(zip(PEOPLE, DEPARTMENTS, CENTRES, strict=True))
        ]
        made.seats(CONTOSO, [*named, *(assigned(user) for user in PEOPLE)], at=JUNE)
        july = JUNE + timedelta(days=30)
        made.seats(CONTOSO, [AccountDisabled(happened_at=july, user=user) for user in PEOPLE], at=july)
        made.append(CONTOSO, price_stream(E5), price(E5, "31", "USD", JUNE), at=JUNE)
        for nth, user in enumerate(PEOPLE):
            call = CallId(UUID(int=0xCA50 + nth))
            made.append(
                CONTOSO, call_stream(call), call_completed(call, FRIDAY, (_user(user), (0, 1 + nth))), at=FRIDAY
            )
            fee = {"charge": Decimal(1 + nth), "connection_charge": Decimal(0), "currency": "USD", "seconds": 60}
            tell(made, CONTOSO, charged(50 + nth, FRIDAY + timedelta(minutes=nth), user, **fee), NOON)
        for feed in (Feed.SIGN_INS, Feed.LICENCES):
            made.read(CONTOSO, feed, NOON - timedelta(hours=9))
        made.tabulate(CONTOSO)
        made.tabulate(FABRIKAM)
        yield made


async def told(client: Client, query: str, who: str, field: str) -> Any:
    data = await client.data(query, who, id=str(CONTOSO))
    return data["tenant"]["at"][field]


def amount(line: dict[str, Any]) -> Decimal:
    return Decimal(line["cost"]["total"]["amount"]) if line["cost"] else Decimal(0)


async def test_costs_of_few_are_told_with_those_of_others_and_still_sum_to_the_total(client: Client) -> None:
    named = await told(client, COSTS, "hr", "costs")
    hidden = await told(client, COSTS, "viewer", "costs")

    assert [(each["key"], each["seatDays"], each["smallGroups"]) for each in named["groups"]] == [
        ("Big", 186, 0),
        ("Mid", 155, 0),
        ("Tiny", 31, 0),
    ]
    together, big = hidden["groups"]
    assert (together["key"], together["label"], together["smallGroups"]) == (None, LABEL, 3)
    assert (together["seatDays"], amount(together)) == (155 + 31 + 31, Decimal("217.00"))
    assert big == named["groups"][0]
    assert (hidden["unallocated"]["seatDays"], amount(hidden["unallocated"])) == (0, Decimal(0))
    assert named["unallocated"]["seatDays"] == 31
    assert hidden["total"] == named["total"]
    parts = [*hidden["groups"], hidden["central"], hidden["unallocated"], hidden["variance"]]
    assert sum(map(amount, parts)) == amount(hidden["total"])


async def test_calls_of_few_are_told_with_those_of_others_each_user_once(client: Client) -> None:
    named = await told(client, USAGE, "hr", "callUsage")
    hidden = await told(client, USAGE, "viewer", "callUsage")

    assert [(each["key"], each["users"]) for each in named] == [("Big", 6), ("Mid", 5), ("Tiny", 1), (None, 1)]
    big, together = hidden
    assert big == named[0]
    assert together == {
        "key": None,
        "name": LABEL,
        "calls": 7,
        "participantSeconds": sum(each["participantSeconds"] for each in named[1:]),
        "users": 7,
        "failedCalls": 0,
        "smallGroups": 3,
    }


async def test_telephone_costs_of_few_are_told_with_those_of_others(client: Client) -> None:
    named = await told(client, PHONE, "hr", "pstnCosts")
    hidden = await told(client, PHONE, "viewer", "pstnCosts")

    assert [(each["key"], amount(each)) for each in named["groups"]] == [
        ("Big", Decimal("21.00")),
        ("Mid", Decimal("45.00")),
        ("Tiny", Decimal("12.00")),
        (None, Decimal("13.00")),
    ]
    big, together = hidden["groups"]
    assert big == named["groups"][0]
    assert (together["key"], together["label"], together["calls"], together["smallGroups"]) == (None, LABEL, 7, 3)
    assert amount(together) == Decimal("70.00")
    assert hidden["total"] == named["total"]


async def test_findings_of_few_do_not_follow_from_the_total_either(client: Client) -> None:
    named = await told(client, FINDINGS, "hr", "findingTotals")
    hidden = await told(client, FINDINGS, "viewer", "findingTotals")

    by_key = {each["key"]: each for each in named["groups"]}
    assert len(by_key) == 4
    shown, together = hidden["groups"]
    assert shown == by_key["Big"]
    assert (together["key"], together["label"], together["smallGroups"], together["people"]) == (None, LABEL, 3, 7)
    assert shown["seats"] + together["seats"] == hidden["total"]["seats"] == named["total"]["seats"]


@pytest.mark.parametrize("by", ["CAUSE", "DEPARTMENT", "SKU"])
@pytest.mark.parametrize(
    ("place", "seats"),
    [
        ({"department": "Tiny"}, 1),
        ({"department": "Mid"}, 5),
        ({"department": "Tiny", "country": "DE"}, 1),
        ({"department": "Big", "costCentre": "200"}, 5),
        ({"department": "Big", "costCentre": "200", "country": "DE"}, 5),
    ],
)
async def test_findings_of_few_have_no_sum_by_themselves(
    client: Client, by: str, place: dict[str, str], seats: int
) -> None:
    """Of Mid's five neither: grouped they are told with the two, who would be what the others lack to the whole. Nor
    of all of Big but one."""
    variables = {"id": str(CONTOSO), "by": by, **place}

    assert await client.code(NARROWED, "viewer", **variables) == "GROUP_TOO_SMALL"
    named = (await client.data(NARROWED, "hr", **variables))["tenant"]["at"]["findingTotals"]
    assert named["total"] == {"seats": seats, "people": seats}


@pytest.mark.parametrize(
    ("place", "seats"),
    [
        ({"department": "Big"}, 6),
        ({"department": "Big", "country": "DE"}, 6),
        ({"costCentre": "100"}, 6),
        ({"country": "DE"}, 13),
        ({"department": "Nowhere"}, 0),
    ],
)
async def test_findings_of_many_of_all_and_of_nobody_are_told(
    client: Client, place: dict[str, str], seats: int
) -> None:
    told = await client.data(NARROWED, "viewer", id=str(CONTOSO), by="CAUSE", **place)

    assert told["tenant"]["at"]["findingTotals"]["total"]["seats"] == seats


async def test_groups_of_a_narrowed_sum_are_small_by_those_meant(client: Client) -> None:
    """Of all there are six and seven people with each cost centre, of Big one and five."""
    variables = {"id": str(CONTOSO), "department": "Big", "by": "COST_CENTRE"}

    named = (await client.data(NARROWED, "hr", **variables))["tenant"]["at"]["findingTotals"]
    hidden = (await client.data(NARROWED, "viewer", **variables))["tenant"]["at"]["findingTotals"]

    assert sorted((each["key"], each["people"]) for each in named["groups"]) == [("100", 1), ("200", 5)]
    assert hidden["groups"] == [{"key": None, "people": 6, "smallGroups": 2}]
