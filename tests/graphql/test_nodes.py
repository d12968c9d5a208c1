"""`node(id:)` gives back what an id was told of, at its own moment, to whoever may see it and to nobody else."""

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import pytest

from app.graphql.ids import thing_id, version_of
from app.graphql.pool import ReadPool
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client, asking
from tests.graphql.world import ANNA, BERT, CONTOSO, E5, World

NODE = """query ($id: ID!) { node(id: $id) { __typename id
  ... on Tenant { name }
  ... on User { person: name department holdings { sku { id } } activity { state } }
  ... on Sku { partNumber enabled name }
  ... on Finding { userName cause tier quietDays saving { amount } sku { id } }
} }"""
TOLD = f"""query ($id: ID!, $asOf: Date, $knownAt: DateTime, $days: Int) {{ tenant(id: $id) {{ id
  at(asOf: $asOf, knownAt: $knownAt) {{ id
    user(id: "{BERT}") {{ id person: name department holdings {{ sku {{ id }} }} activity {{ state }} }}
    skus {{ id partNumber enabled name }}
    findings(user: "{BERT}", sku: "{E5}", idleDays: $days) {{
      nodes {{ id userName cause tier quietDays saving {{ amount }} sku {{ id }} }}
    }}
  }}
}} }}"""


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


@pytest.fixture
async def client(read_pool: ReadPool) -> AsyncIterator[Client]:
    async with asking(read_pool) as made:
        yield made


async def told(client: Client, who: str = "hr", **variables: Any) -> dict[str, Any]:
    data = await client.data(TOLD, who, id=str(CONTOSO), **variables)
    tenant: dict[str, Any] = data["tenant"]
    return tenant


async def node(client: Client, id: str, who: str = "hr") -> dict[str, Any]:  # noqa: A002
    found: dict[str, Any] = (await client.data(NODE, who, id=id))["node"]
    return found


async def ids(client: Client) -> dict[str, str]:
    tenant = await told(client)
    at = tenant["at"]
    return {
        "Tenant": tenant["id"],
        "User": at["user"]["id"],
        "Sku": at["skus"][0]["id"],
        "Finding": at["findings"]["nodes"][0]["id"],
    }


def sealed(*parts: object) -> str:
    return base64.urlsafe_b64encode(":".join(map(str, parts)).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "moment",
    [{}, {"asOf": "2026-11-20"}, {"asOf": "2026-11-22", "knownAt": "2026-11-20T09:00:00Z"}],
    ids=["now", "a past day", "by older knowledge"],
)
async def test_every_thing_is_found_again_as_it_was_told(client: Client, moment: dict[str, str]) -> None:
    tenant = await told(client, **moment)
    at = tenant["at"]

    (finding,) = at["findings"]["nodes"]
    assert await node(client, tenant["id"]) == {"__typename": "Tenant", "id": tenant["id"], "name": "Contoso"}
    assert await node(client, at["user"]["id"]) == {"__typename": "User", **at["user"]}
    assert [await node(client, sku["id"]) for sku in at["skus"]] == [{"__typename": "Sku", **sku} for sku in at["skus"]]
    assert await node(client, finding["id"]) == {"__typename": "Finding", **finding}


async def test_ids_of_two_moments_and_of_two_numbers_of_idle_days_differ(client: Client) -> None:
    usual = await told(client)
    others = [await told(client, days=30), await told(client, asOf="2026-11-20")]
    others.append(await told(client, asOf="2026-11-20", knownAt="2026-11-15T00:00:00Z"))
    others.append(await told(client, asOf="2026-11-20", knownAt="2026-11-14T00:00:00Z"))

    found = [each["at"]["findings"]["nodes"][0] for each in (usual, *others)]
    assert len({each["id"] for each in found}) == 5
    assert [(await node(client, each["id"]))["quietDays"] for each in found] == [each["quietDays"] for each in found]


@pytest.mark.parametrize("kind", ["Tenant", "User", "Sku", "Finding"])
@pytest.mark.parametrize("who", ["viewer", "admin", "auditor", "owner", "operator"])
async def test_whoever_may_see_the_tenant_is_given_it_and_names_are_pseudonyms(
    client: Client, who: str, kind: str
) -> None:
    found = await node(client, (await ids(client))[kind], who)

    assert found["__typename"] == kind
    name = found.get("userName" if kind == "Finding" else "person")
    if kind in ("User", "Finding"):
        assert str(name).startswith("Person ")


@pytest.mark.parametrize("kind", ["Tenant", "User", "Sku", "Finding"])
async def test_a_neighbour_learns_no_more_than_of_what_is_nowhere(client: Client, kind: str) -> None:
    known = (await ids(client))[kind]

    foreign = await client.ask(NODE, "neighbour", id=known)
    nowhere = await client.ask(NODE, "neighbour", id="bm93aGVyZQ")

    assert foreign["errors"] == nowhere["errors"]
    assert foreign["data"] == {"node": None}
    assert foreign["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


@pytest.mark.parametrize("who", ["stranger", "nobody"])
async def test_whoever_sees_no_tenant_is_refused_as_everywhere(client: Client, who: str) -> None:
    elsewhere = "query ($id: ID!) { tenant(id: $id) { name } }"
    known = (await ids(client))["User"]

    assert await client.code(NODE, who, id=known) == await client.code(elsewhere, who, id=str(CONTOSO))


def forged() -> Iterator[tuple[str, str]]:
    when = "2026-11-20@20"
    yield "nothing", ""
    yield "a bare id", str(ANNA)
    yield "of no moment", thing_id("User", CONTOSO, ANNA)
    yield "another kind", sealed("TenantView", CONTOSO, when)
    yield "an unknown kind", sealed("Secret", CONTOSO, ANNA, when)
    yield "an unknown user", sealed("User", CONTOSO, UUID(int=1), when)
    yield "a finding that is none", sealed("Finding", CONTOSO, ANNA, UUID(int=1), when)
    yield "a part too many", sealed("User", CONTOSO, ANNA, E5, when)
    yield "no idle days", sealed("Finding", CONTOSO, BERT, E5, 0, when)
    yield "idle days of a user", sealed("User", CONTOSO, BERT, 30, when)
    yield "a position to come", sealed("User", CONTOSO, ANNA, "2026-11-20@4711")
    yield "no position", sealed("User", CONTOSO, ANNA, "2026-11-20@0")
    yield "a position too large", sealed("User", CONTOSO, ANNA, f"2026-11-20@{2**70}")
    yield "a day to come", sealed("User", CONTOSO, ANNA, "2026-11-25@20")
    yield "a day before all", sealed("User", CONTOSO, ANNA, "0001-01-01@20")
    yield "the last day", sealed("User", CONTOSO, ANNA, "9999-12-31@20")
    yield "knowledge after the day", sealed("User", CONTOSO, ANNA, "2026-11-20@20@2026-11-21")
    yield "another spelling", sealed("User", CONTOSO, ANNA, "2026-11-20@020")
    yield "not in ASCII", "é" * 20
    yield "long", sealed("User", CONTOSO, ANNA, "9" * 5000)


@pytest.mark.parametrize("text", [text for _, text in forged()], ids=[name for name, _ in forged()])
async def test_an_id_nobody_was_told_is_not_found(client: Client, text: str) -> None:
    assert await client.code(NODE, id=text) == "NOT_FOUND"


async def test_an_id_is_read_back_whole(client: Client) -> None:
    for id_ in list((await ids(client)).values())[1:]:
        version = version_of(id_)
        assert version is not None
        assert (version.tenant, str(version.on), version.known_on) == (CONTOSO, "2026-11-23", version.on)
