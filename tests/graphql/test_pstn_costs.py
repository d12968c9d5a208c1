"""What telephone calls cost, through the door: 1.30 EUR (a fee of 0.10 in it) and 0.80 EUR, and one nobody tells of."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.graphql.ids import thing_id
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client
from tests.graphql.test_phone_logs import FRIDAY, charged, tell
from tests.graphql.world import ANNA, BERT, CONTOSO, NOON, World

QUERY = """
query ($id: ID!, $by: PstnCostGrouping!, $since: Date, $until: Date) { tenant(id: $id) { at {
  pstnCosts(groupBy: $by, since: $since, until: $until) { since until
    groups { key label calls seconds unpricedCalls cost { total { amount currency } } }
    total { calls seconds unpricedCalls cost { total { amount } } }
  }
} } }
"""


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        fee = {"charge": Decimal("1.20"), "connection_charge": Decimal("0.10"), "seconds": 60}
        tell(made, CONTOSO, charged(1, FRIDAY, ANNA, **fee), NOON)
        tell(made, CONTOSO, charged(2, FRIDAY + timedelta(days=1), BERT, charge=Decimal("0.80"), seconds=30), NOON)
        tell(made, CONTOSO, charged(3, FRIDAY, None, charge=None, seconds=10), NOON)
        pooled = {"licence_capability": "MCOPSTN1", "usage_country": "DE", "destination_context": "Domestic"}
        tell(made, CONTOSO, charged(4, FRIDAY - timedelta(days=30), ANNA, charge=None, seconds=90, **pooled), NOON)
        made.tabulate(CONTOSO)
        yield made


async def costs(client: Client, by: str, who: str = "hr", **variables: Any) -> dict[str, Any]:
    data = await client.data(QUERY, who, id=str(CONTOSO), by=by, **variables)
    found: dict[str, Any] = data["tenant"]["at"]["pstnCosts"]
    return found


def line(key: str | None, label: str, calls: int, seconds: int, amount: str | None) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "calls": calls,
        "seconds": seconds,
        "unpricedCalls": int(amount is None),
        "cost": None if amount is None else {"total": {"amount": amount, "currency": "EUR"}},
    }


async def test_calls_are_summed_by_the_department_of_the_user(client: Client) -> None:
    found = await costs(client, "DEPARTMENT")

    assert (found["since"], found["until"]) == ("2026-11-17", "2026-11-24")
    assert found["groups"] == [line("Sales", "Sales", 2, 90, "2.10"), line(None, "Not told", 1, 10, None)]
    assert found["total"] == {"calls": 3, "seconds": 100, "unpricedCalls": 1, "cost": {"total": {"amount": "2.10"}}}


async def test_users_are_named_to_those_who_may_see_persons(client: Client) -> None:
    named = await costs(client, "USER")
    hidden = await costs(client, "USER", "viewer")

    anna, bert = (thing_id("User", CONTOSO, user) for user in (ANNA, BERT))
    assert named["groups"] == [
        line(anna, "Anna Berg", 1, 60, "1.30"),
        line(bert, "Bert Tal", 1, 30, "0.80"),
        line(None, "Not told", 1, 10, None),
    ]
    assert [each["key"] for each in hidden["groups"]] == [anna, bert, None]
    assert [each["label"].startswith("Person ") for each in hidden["groups"]] == [True, True, False]


async def test_only_the_days_asked_for_count(client: Client) -> None:
    found = await costs(client, "DAY", since="2026-11-21", until="2026-11-22")

    assert found["groups"] == [line("2026-11-21", "2026-11-21", 1, 30, "0.80")]


async def test_too_many_days_and_a_neighbour_are_refused(client: Client) -> None:
    long = await client.code(QUERY, id=str(CONTOSO), by="DAY", since="2025-01-01", until="2026-11-22")
    foreign = await client.code(QUERY, "neighbour", id=str(CONTOSO), by="DAY")

    assert (long, foreign) == ("RANGE_TOO_LONG", "NOT_FOUND")


async def test_minutes_of_a_calling_plan_are_told_beside_those_its_licences_include(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at { callingPlanPools(month: "2026-10") {
          country capability licences minutesAtHome includedAtHome shareAtHome minutesAbroad includedAbroad } } } }""",
        id=str(CONTOSO),
    )

    (pool,) = data["tenant"]["at"]["callingPlanPools"]
    assert pool == {
        "country": "DE",
        "capability": "MCOPSTN1",
        "licences": 0,
        "minutesAtHome": 1.5,
        "includedAtHome": 0,
        "shareAtHome": None,
        "minutesAbroad": 0.0,
        "includedAbroad": 0,
    }
    wrong = """query ($id: ID!) { tenant(id: $id) { at { callingPlanPools(month: "0000-01") { licences } } } }"""
    assert await client.code(wrong, id=str(CONTOSO)) == "BAD_USER_INPUT"
