"""What is deferred comes in parts that together are the whole answer; who does not ask for parts gets that at once."""

import json
from typing import Any

import httpx
import pytest

from app.graphql.pool import ReadPool
from tests.graphql.conftest import Client, bearer
from tests.graphql.station import on_air
from tests.graphql.world import CONTOSO, FABRIKAM, World

PARTS = {"accept": "multipart/mixed, application/json"}
USERS = """
query($id: ID!) {
  tenant(id: $id) {
    name
    at {
      position
      ...People @defer(label: "people")
    }
  }
}
fragment People on TenantView { users(first: 2) { edges { node { name } } } }
"""
STREAMED = "query($id: ID!) { tenant(id: $id) { at { users(first: 3) { edges @stream { node { name } } } } } }"


def parts_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.headers["content-type"] == 'multipart/mixed; boundary="-"'
    preamble, *parts, end = answer.text.split("\r\n---")
    assert (preamble, end) == ("", "--\r\n")
    heads, bodies = zip(*(part.removeprefix("\r\n").split("\r\n\r\n", 1) for part in parts), strict=True)
    assert set(heads) == {"Content-Type: application/json; charset=utf-8"}
    return [json.loads(body) for body in bodies]


def merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The data as a client puts it together."""
    data: dict[str, Any] = parts[0]["data"]
    places = {each["id"]: each["path"] for part in parts for each in part.get("pending", ())}
    for part in parts[1:]:
        for each in part.get("incremental", ()):
            found: Any = data
            for step in [*places[each["id"]], *each.get("subPath", ())]:
                found = found[step]
            if "items" in each:
                found.extend(each["items"])
            else:
                found.update(each["data"])
    return data


async def asked(client: Client, query: str, tenant: object = CONTOSO, **headers: str) -> httpx.Response:
    content = {"query": query, "variables": {"id": str(tenant)}}
    return await client.http.post("/graphql", json=content, headers={**bearer("viewer"), **PARTS, **headers})


@pytest.mark.parametrize("query", [USERS, STREAMED, USERS.replace("@defer", "@ defer")])
async def test_the_parts_together_are_the_answer_that_others_get_at_once(client: Client, query: str) -> None:
    parts = parts_of(await asked(client, query))
    whole = (await asked(client, query, accept="application/json")).json()

    assert len(parts) >= 2
    assert [part["hasNext"] for part in parts] == [True] * (len(parts) - 1) + [False]
    assert merged(parts) == whole["data"]
    assert parts[0]["extensions"]["position"] == whole["extensions"]["position"]


async def test_what_is_deferred_is_not_in_the_first_part(client: Client) -> None:
    first, *_ = parts_of(await asked(client, USERS))

    assert first["data"]["tenant"]["name"] == "Contoso"
    assert set(first["data"]["tenant"]["at"]) == {"position"}
    assert first["pending"] == [{"id": "0", "path": ["tenant", "at"], "label": "people"}]


async def test_an_error_in_a_part_has_its_code_and_nothing_else(client: Client) -> None:
    too_many = "tenant(id: $id) { at { users(first: 9999) { edges { cursor } } } }"
    query = f"query($id: ID!) {{ viewer {{ name }} ... @defer {{ {too_many} }} }}"

    parts = parts_of(await asked(client, query))
    errors = [
        error
        for part in parts[1:]
        for name in ("incremental", "completed")
        for each in part.get(name, ())
        for error in each.get("errors", ())
    ]

    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"]


async def test_anothers_tenant_is_in_no_part(client: Client) -> None:
    answer = await asked(
        client, "query($id: ID!) { viewer { name } ... @defer { tenant(id: $id) { name } } }", FABRIKAM
    )

    assert "Fabrikam" not in answer.text
    assert "NOT_FOUND" in answer.text


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (USERS.replace("at {", 'at(atLeast: "1") {'), PARTS["accept"]),
        (USERS, "multipart/mixed;deferSpec=20220824, application/json"),
        (USERS, 'multipart/mixed;subscriptionSpec="1.0", application/json'),
        (USERS.replace("@defer(", "@defer(if: false, "), PARTS["accept"]),
        (USERS.replace("@defer", "@ # spread out\n defer"), "application/json"),
    ],
)
async def test_what_cannot_come_in_parts_comes_whole(client: Client, query: str, accept: str) -> None:
    answer = await asked(client, query, accept=accept)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert "errors" not in answer.json()
    assert answer.json()["data"] is not None


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("query($x: Int!) { ... @defer { tenants(first: $x) { pageInfo { hasNextPage } } } }", 200, "BAD_USER_INPUT"),
        ("mutation { ... @defer { __typename } }", 200, "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer { name ... @defer { nothing } } }", 200, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_query_that_cannot_run_is_refused_as_ever(client: Client, query: str, status: int, code: str) -> None:
    answer = await asked(client, query)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)


async def test_who_may_see_nothing_is_refused_by_status(client: Client) -> None:
    answer = await asked(client, "{ viewer { name ... @defer { roles } } }", **bearer("nobody"))

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


async def test_a_client_that_goes_away_gives_its_connection_back(read_pool: ReadPool, world: World) -> None:
    async with on_air(read_pool, world) as station:
        for _ in range(8):
            async with station.stream(USERS, "viewer", PARTS, id=str(CONTOSO)) as response:
                async for chunk in response.aiter_bytes():
                    assert chunk.startswith(b"\r\n---")
                    break
        async with station.stream("{ viewer { name } }", headers=PARTS) as response:
            assert json.loads(await response.aread())["data"]["viewer"]["name"] == "Anna Berg"


async def test_names_that_are_shown_come_whole_for_showing_them_is_recorded_first(client: Client) -> None:
    answer = await asked(client, USERS, **bearer("hr"))

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
