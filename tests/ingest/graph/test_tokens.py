"""Tokens through MSAL, and Entra's refusals by what to do about them."""

import asyncio

import pytest
from aiohttp import web

from app.ingest.graph_errors import (
    BadUpstreamAnswer,
    ConsentLost,
    CredentialRefused,
    GraphUnavailable,
    RequestMalformed,
    TenantBlocked,
    TenantGone,
    TokenRefused,
    TokenUnavailable,
)
from app.ingest.tokens import roles_of
from tests.ingest.graph.pretend import Pretend, error, refused_token


async def test_a_token_serves_many_requests(graph: Pretend) -> None:
    graph.on("/organization", web.json_response({"value": []}))

    async with graph.client() as client:
        await client.get("/organization")
        await client.get("/organization")

    assert graph.tokens == 1
    assert {request.headers["Authorization"][:10] for request in graph.asked} == {"Bearer e30"}
    assert len({request.headers["client-request-id"] for request in graph.asked}) == 2


async def test_requests_at_the_same_time_ask_for_one_token(graph: Pretend) -> None:
    graph.on("/organization", web.json_response({"value": []}))

    async with graph.client() as client:
        await asyncio.gather(*(client.get("/organization") for _ in range(20)))

    assert graph.tokens == 1
    assert len(graph.asked) == 20


async def test_a_401_fetches_a_fresh_token_and_asks_once_more(graph: Pretend) -> None:
    graph.on("/organization", error(401, "InvalidAuthenticationToken"), web.json_response({"value": []}))

    async with graph.client() as client:
        await client.get("/organization")

    assert graph.tokens == 2
    assert graph.asked[0].headers["Authorization"] != graph.asked[1].headers["Authorization"]
    assert graph.waits == []


async def test_roles_are_read_from_a_token_got_just_now(graph: Pretend) -> None:
    async with graph.client() as client:
        before = await client.roles()
        graph.roles = ("User.Read.All", "CallRecords.Read.All")
        after = await client.roles()

    assert before == ("User.Read.All",)
    assert after == ("CallRecords.Read.All", "User.Read.All")


@pytest.mark.parametrize(
    ("aadsts", "kind"),
    [
        (700016, ConsentLost),
        (65001, ConsentLost),
        (53003, TenantBlocked),
        (530032, TenantBlocked),
        (7000112, TenantBlocked),
        (70001, TenantBlocked),
        (90002, TenantGone),
        (90038, TenantGone),
        (900432, TenantGone),
        (7000215, CredentialRefused),
        (7000222, CredentialRefused),
        (700027, CredentialRefused),
        (50012, CredentialRefused),
        (7000218, RequestMalformed),
        (9001023, RequestMalformed),
        (900144, RequestMalformed),
        (90014, RequestMalformed),
        (70011, RequestMalformed),
        (700022, RequestMalformed),
        (650052, TokenRefused),
        (650056, TokenRefused),
        (650057, TokenRefused),
        (500011, TokenRefused),
        (65004, TokenRefused),
        (90094, TokenRefused),
        (50105, TokenRefused),
        (50020, TokenRefused),
        (50034, TokenRefused),
    ],
)
async def test_entras_refusals_are_told_apart_by_number_and_not_repeated(
    graph: Pretend, aadsts: int, kind: type[Exception]
) -> None:
    graph.token_replies = [refused_token(aadsts)]

    async with graph.client() as client:
        with pytest.raises(kind) as refused:
            await client.get("/organization")

    assert type(refused.value) is kind
    assert graph.tokens == 1
    assert graph.asked == []


@pytest.mark.parametrize("aadsts", [50196, 90055, 90006, 90012, 90024, 90033, 90090, 50033, 50087])
async def test_what_passes_by_itself_is_tried_again(graph: Pretend, aadsts: int) -> None:
    graph.token_replies = [refused_token(aadsts)]

    async with graph.client(attempts=2) as client:
        with pytest.raises(TokenUnavailable):
            await client.get("/organization")

    assert graph.tokens == 2
    assert graph.waits == ([300.0] if aadsts == 50196 else graph.waits)


async def test_our_own_secret_being_wrong_says_nothing_of_the_tenant(graph: Pretend) -> None:
    graph.token_replies = [refused_token(7000222)]

    async with graph.client() as client:
        with pytest.raises(CredentialRefused) as refused:
            await client.get("/organization")

    assert refused.value.code == "CREDENTIAL_REFUSED"
    assert graph.waits == []


async def test_a_passing_refusal_is_asked_again_past_msals_cache(graph: Pretend) -> None:
    token = web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": "e30.e30.x"})
    graph.token_replies = [refused_token(90033), web.Response(status=503, text="<html>"), token]
    graph.on("/organization", web.json_response({"value": []}))

    async with graph.client() as client:
        answer = await client.get("/organization")

    assert answer == {"value": []}
    assert graph.waits == [0.5, 1.0]


async def test_an_entra_that_answers_html_is_unavailable(graph: Pretend) -> None:
    graph.token_replies = [web.Response(text="<html>busy</html>", content_type="text/html")]

    async with graph.client() as client:
        with pytest.raises(TokenUnavailable):
            await client.get("/organization")

    assert graph.tokens == 3


async def test_a_directory_unknown_at_discovery_is_gone(graph: Pretend) -> None:
    graph.discovery = refused_token(90002, "invalid_tenant")

    async with graph.client() as client:
        with pytest.raises(TenantGone):
            await client.get("/organization")

    assert graph.tokens == 0


async def test_nobody_listening_is_unavailable(graph: Pretend) -> None:
    client = graph.client()
    object.__setattr__(client._access.tokens, "_login_url", "http://127.0.0.1:9")

    async with client:
        with pytest.raises(GraphUnavailable) as failed:
            await client.get("/organization")

    assert failed.value.code == "GRAPH_UNAVAILABLE"


@pytest.mark.parametrize("token", ["", "a.b", "e30.!!.x", "e30.bm90IGpzb24.x", "e30.W10.x"])
def test_what_is_no_token_has_no_roles(token: str) -> None:
    with pytest.raises(BadUpstreamAnswer):
        roles_of(token)


def test_a_token_without_roles_has_none() -> None:
    assert roles_of("e30.e30.x") == ()
