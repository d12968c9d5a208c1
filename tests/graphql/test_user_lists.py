"""Which users, in which order, and how many of each department: through the door, in every way of answering."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client
from tests.graphql.money_world import PLANNER
from tests.graphql.world import CONTOSO, E5, World

USERS = """query ($id: ID!, $filter: UserFilter, $by: UserOrder! = NAME, $down: Boolean! = false, $first: Int,
                  $after: String, $asOf: Date) {
  tenant(id: $id) { at(asOf: $asOf) { users(filter: $filter, orderBy: $by, descending: $down, first: $first,
                                            after: $after) {
    nodes { name department activity { state } } pageInfo { hasNextPage endCursor } } } } }"""
PLAIN = USERS.replace("activity { state }", "userId")
"""Answered without resolvers, where the order is that of names."""
GROUPS = """query ($id: ID!, $by: UserGrouping!) { tenant(id: $id) { at {
  userGroups(groupBy: $by) { key label users smallGroups } } } }"""


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


async def page(client: Client, query: str = USERS, who: str = "hr", **variables: Any) -> dict[str, Any]:
    data = await client.data(query, who, id=str(CONTOSO), **variables)
    found: dict[str, Any] = data["tenant"]["at"]["users"]
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [each["name"].split()[0] for each in found["nodes"]]


@pytest.mark.parametrize("query", [USERS, PLAIN])
@pytest.mark.parametrize(
    ("only", "who"),
    [
        ({"department": "Sales"}, ["Anna", "Bert"]),
        ({"country": "DE"}, ["Anna", "Bert", "Cleo", "Dora"]),
        ({"country": "AT"}, []),
        ({"company": "Contoso GmbH"}, []),
        ({"costCentre": "4711"}, []),
        ({"sku": str(PLANNER)}, ["Bert"]),
        ({"sku": str(E5), "department": "Ops"}, ["Cleo"]),
        ({"activity": ["QUIET", "NEVER"]}, ["Bert", "Cleo"]),
        ({"activity": ["ACTIVE"], "enabled": True}, ["Anna"]),
        ({"activity": []}, []),
    ],
)
async def test_everything_asked_for_must_fit(client: Client, query: str, only: dict[str, Any], who: list[str]) -> None:
    assert names(await page(client, query, filter=only)) == who


@pytest.mark.parametrize("as_of", [None, "2026-09-01", "2026-06-20"])
async def test_users_chosen_by_activity_are_those_told_to_be_so(client: Client, as_of: str | None) -> None:
    told = {each["name"]: each["activity"]["state"] for each in (await page(client, asOf=as_of))["nodes"]}

    for state in ("ACTIVE", "QUIET", "NEVER", "UNVERIFIABLE"):
        chosen = await page(client, filter={"activity": [state]}, asOf=as_of)
        assert [each["name"] for each in chosen["nodes"]] == [name for name in told if told[name] == state]


@pytest.mark.parametrize("query", [USERS, PLAIN])
@pytest.mark.parametrize(
    ("by", "down", "who"),
    [
        ("NAME", False, ["Anna", "Bert", "Cleo", "Dora"]),
        ("NAME", True, ["Dora", "Cleo", "Bert", "Anna"]),
        ("DEPARTMENT", False, ["Dora", "Cleo", "Anna", "Bert"]),
        ("DEPARTMENT", True, ["Bert", "Anna", "Cleo", "Dora"]),
    ],
)
async def test_the_order_is_that_asked_for_page_by_page(
    client: Client, query: str, by: str, down: bool, who: list[str]
) -> None:
    """Dora is in no department."""
    joined, after = [], None
    while True:
        found = await page(client, query, by=by, down=down, first=1, after=after)
        joined += names(found)
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break

    assert joined == who == names(await page(client, query, by=by, down=down))


@pytest.mark.parametrize("query", [USERS, PLAIN])
async def test_a_cursor_of_another_order_or_choice_is_refused(client: Client, query: str) -> None:
    after = (await page(client, query, first=1))["pageInfo"]["endCursor"]
    asked: dict[str, Any] = {"id": str(CONTOSO), "first": 1, "after": after}

    assert await client.code(query, **asked, by="DEPARTMENT") == "INVALID_CURSOR"
    assert await client.code(query, **asked, down=True) == "INVALID_CURSOR"
    assert await client.code(query, **asked, filter={"activity": ["ACTIVE"]}) == "INVALID_CURSOR"
    assert await client.code(query, **asked, filter={"sku": str(E5)}) == "INVALID_CURSOR"


async def test_users_are_counted_by_what_they_have_in_common(client: Client) -> None:
    by_department = await client.data(GROUPS, id=str(CONTOSO), by="DEPARTMENT")
    by_country = await client.data(GROUPS, id=str(CONTOSO), by="COUNTRY")

    assert by_department["tenant"]["at"]["userGroups"] == [
        {"key": "Ops", "label": "Ops", "users": 1, "smallGroups": 0},
        {"key": "Sales", "label": "Sales", "users": 2, "smallGroups": 0},
        {"key": None, "label": "Unallocated", "users": 1, "smallGroups": 0},
    ]
    assert by_country["tenant"]["at"]["userGroups"] == [{"key": "DE", "label": "DE", "users": 4, "smallGroups": 0}]


async def test_small_groups_are_one_for_those_who_may_not_see_persons(client: Client) -> None:
    data = await client.data(GROUPS, "viewer", id=str(CONTOSO), by="DEPARTMENT")

    assert data["tenant"]["at"]["userGroups"] == [
        {"key": None, "label": "Groups of fewer than 5 people", "users": 4, "smallGroups": 3}
    ]


async def test_a_neighbour_is_told_no_group(client: Client) -> None:
    content = await client.ask(GROUPS, "neighbour", id=str(CONTOSO), by="DEPARTMENT")

    assert content["data"] == {"tenant": None}
