"""The list of attacks on the GraphQL door, and what answers each.

| attack | covered by |
|---|---|
| alg none, HS256, keys brought along, crit, kid, claims, ID tokens, mutated ones | tests/auth/test_tokens.py |
| keys of another issuer or tenant, endless refreshes of keys | tests/auth/test_tokens.py, tests/auth/test_jwks.py |
| role claimed in a foreign directory, reseller without grant, offboarded customer | tests/isolation/test_matrix.py |
| ids of another tenant: raw, opaque, of things; tenant as the database sees it | tests/isolation |
| fragment, alias, depth, list bombs; loops of introspection | tests/graphql/test_limits.py |
| bodies: huge, slow, deep, null, not UTF-8, compressed, batched, another type or method | tests/graphql/test_guard.py |
| cursors: garbage, changed, of another field; page sizes | tests/graphql/test_paging.py |
| errors that tell of the inside | tests/graphql/test_failures.py |
| directive and argument bombs, odd JSON, tokens elsewhere, cursors of others, headers, SQL in arguments | here |
| documents at random | tests/security/test_random_documents.py |
"""

import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.clock import SteppedClock
from app.graphql.pool import open_read_pool
from tests.auth.issuing import claims_at, signed
from tests.database import Database
from tests.graphql.conftest import SETTINGS, asgi
from tests.graphql.world import NOON, World
from tests.isolation.conftest import Door
from tests.isolation.viewers import KNOCKERS, Knocker
from tests.isolation.world import CONTOSO, FABRIKAM, built


def _knocker(name: str) -> Knocker:
    return next(each for each in KNOCKERS if each.name == name)


OURS, NEIGHBOUR = _knocker("Sua.Customer.Viewer who sees persons"), _knocker("neighbour")
ASK = "query ($id: ID!) { tenant(id: $id) { name } }"
ID = {"id": str(CONTOSO.tenant)}


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        yield made


@pytest.fixture
async def door(module_database: Database, world: World) -> AsyncIterator[Door]:
    assert world.store.head(CONTOSO.tenant)
    pool = await open_read_pool(module_database.reader_dsn, 2)
    app = asgi(pool, SteppedClock(NOON), SETTINGS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as http:
        yield Door(http)
    await pool.close()


def _bearer() -> dict[str, str]:
    claims = claims_at(tid=str(OURS.directory), roles=[role.value for role in OURS.roles])
    return {"authorization": f"Bearer {signed(claims)}", "content-type": "application/json"}


BOMBS = {
    "directives": "{ viewer { name " + "@include(if: true) " * 500 + "} }",
    "arguments": '{ tenant(id: "x") { events(types: [' + '"a",' * 900 + "]) { nodes { name } } } }",
    "variables": "query (" + " ".join(f"$v{each}: Int" for each in range(400)) + ") { viewer { name } }",
    "values inside values": "{ tenant(id: " + "[" * 190 + "]" * 190 + ") { name } }",
    "equal fields": "{ viewer { " + "name " * 990 + "} }",
    "operations": " ".join(f"query q{each} {{ viewer {{ name }} }}" for each in range(150)),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
async def test_a_bomb_is_answered_by_a_code_and_never_by_a_fault(door: Door, text: str) -> None:
    told = await door.ask(OURS, text)

    assert told.status < 500
    assert "INTERNAL" not in told.codes
    assert told.codes or told.content["data"]


ODD = {
    "a number beyond doubles": '{"query": "{ viewer { name } }", "variables": {"a": 1e400}}',
    "variables as a list": '{"query": "{ viewer { name } }", "variables": []}',
    "a name twice": '{"query": "{ nope }", "query": "{ viewer { name } }"}',
    "a prototype": '{"query": "{ viewer { name } }", "__proto__": {"admin": true}, "constructor": 1}',
    "variables nested deeply": '{"query": "{ viewer { name } }", "variables": {"a": ' + "[" * 5000 + "]" * 5000 + "}}",
    "half a surrogate": '{"query": "{ viewer { name } }", "operationName": "\\ud800"}',
    "an operation that is not there": '{"query": "{ viewer { name } }", "operationName": "q"}',
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
async def test_odd_json_breaks_nothing(door: Door, body: str) -> None:
    answer = await door.http.post("/graphql", content=body.encode(), headers=_bearer())

    assert answer.status_code < 500
    assert "INTERNAL" not in answer.text


@pytest.mark.parametrize("place", ["query", "cookie", "body", "header"])
async def test_a_token_counts_in_its_header_alone(door: Door, place: str) -> None:
    token = _bearer()["authorization"].removeprefix("Bearer ")
    asked = {"query": "{ viewer { name } }"}
    answer = await door.http.post(
        "/graphql" + (f"?access_token={token}" if place == "query" else ""),
        content=json.dumps(asked | ({"access_token": token} if place == "body" else {})),
        headers={"content-type": "application/json"}
        | ({"cookie": f"authorization=Bearer {token}"} if place == "cookie" else {})
        | ({"x-authorization": f"Bearer {token}"} if place == "header" else {}),
    )

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("name", ["x-tenant-id", "x-forwarded-user", "x-ms-client-principal", "x-http-method-override"])
async def test_headers_of_proxies_open_nothing(door: Door, name: str) -> None:
    asked = {"query": ASK, "variables": {"id": str(FABRIKAM.tenant)}}
    answer = await door.http.post("/graphql", json=asked, headers=_bearer() | {name: str(FABRIKAM.tenant)})

    assert [each["extensions"]["code"] for each in answer.json()["errors"]] == ["NOT_FOUND"]


PAGED = "query ($id: ID!, $after: String) { tenant(id: $id) { %s } }"
LISTS = {
    "users": "at { users(first: 1, after: $after) { pageInfo { endCursor } nodes { name } } }",
    "calls": 'at { calls(first: 1, since: "2026-11-01", after: $after) { pageInfo { endCursor } nodes { callId } } }',
    "findings": "at { findings(first: 1, after: $after) { pageInfo { endCursor } nodes { userName } } }",
    "events": "events(first: 1, after: $after) { pageInfo { endCursor } nodes { name } }",
    "changes": "licenceChanges(first: 1, after: $after) { pageInfo { endCursor } nodes { userName } }",
}


@pytest.mark.parametrize("selected", LISTS.values(), ids=LISTS.keys())
async def test_the_neighbours_cursor_opens_nothing_here(door: Door, selected: str) -> None:
    theirs = await door.ask(NEIGHBOUR, PAGED % selected, id=str(FABRIKAM.tenant))
    found = theirs.content["data"]["tenant"]
    cursor = found.get("at", found)
    (connection,) = cursor.values()
    told = await door.ask(OURS, PAGED % selected, **ID, after=connection["pageInfo"]["endCursor"])

    assert told.codes == ["INVALID_CURSOR"]
    assert told.holding(FABRIKAM.canaries) == []


SQL = ["' OR 1=1 --", "'; SET sua.register = 'all'; --", "%", "_", "\\", '" OR ""="', "$1", "%(tenant)s", "{tenant}"]


@pytest.mark.parametrize("text", SQL)
async def test_sql_in_an_argument_is_a_text_like_any(door: Door, text: str) -> None:
    query = """query ($id: ID!, $t: String) { tenant(id: $id) { at {
      users(filter: {search: $t, department: $t}) { nodes { name } }
      findings(department: $t) { nodes { userName } } idleLicences(department: $t) { nodes { userName } } } } }"""
    told = await door.ask(OURS, query, **ID, t=text)

    assert told.codes == []
    assert [len(each["nodes"]) for each in told.content["data"]["tenant"]["at"].values()] == [0, 0, 0]
