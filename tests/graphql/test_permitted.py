"""What a viewer may change is told as the mutations will have it, and rules as they were at the moment."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.graphql.pool import ReadPool
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.changes import CHANGES
from tests.graphql.conftest import Client, asking
from tests.graphql.world import CONTOSO, FABRIKAM, World

MAY = """query ($id: ID!) { tenant(id: $id) { mayChange {
  prices policy exemptions decisions callRetention persons } } }"""
FIELD = {
    "setPrice": "prices",
    "withdrawPrice": "prices",
    "exemptSeat": "exemptions",
    "liftExemption": "exemptions",
    "decideFinding": "decisions",
    "changePolicy": "policy",
    "setCallRetention": "callRetention",
    "erasePerson": "persons",
}
RULES = "query ($id: ID!, $on: Date) { tenant(id: $id) { at(asOf: $on) { policy { idleDays currency } } } }"


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


@pytest.fixture
async def client(read_pool: ReadPool, world: World) -> AsyncIterator[Client]:
    async with asking(read_pool, world=world) as made:
        yield made


@pytest.mark.parametrize(
    ("who", "tenant"),
    [
        *((who, CONTOSO) for who in ("viewer", "auditor", "hr", "pretender", "operator")),
        ("operator", FABRIKAM),
    ],
)
async def test_who_would_be_refused_is_told_so_beforehand(client: Client, who: str, tenant: object) -> None:
    may = (await client.data(MAY, who, id=str(tenant)))["tenant"]["mayChange"]

    codes = {
        name: await client.code(CHANGES[name][0], who, **{**CHANGES[name][1], "id": str(tenant)}) for name in FIELD
    }
    assert may == dict.fromkeys(may, False)
    assert set(codes.values()) == {"FORBIDDEN"}


@pytest.mark.parametrize("who", ["admin", "owner"])
async def test_administrators_may_change_everything_the_mutations_take(client: Client, who: str) -> None:
    may = (await client.data(MAY, who, id=str(CONTOSO)))["tenant"]["mayChange"]

    assert set(FIELD) == set(CHANGES)
    assert may == dict.fromkeys(FIELD.values(), True)


async def test_a_door_that_takes_no_changes_says_so(read_pool: ReadPool, world: World) -> None:
    async with asking(read_pool) as client:
        may = (await client.data(MAY, "admin", id=str(CONTOSO)))["tenant"]["mayChange"]

    assert world.store.head(CONTOSO) > 0
    assert may == dict.fromkeys(may, False)


async def test_rules_are_those_of_the_moment(client: Client) -> None:
    query, _ = CHANGES["changePolicy"]
    before = (await client.data(RULES, id=str(CONTOSO)))["tenant"]["at"]["policy"]
    await client.data(query, "admin", id=str(CONTOSO), policy={"idleDays": before["idleDays"] + 7})

    now = await client.data(RULES, id=str(CONTOSO))
    yesterday = await client.data(RULES, id=str(CONTOSO), on="2026-11-22")
    never = await client.data(RULES, id=str(CONTOSO), on="2020-01-01")

    assert now["tenant"]["at"]["policy"] == before | {"idleDays": before["idleDays"] + 7}
    assert yesterday["tenant"]["at"]["policy"] == before
    assert never["tenant"]["at"]["policy"] is None
