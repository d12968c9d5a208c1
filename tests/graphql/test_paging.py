"""Pages of a list agree with each other while the data moves on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.ids import TenantId
from tests.graphql.conftest import Client
from tests.graphql.world import CONTOSO, FABRIKAM, World, assigned, discovered, signed_in, user_id

USERS = """query ($id: ID!, $first: Int, $after: String, $department: String, $asOf: Date) {
  tenant(id: $id) { at(asOf: $asOf) { position users(first: $first, after: $after, filter: {department: $department}) {
    edges { cursor node { name } } nodes { name }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }
}"""
EVENTS = """query ($id: ID!, $first: Int, $after: String) {
  tenant(id: $id) { events(first: $first, after: $after) {
    nodes { position } pageInfo { hasNextPage endCursor } } } }"""


async def users_page(client: Client, **variables: Any) -> dict[str, Any]:
    data = await client.data(USERS, id=str(CONTOSO), **variables)
    page: dict[str, Any] = data["tenant"]["at"]["users"]
    return page


async def test_pages_joined_are_the_whole_list_each_item_once(client: Client) -> None:
    whole = await users_page(client, first=200)

    names, after, sizes = [], None, []
    while True:
        page = await users_page(client, first=5, after=after)
        names += [node["name"] for node in page["nodes"]]
        sizes.append(len(page["nodes"]))
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert names == [node["name"] for node in whole["nodes"]]
    assert sizes == [5, 5, 4]
    assert page["pageInfo"]["hasPreviousPage"] is True


async def test_edges_carry_the_nodes_and_their_cursors(client: Client) -> None:
    page = await users_page(client, first=3)

    assert [edge["node"] for edge in page["edges"]] == page["nodes"]
    assert page["edges"][0]["cursor"] == page["pageInfo"]["startCursor"]
    assert page["edges"][2]["cursor"] == page["pageInfo"]["endCursor"]
    second = await users_page(client, first=1, after=page["edges"][0]["cursor"])
    assert second["nodes"] == page["nodes"][1:2]


async def test_an_empty_page_has_no_cursors(client: Client) -> None:
    page = await users_page(client, department="Nowhere")

    assert page["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}


async def test_a_list_goes_on_as_it_was_when_its_first_page_was_asked_for(client: Client, world: World) -> None:
    moving = TenantId(FABRIKAM)
    ask = {"who": "neighbour", "id": str(moving)}
    first = (await client.data(USERS, first=1, **ask))["tenant"]["at"]
    whole_log = await client.data(EVENTS, first=3, **ask)

    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    newcomer = discovered(user_id(70), "Aaron New", None, now)
    later = discovered(user_id(71), "Zoe New", None, now)
    world.seats(moving, [newcomer, later, assigned(user_id(71))], at=now)
    world.tabulate(moving)
    rest = (await client.data(USERS, after=first["users"]["pageInfo"]["endCursor"], **ask))["tenant"]["at"]
    anew = (await client.data(USERS, **ask))["tenant"]["at"]
    older = await client.data(EVENTS, first=200, after=whole_log["tenant"]["events"]["pageInfo"]["endCursor"], **ask)

    assert rest["users"]["nodes"] == []
    assert [each["name"] for each in anew["users"]["nodes"]] == ["Aaron New", "Frida Fabrikam", "Zoe New"]
    assert int(anew["position"]) == int(first["position"]) + 3
    positions = [int(each["position"]) for each in whole_log["tenant"]["events"]["nodes"]]
    positions += [int(each["position"]) for each in older["tenant"]["events"]["nodes"]]
    assert positions == list(range(int(first["position"]), 0, -1))


async def test_a_cursor_is_good_only_where_it_was_given(client: Client) -> None:
    cursor = (await users_page(client, first=1))["pageInfo"]["endCursor"]
    mine = {"id": str(CONTOSO), "after": cursor}

    assert await client.code(USERS, **{**mine, "id": str(FABRIKAM)}, who="operator") == "INVALID_CURSOR"
    assert await client.code(USERS, **mine, department="Sales") == "INVALID_CURSOR"
    assert await client.code(USERS, **mine, asOf="2026-11-01") == "INVALID_CURSOR"
    assert await client.code(EVENTS, **mine) == "INVALID_CURSOR"


@pytest.mark.parametrize("garbage", ["", "x", "YXJyYXljb25uZWN0aW9uOjE=", "ä", "a" * 5000, '"', "\x00"])
async def test_garbage_is_no_cursor(client: Client, garbage: str) -> None:
    assert await client.code(USERS, id=str(CONTOSO), after=garbage) == "INVALID_CURSOR"


async def test_every_changed_character_of_a_cursor_is_noticed(client: Client) -> None:
    cursor = (await users_page(client, first=1))["pageInfo"]["endCursor"]

    for place in range(0, len(cursor) - 1, 7):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert await client.code(USERS, id=str(CONTOSO), after=changed) == "INVALID_CURSOR"


async def test_a_cursor_does_not_tell_names(client: Client) -> None:
    page = (await client.data(USERS, who="viewer", id=str(CONTOSO), first=1))["tenant"]["at"]["users"]

    assert "Anna" not in page["pageInfo"]["endCursor"]
    assert "QW5uYS" not in page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("first", [0, -1, 201, 100_000, 2**31 - 1])
async def test_a_page_size_out_of_range_is_refused_by_the_limit(client: Client, first: int) -> None:
    content = await client.ask(USERS, id=str(CONTOSO), first=first)

    (error,) = content["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "200" in error["message"]


async def test_without_a_size_a_page_holds_fifty(client: Client) -> None:
    page = await users_page(client)

    assert len(page["nodes"]) == 14
    assert await client.code(USERS, id=str(CONTOSO), first=2**31) == "BAD_USER_INPUT"


async def test_a_position_just_written_is_waited_for(client: Client, world: World) -> None:
    query = """query ($id: ID!, $position: Position) {
      tenant(id: $id) { at(atLeast: $position) { position } } }"""
    moment = datetime(2026, 11, 22, 4, tzinfo=UTC) + timedelta(minutes=1)
    written = world.seats(FABRIKAM, [signed_in(user_id(4), moment)], at=moment)

    import asyncio

    async def tabulate_a_little_later() -> None:
        await asyncio.sleep(0.1)
        await asyncio.to_thread(world.tabulate, FABRIKAM)

    advancing = asyncio.create_task(tabulate_a_little_later())
    data = await client.data(query, "neighbour", id=str(FABRIKAM), position=str(written))
    await advancing

    assert int(data["tenant"]["at"]["position"]) >= written
    assert await client.code(query, "neighbour", id=str(FABRIKAM), position="x") == "BAD_USER_INPUT"
