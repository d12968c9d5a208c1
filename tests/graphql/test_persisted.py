"""Documents asked for by their hash: sent before, or registered when the portal was built."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.graphql import persisted
from app.graphql.http import RESPONSE, Asking
from app.graphql.persisted import (
    Persisted,
    PersistedQueryNotFound,
    TrustedDocumentsUnusable,
    hash_of,
    trusted_documents,
)
from app.graphql.pool import ReadPool
from tests.graphql.conftest import SETTINGS, Client, asking, bearer

WHO = "{ viewer { roles } }"
TYPE = "{ __typename }"


def named(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}}


async def sent(client: Client, body: Mapping[str, Any], accept: str = RESPONSE) -> tuple[int, Any]:
    """The status, and the data or the code of the error."""
    answer = await client.http.post("/graphql", json=body, headers={**bearer("hr"), "accept": accept})
    content = answer.json()
    if "errors" in content:
        return answer.status_code, content["errors"][0]["extensions"]["code"]
    return answer.status_code, content["data"]


async def test_a_document_sent_once_with_its_hash_runs_by_the_hash_alone(client: Client) -> None:
    unknown = await sent(client, named(TYPE))
    first = await sent(client, {"query": TYPE, **named(TYPE)})
    again = await sent(client, named(TYPE))
    by_id = await sent(client, {"documentId": f"sha256:{hash_of(TYPE)}"})

    assert unknown == (400, "PERSISTED_QUERY_NOT_FOUND")
    assert first == again == by_id == (200, {"__typename": "Query"})


async def test_an_unknown_hash_answers_in_the_words_and_the_status_clients_know(client: Client) -> None:
    answer = await client.http.post("/graphql", json=named(TYPE), headers=bearer("hr"))

    assert answer.status_code == 200
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"


async def test_a_hash_runs_by_get_as_well(client: Client) -> None:
    await sent(client, {"query": TYPE, **named(TYPE)})

    asked = {"extensions": json.dumps(named(TYPE)["extensions"])}
    answer = await client.http.get("/graphql", params=asked, headers=bearer("hr"))

    assert answer.json()["data"] == {"__typename": "Query"}


async def test_a_document_under_anothers_hash_is_refused_and_not_kept(client: Client) -> None:
    assert await sent(client, {"query": TYPE, **named(WHO)}) == (400, "PERSISTED_QUERY_MISMATCH")
    assert await sent(client, named(WHO)) == (400, "PERSISTED_QUERY_NOT_FOUND")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer {", "GRAPHQL_PARSE_FAILED"),
        ("{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}", "QUERY_TOO_COSTLY"),
    ],
)
async def test_what_may_not_run_is_not_kept(client: Client, text: str, code: str) -> None:
    assert await sent(client, {"query": text, **named(text)}) == (400, code)
    assert await sent(client, named(text)) == (400, "PERSISTED_QUERY_NOT_FOUND")


@pytest.mark.parametrize(
    "said", [5, [], {}, {"version": 2, "sha256Hash": "0" * 64}, {"version": 1}, {"version": 1, "sha256Hash": "0"}]
)
async def test_a_hash_that_is_none_answers_400(client: Client, said: Any) -> None:
    assert await sent(client, {"query": TYPE, "extensions": {"persistedQuery": said}}) == (400, "BAD_REQUEST")


def test_of_the_documents_sent_the_longest_unused_leaves_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persisted, "REMEMBERED_CHARACTERS_MAX", 40)
    texts = [f"{{ a{n:02}: __typename }}" for n in range(3)]
    kept = Persisted()
    for text in texts[:2]:
        kept.remember(Asking(query=text, document_id=hash_of(text)))
    assert kept.text_of(Asking(document_id=hash_of(texts[0]))) == texts[0]

    kept.remember(Asking(query=texts[2], document_id=hash_of(texts[2])))

    assert kept.text_of(Asking(document_id=hash_of(texts[0]))) == texts[0]
    with pytest.raises(PersistedQueryNotFound):
        kept.text_of(Asking(document_id=hash_of(texts[1])))


async def test_with_trusted_documents_only_those_run_by_whatever_name(read_pool: ReadPool) -> None:
    async with asking(read_pool, replace(SETTINGS, trusted={hash_of(TYPE): TYPE})) as client:
        good = [await sent(client, body) for body in ({"query": TYPE}, {"documentId": hash_of(TYPE)}, named(TYPE))]
        bad = [
            await sent(client, body)
            for body in (
                {"query": WHO},
                {"documentId": hash_of(WHO)},
                {"query": WHO, **named(WHO)},
                {"query": WHO, **named(TYPE)},
                named(WHO),
            )
        ]

    assert good == [(200, {"__typename": "Query"})] * 3
    assert bad == [(400, "DOCUMENT_NOT_TRUSTED")] * 5


def test_trusted_documents_are_read_from_a_file_and_each_hash_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps({hash_of(TYPE): TYPE, f"sha256:{hash_of(WHO)}": WHO}))
    assert trusted_documents(file) == {hash_of(TYPE): TYPE, hash_of(WHO): WHO}

    for content in (json.dumps({hash_of(WHO): TYPE}), "[]", "nothing"):
        file.write_text(content)
        with pytest.raises(TrustedDocumentsUnusable):
            trusted_documents(file)
    with pytest.raises(TrustedDocumentsUnusable):
        trusted_documents(tmp_path / "absent.json")


async def test_with_introspection_off_nothing_tells_of_the_schema(read_pool: ReadPool) -> None:
    async with asking(read_pool, replace(SETTINGS, introspection=False)) as client:
        asked = ["{ __schema { queryType { name } } }", '{ __type(name: "Tenant") { name } }', "{ viewr { roles } }"]
        answers = [(await client.ask(each))["errors"][0] for each in asked]
        typename = await client.data(TYPE)

    assert [each["extensions"]["code"] for each in answers] == [
        "INTROSPECTION_OFF",
        "INTROSPECTION_OFF",
        "GRAPHQL_VALIDATION_FAILED",
    ]
    assert answers[2]["message"] == "Cannot query field 'viewr' on type 'Query'."
    assert typename == {"__typename": "Query"}
