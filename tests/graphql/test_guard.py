"""Odd requests get a clear answer with a stable code, and never a 500."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.graphql.http import RESPONSE
from tests.auth.issuing import claims_at, signed
from tests.graphql.conftest import TOKENS, Client, bearer
from tests.graphql.world import CONTOSO, NOON

GOOD = b'{"query": "{ __typename }"}'
JSON = {"content-type": "application/json"}


async def refused(client: Client, body: Any, headers: dict[str, str] | None = None) -> tuple[int, str]:
    answer = await client.http.post("/graphql", content=body, headers={**bearer("hr"), **JSON, **(headers or {})})
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


BAD_BODIES = {
    "nothing": b"",
    "null": b"null",
    "a number": b"5",
    "deep JSON": b"[" * 60_000,
    "deep variables": b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
    "bad UTF-8": b'{"query": "{ __typename \xff }"}',
    "UTF-16": '{"query": "{ __typename }"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "a lone surrogate": b'{"query": "\\ud800"}',
    "a NUL byte": b'{"query": "{ __typename }\x00"}',
    "NaN": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "no query": b"{}",
    "a number as query": b'{"query": 5}',
    "null as query": b'{"query": null}',
    "an empty query": b'{"query": " "}',
    "a list of variables": b'{"query": "{ __typename }", "variables": []}',
    "a number as operation": b'{"query": "{ __typename }", "operationName": 1}',
    "something after it": GOOD + b"x",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
async def test_a_body_that_is_no_request_answers_400(client: Client, body: bytes) -> None:
    assert await refused(client, body) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("body", [b"[]", b'[{"query": "{ __typename }"}]', b"[1]"])
async def test_several_requests_in_one_body_are_refused_as_that(client: Client, body: bytes) -> None:
    assert await refused(client, body) == (400, "BATCH_REFUSED")


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "",
    ],
)
async def test_another_content_type_answers_415(client: Client, kind: str) -> None:
    assert await refused(client, GOOD, {"content-type": kind}) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_compressed_body_answers_415(client: Client) -> None:
    assert await refused(client, GOOD, {"content-encoding": "gzip"}) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_too_much_answers_413_by_its_length_and_without_one(client: Client) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    assert await refused(client, b" " * 65_537) == (413, "BODY_TOO_LARGE")
    assert await refused(client, chunks()) == (413, "BODY_TOO_LARGE")


async def test_a_body_that_does_not_come_answers_408(client: Client) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(3)
        yield b"}"

    assert await refused(client, slowly()) == (408, "BODY_TIMEOUT")


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
async def test_other_methods_answer_405_and_name_the_right_ones(client: Client, method: str) -> None:
    answer = await client.http.request(method, "/graphql?query={__typename}", headers=bearer("hr"))

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, GET")


async def test_a_browser_that_looks_at_the_address_gets_no_page(client: Client) -> None:
    answer = await client.http.get("/graphql", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_there_are_no_sockets(client: Client) -> None:
    answer = await client.http.get(
        "/graphql", headers={**bearer("hr"), "connection": "upgrade", "upgrade": "websocket"}
    )

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "Basic YTpi")],
        [("authorization", bearer("hr")["authorization"])] * 2,
        [("authorization", "Bearer " + "a" * 17_000)],
        [("authorization", "Bearer a.b.c")],
        [("authorization", "Bearer ä.ö.ü".encode("latin-1").decode("latin-1"))],
        [("authorization", f"Bearer {signed(claims_at(exp=1))}")],
        [("authorization", f"Bearer {signed(claims_at(**TOKENS['hr']), alg='none')}")],
    ],
    ids=["none", "basic", "twice", "long", "garbage", "not ASCII", "expired", "unsigned"],
)
async def test_without_a_true_token_nothing_is_read(client: Client, headers: list[tuple[str, str]]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]

    answer = await client.http.post("/graphql", content=b"[" * 100_000, headers=raw)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_who_has_no_role_here_is_answered_403(client: Client) -> None:
    answer = await client.http.post("/graphql", content=GOOD, headers={**bearer("nobody"), **JSON})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


UNKNOWN_FIELD = json.dumps({"query": "{ viewer { secret } }"})


@pytest.mark.parametrize(
    ("accept", "media", "status"),
    [
        ("", "application/json", 200),
        ("*/*", "application/json", 200),
        ("application/json", "application/json", 200),
        (RESPONSE, RESPONSE, 400),
        (f"application/json;q=0.5, {RESPONSE}", RESPONSE, 400),
        (f"{RESPONSE};q=0, application/json", "application/json", 200),
    ],
)
async def test_the_answer_comes_as_accepted(client: Client, accept: str, media: str, status: int) -> None:
    headers = {**bearer("hr"), **JSON, "accept": accept}

    bad = await client.http.post("/graphql", content=UNKNOWN_FIELD, headers=headers)
    good = await client.http.post("/graphql", content=GOOD, headers=headers)

    assert (bad.status_code, good.status_code) == (status, 200)
    assert bad.headers["content-type"] == good.headers["content-type"] == f"{media}; charset=utf-8"
    assert "data" not in bad.json()
    cost = {"depth": 1, "aliases": 0, "fields": 1, "nodes": 0}
    assert good.json() == {"data": {"__typename": "Query"}, "extensions": {"cost": cost, "now": NOON.isoformat()}}


async def test_nothing_acceptable_answers_406(client: Client) -> None:
    assert await refused(client, GOOD, {"accept": "text/html"}) == (406, "NOT_ACCEPTABLE")


async def test_faults_of_a_document_are_told_with_their_place(client: Client) -> None:
    syntax = await client.ask("{ viewer { ")
    field = await client.ask("{ viewer { secret } }")
    argument = await client.ask("{ tenants(first: true) { nodes { id } } }")
    operation = await client.ask("query A { __typename } query B { __typename }")
    variable = await client.ask("query ($n: Int) { tenants(first: $n) { nodes { id } } }", n="many")

    codes = [each["errors"][0]["extensions"]["code"] for each in (syntax, field, argument, operation, variable)]
    assert codes == [
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "BAD_USER_INPUT",
        "BAD_USER_INPUT",
    ]
    assert field["errors"][0]["message"] == "Cannot query field 'secret' on type 'Viewer'."
    assert field["errors"][0]["locations"] == [{"line": 1, "column": 12}]


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[2J", "", "x" * 201])
async def test_texts_a_database_or_a_person_cannot_mean_are_refused(client: Client, text: str) -> None:
    query = """query ($id: ID!, $text: String) { tenant(id: $id) {
      at { users(filter: {department: $text}) { nodes { id } } } } }"""

    assert await client.code(query, id=str(CONTOSO), text=text) == "BAD_USER_INPUT"


async def test_the_schema_can_be_read_by_tools(client: Client) -> None:
    from graphql import get_introspection_query

    data = await client.data(get_introspection_query())

    assert data["__schema"]["queryType"] == {"name": "Query", "kind": "OBJECT"}
