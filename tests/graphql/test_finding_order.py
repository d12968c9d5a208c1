"""Findings in another order than by worth, through the door: whole, page by page, and for those who see pseudonyms."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.graphql.ids import thing_id
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client
from tests.graphql.money_world import PLANNER, TOOLBOX
from tests.graphql.test_findings import NAMES
from tests.graphql.world import BERT, CONTOSO, E5, World

LIST = """
query ($id: ID!, $by: FindingOrder!, $down: Boolean, $first: Int, $after: String) {
  tenant(id: $id) { at { findings(orderBy: $by, descending: $down, first: $first, after: $after) {
    nodes { userName department sku { skuId name } }
    pageInfo { hasNextPage endCursor }
  } } }
}
"""
TOTALS = """
query ($id: ID!, $by: FindingGrouping!, $department: String, $country: String, $sku: ID, $user: ID) {
  tenant(id: $id) { at {
    findingTotals(groupBy: $by, department: $department, country: $country, sku: $sku, user: $user) {
      groups { key seats } total { seats saving { byCurrency { amount currency } } } judgedSeats
    } } }
}
"""
ORDERS = ("WORTH", "USER", "PRODUCT", "DEPARTMENT", "COMPANY", "COUNTRY", "CAUSE", "TIER", "HELD_SINCE", "QUIET_SINCE")


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


async def page(client: Client, by: str, who: str = "hr", **variables: Any) -> dict[str, Any]:
    data = await client.data(LIST, who, id=str(CONTOSO), by=by, **variables)
    found: dict[str, Any] = data["tenant"]["at"]["findings"]
    return found


def seats(found: dict[str, Any]) -> list[str]:
    return [f"{each['userName'].split()[0]} {NAMES[each['sku']['skuId']]}" for each in found["nodes"]]


@pytest.mark.parametrize(
    ("by", "down", "expected"),
    [
        ("USER", None, ["Bert PLANNER", "Bert E5", "Cleo TOOLBOX", "Cleo E5", "Dora E5"]),
        ("USER", True, ["Dora E5", "Cleo TOOLBOX", "Cleo E5", "Bert PLANNER", "Bert E5"]),
        ("PRODUCT", None, ["Bert E5", "Cleo E5", "Dora E5", "Bert PLANNER", "Cleo TOOLBOX"]),
        ("DEPARTMENT", None, ["Cleo TOOLBOX", "Cleo E5", "Bert PLANNER", "Bert E5", "Dora E5"]),
        ("DEPARTMENT", True, ["Bert PLANNER", "Bert E5", "Cleo TOOLBOX", "Cleo E5", "Dora E5"]),
        ("CAUSE", None, ["Dora E5", "Cleo TOOLBOX", "Cleo E5", "Bert PLANNER", "Bert E5"]),
        ("TIER", None, ["Dora E5", "Bert PLANNER", "Bert E5", "Cleo TOOLBOX", "Cleo E5"]),
        ("QUIET_SINCE", None, ["Cleo TOOLBOX", "Cleo E5", "Bert PLANNER", "Bert E5", "Dora E5"]),
        ("QUIET_SINCE", True, ["Dora E5", "Bert PLANNER", "Bert E5", "Cleo TOOLBOX", "Cleo E5"]),
        ("WORTH", False, ["Bert E5", "Cleo E5", "Dora E5", "Bert PLANNER", "Cleo TOOLBOX"]),
    ],
)
async def test_the_order_is_that_asked_for_and_what_is_unknown_comes_last(
    client: Client, by: str, down: bool | None, expected: list[str]
) -> None:
    """Dora is in no department. What a TOOLBOX costs is not known, nor a rate for the PLANNER's dollars."""
    assert seats(await page(client, by, down=down)) == expected


@pytest.mark.parametrize("by", ORDERS)
@pytest.mark.parametrize("down", [False, True])
async def test_pages_joined_are_the_whole_list(client: Client, by: str, down: bool) -> None:
    whole = seats(await page(client, by, down=down))

    joined, after = [], None
    while True:
        found = await page(client, by, down=down, first=2, after=after)
        joined += seats(found)
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break

    assert joined == whole
    assert len(set(whole)) == 5


async def test_a_cursor_of_another_order_is_refused(client: Client) -> None:
    after = (await page(client, "USER", first=1))["pageInfo"]["endCursor"]
    asked = {"id": str(CONTOSO), "first": 1, "after": after}

    assert await client.code(LIST, **asked, by="DEPARTMENT") == "INVALID_CURSOR"
    assert await client.code(LIST, **asked, by="USER", down=True) == "INVALID_CURSOR"
    assert seats(await page(client, "USER", first=1, after=after)) == ["Bert E5"]


async def test_without_the_role_the_order_is_that_of_the_pseudonyms(client: Client) -> None:
    found = await page(client, "USER", "viewer")

    names = [each["userName"] for each in found["nodes"]]
    assert names == sorted(names)
    assert all(name.startswith("Person ") for name in names)


@pytest.mark.parametrize(
    ("only", "groups", "judged"),
    [
        ({"sku": str(E5)}, [("DISABLED", 1), ("IDLE", 1), ("NEVER_USED", 1)], 4),
        ({"sku": str(PLANNER)}, [("IDLE", 1)], 1),
        ({"sku": str(TOOLBOX)}, [("NEVER_USED", 1)], 1),
        ({"user": thing_id("User", CONTOSO, BERT)}, [("IDLE", 2)], 2),
        ({"department": "Ops"}, [("NEVER_USED", 2)], 2),
        ({"country": "DE", "department": "Sales"}, [("IDLE", 2)], 3),
        ({"country": "AT"}, [], 0),
    ],
)
async def test_totals_are_of_what_is_asked_for(
    client: Client, only: dict[str, str], groups: list[tuple[str, int]], judged: int
) -> None:
    data = await client.data(TOTALS, id=str(CONTOSO), by="CAUSE", **only)

    totals = data["tenant"]["at"]["findingTotals"]
    assert sorted((each["key"], each["seats"]) for each in totals["groups"]) == groups
    assert totals["total"]["seats"] == sum(seats for _, seats in groups)
    assert totals["judgedSeats"] == judged
