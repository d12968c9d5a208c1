"""A question may come in the address: GET asks, and never changes anything."""

import json
from dataclasses import replace

from app.graphql.http import RESPONSE, BodyLimits
from app.graphql.pool import ReadPool
from tests.graphql.conftest import SETTINGS, Client, asking, bearer
from tests.graphql.world import CONTOSO

NAMED = "query N($id: ID!) { tenant(id: $id) { name } } query Other { __typename }"


async def test_a_get_is_answered_as_the_post_would_be(client: Client) -> None:
    variables = json.dumps({"id": str(CONTOSO)})
    asked = {"query": NAMED, "variables": variables, "operationName": "N", "extensions": "{}"}

    answer = await client.http.get("/graphql", params=asked, headers={**bearer("hr"), "accept": RESPONSE})

    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{RESPONSE}; charset=utf-8")
    assert answer.json()["data"] == {"tenant": {"name": "Contoso"}}


async def test_a_get_needs_the_token_too(client: Client) -> None:
    answer = await client.http.get("/graphql", params={"query": "{ __typename }"})

    assert answer.status_code == 401


async def test_a_get_that_would_change_something_answers_405_and_runs_nothing(client: Client) -> None:
    for query, name in (("mutation { __typename }", ""), ("query A { __typename } mutation B { __typename }", "B")):
        asked = {"query": query, "operationName": name}

        answer = await client.http.get("/graphql", params=asked, headers=bearer("admin"))

        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


async def test_addresses_that_are_no_request_answer_400(client: Client) -> None:
    good = "query={__typename}"
    for asked in (
        "",
        "query=",
        f"{good}&{good}",
        f"{good}&variables=[]",
        f"{good}&variables=x",
        f"{good}&variables={'[' * 20_000}",
        f"{good}&extensions=5",
    ):
        answer = await client.http.get(f"/graphql?{asked}", headers=bearer("hr"))

        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST"), asked


async def test_too_long_an_address_answers_413(read_pool: ReadPool) -> None:
    settings = replace(SETTINGS, body=BodyLimits(size_bytes=1024, timeout_seconds=1))
    async with asking(read_pool, settings) as client:
        answer = await client.http.get(f"/graphql?query={'a' * 1024}", headers=bearer("hr"))

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "BODY_TOO_LARGE")
