"""Findings counted and summed by what they have in common, through the door."""

from collections.abc import Iterator

import pytest

from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client
from tests.graphql.money_world import PLANNER, TOOLBOX
from tests.graphql.world import CONTOSO, E5, STAFF, World

TOTALS = """
query ($id: ID!, $by: FindingGrouping!, $causes: [Cause!]) { tenant(id: $id) { at {
  findingTotals(groupBy: $by, causes: $causes) {
    groups { key label seats people pricedSeats smallGroups
             saving { total { amount currency } byCurrency { amount currency } } }
    total { seats people pricedSeats saving { total { amount } byCurrency { amount currency } } }
    exemptSeats judgedSeats
  }
} } }
"""


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


def money(sums: list[dict[str, str]]) -> dict[str, str]:
    return {each["currency"]: each["amount"] for each in sums}


async def test_totals_by_cause_sum_to_the_whole_and_no_currency_is_added_to_another(client: Client) -> None:
    data = await client.data(TOTALS, id=str(CONTOSO), by="CAUSE")
    totals = data["tenant"]["at"]["findingTotals"]

    assert [
        (each["key"], each["seats"], each["people"], each["pricedSeats"], money(each["saving"]["byCurrency"]))
        for each in totals["groups"]
    ] == [
        ("DISABLED", 1, 1, 1, {"EUR": "39.00"}),
        ("IDLE", 2, 1, 2, {"EUR": "39.00", "USD": "10.00"}),
        ("NEVER_USED", 2, 1, 1, {"EUR": "39.00"}),
    ]
    assert [each["saving"]["total"] for each in totals["groups"]] == [
        {"amount": "39.00", "currency": "EUR"},
        None,
        {"amount": "39.00", "currency": "EUR"},
    ]
    assert (totals["total"]["seats"], totals["total"]["people"], totals["total"]["pricedSeats"]) == (5, 3, 4)
    assert totals["total"]["saving"]["total"] is None
    assert money(totals["total"]["saving"]["byCurrency"]) == {"EUR": "117.00", "USD": "10.00"}
    assert (totals["exemptSeats"], totals["judgedSeats"]) == (0, 6)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("CAUSE", [("DISABLED", "Account disabled", 1), ("IDLE", "Idle", 2), ("NEVER_USED", "Never used", 2)]),
        ("TIER", [("LIKELY", "Likely", 4), ("GUARANTEED", "Guaranteed", 1)]),
        ("SKU", [(str(E5), "Microsoft 365 E5", 3), (str(PLANNER), "PLANNER", 1), (str(TOOLBOX), "TOOLBOX", 1)]),
        ("DEPARTMENT", [(None, "Unallocated", 1), ("Ops", "Ops", 2), ("Sales", "Sales", 2)]),
        ("COUNTRY", [("DE", "DE", 5)]),
        ("COMPANY", [(None, "Unallocated", 5)]),
        ("COST_CENTRE", [(None, "Unallocated", 5)]),
        ("GROUP", [(None, "Assigned directly", 4), (str(STAFF), str(STAFF), 1)]),
    ],
)
async def test_totals_are_grouped_by_what_is_asked(
    client: Client, by: str, groups: list[tuple[str | None, str, int]]
) -> None:
    data = await client.data(TOTALS, id=str(CONTOSO), by=by)

    found = data["tenant"]["at"]["findingTotals"]["groups"]
    assert [(each["key"], each["label"], each["seats"]) for each in found] == groups


async def test_savings_of_which_no_price_is_known_are_unknown_and_not_zero(client: Client) -> None:
    data = await client.data(TOTALS, id=str(CONTOSO), by="SKU")

    toolbox = data["tenant"]["at"]["findingTotals"]["groups"][-1]
    assert (toolbox["key"], toolbox["pricedSeats"]) == (str(TOOLBOX), 0)
    assert toolbox["saving"] == {"total": None, "byCurrency": []}


async def test_small_groups_are_one_for_those_who_may_not_see_persons(client: Client) -> None:
    data = await client.data(TOTALS, "viewer", id=str(CONTOSO), by="DEPARTMENT")

    (group,) = data["tenant"]["at"]["findingTotals"]["groups"]
    assert (group["key"], group["label"], group["smallGroups"], group["seats"]) == (
        None,
        "Groups of fewer than 5 people",
        3,
        5,
    )


async def test_a_neighbour_gets_no_sum(client: Client) -> None:
    content = await client.ask(TOTALS, "neighbour", id=str(CONTOSO), by="CAUSE")

    assert [error["extensions"]["code"] for error in content["errors"]] == ["NOT_FOUND"]
    assert content["data"] == {"tenant": None}
