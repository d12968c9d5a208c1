"""Graph at its worst: every status and every broken body has one meaning."""

import asyncio
import gzip

import pytest
from aiohttp import web

from app.domain.errors import SuaError
from app.ingest.graph_errors import (
    BadUpstreamAnswer,
    GraphConflict,
    GraphForbidden,
    GraphGone,
    GraphNotFound,
    GraphRejected,
    GraphThrottled,
    GraphUnavailable,
    NotPremium,
)
from app.ingest.graph_http import ANSWER_MAX_BYTES
from tests.ingest.graph.pretend import Pretend, Reply, error

OK = web.json_response({"value": []})
JSON = {"Content-Type": "application/json"}


async def refused(graph: Pretend, kind: type[SuaError], *, patience: float = 5.0) -> SuaError:
    async with graph.client(timeout=patience) as client:
        with pytest.raises(kind) as raised:
            await client.get("/users")
    assert type(raised.value) is kind
    return raised.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "BadRequest", GraphRejected),
        (403, "Authorization_RequestDenied", GraphForbidden),
        (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", NotPremium),
        (404, "Request_ResourceNotFound", GraphNotFound),
        (409, "ExtensionError", GraphConflict),
        (410, "syncStateNotFound", GraphGone),
        (501, "NotImplemented", GraphRejected),
    ],
)
async def test_a_refusal_is_not_repeated_and_keeps_graphs_code(
    graph: Pretend, status: int, code: str, kind: type[GraphRejected]
) -> None:
    graph.on("/users", error(status, code))

    raised = await refused(graph, kind)

    assert isinstance(raised, GraphRejected)
    assert raised.graph_code == code
    assert len(graph.asked) == 1


async def test_the_premium_code_means_a_missing_licence_only_with_a_403(graph: Pretend) -> None:
    graph.on("/users", error(400, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"))

    await refused(graph, GraphRejected)


async def test_a_401_twice_is_forbidden(graph: Pretend) -> None:
    graph.on("/users", error(401, "InvalidAuthenticationToken"))

    await refused(graph, GraphForbidden)

    assert len(graph.asked) == graph.tokens == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504, 509])
async def test_a_passing_fault_is_asked_again_with_growing_waits(graph: Pretend, status: int) -> None:
    html = web.Response(status=status, text="<html>busy</html>", content_type="text/html")
    graph.on("/users", html, html, OK)

    async with graph.client() as client:
        answer = await client.get("/users")

    assert answer == {"value": []}
    assert graph.waits == [0.5, 1.0]


async def test_after_all_attempts_graph_is_unavailable(graph: Pretend) -> None:
    graph.on("/users", error(500, "InternalServerError"))

    raised = await refused(graph, GraphUnavailable)

    assert raised.code == "GRAPH_UNAVAILABLE"
    assert len(graph.asked) == 3


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("2.128", 2.128),
        ("120", 120.0),
        ("0", 1.0),
        ("1000000000", 3600.0),
        ("-1", 0.5),
        ("soon", 0.5),
        ("nan", 0.5),
        ("Mon, 23 Nov 2026 10:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.5),
    ],
)
async def test_retry_after_is_obeyed_within_reason(graph: Pretend, asked: str, wait: float) -> None:
    date = "Mon, 23 Nov 2026 10:00:00 GMT"
    graph.on("/users", error(429, "TooManyRequests", Retry_After=asked, Date=date), OK)

    async with graph.client() as client:
        await client.get("/users")

    assert graph.waits == [wait]


async def test_a_throttled_read_says_how_long_graph_wants_peace(graph: Pretend) -> None:
    graph.on("/users", error(429, "TooManyRequests", Retry_After="7.5"))

    raised = await refused(graph, GraphThrottled)

    assert isinstance(raised, GraphThrottled)
    assert raised.retry_after == 7.5
    assert graph.waits == [7.5, 7.5]


async def test_a_503_may_say_when_to_come_back(graph: Pretend) -> None:
    graph.on("/users", error(503, "serviceNotAvailable", Retry_After="3"), OK)

    async with graph.client() as client:
        await client.get("/users")

    assert graph.waits == [3.0]


def answered(body: bytes, **headers: str) -> web.Response:
    return web.Response(body=body, headers=JSON | {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    "reply",
    [
        web.Response(text="<html>sign in</html>", content_type="text/html"),
        web.Response(body=b'{"value": []}', content_type="text/plain"),
        web.Response(body=b'{"value": []}', content_type="application/jsonp"),
        answered(b'{"value": ['),
        answered(b""),
        answered(b"[1]"),
        answered(b'{"value": NaN}'),
        answered(b'{"value": "\\ud800"}'),
        answered(b"[" * 200_000),
        answered(b"\xff\xfe"),
        answered(b"no gzip", Content_Encoding="gzip"),
        web.Response(status=302, headers={"Location": "https://decoy.example/"}),
        web.Response(status=206, body=b"{}", content_type="application/json"),
    ],
    ids=lambda reply: f"{reply.status} {(reply.body or b'')[:12]!r}",
)
async def test_what_is_no_answer_is_asked_again_and_then_a_bad_answer(graph: Pretend, reply: web.Response) -> None:
    graph.on("/users", reply)

    raised = await refused(graph, BadUpstreamAnswer)

    assert raised.code == "BAD_UPSTREAM_ANSWER"
    assert len(graph.asked) == 3


async def cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers=JSON | {"Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b'{"value": [')
    assert request.transport is not None
    request.transport.close()
    return response


async def test_a_body_cut_off_is_a_bad_answer(graph: Pretend) -> None:
    graph.on("/users", cut_off)

    await refused(graph, BadUpstreamAnswer)

    assert len(graph.asked) == 3


async def test_one_broken_answer_is_forgiven(graph: Pretend) -> None:
    graph.on("/users", cut_off, answered(b'{"value": ['), OK)

    async with graph.client() as client:
        answer = await client.get("/users")

    assert answer == {"value": []}


async def hung_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def asleep(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(0.5)
    return OK


@pytest.mark.parametrize("reply", [hung_up, asleep])
async def test_a_broken_or_silent_connection_is_unavailable(graph: Pretend, reply: Reply) -> None:
    graph.on("/users", reply)

    await refused(graph, GraphUnavailable, patience=0.1)


async def test_a_small_packed_body_may_not_become_a_huge_one(graph: Pretend) -> None:
    bomb = gzip.compress(b'{"value": [' + b" " * (ANSWER_MAX_BYTES + 1))
    graph.on("/users", answered(bomb, Content_Encoding="gzip"))

    raised = await refused(graph, BadUpstreamAnswer)

    assert len(bomb) < 50_000
    assert "more than 33554432 bytes" in str(raised)


@pytest.mark.parametrize("status", [202, 204])
async def test_no_content_is_an_empty_answer(graph: Pretend, status: int) -> None:
    graph.on("/subscriptions/1", web.Response(status=status))

    async with graph.client() as client:
        answer = await client.patch("/subscriptions/1", {"expirationDateTime": "2026-11-25T00:00:00Z"})
        await client.delete("/subscriptions/1")

    assert answer == {}
    assert [request.method for request in graph.asked] == ["PATCH", "DELETE"]


@pytest.mark.parametrize("reply", [error(503, "busy"), web.Response(text="<html>"), hung_up])
async def test_a_post_that_may_have_been_carried_out_is_not_repeated(graph: Pretend, reply: Reply) -> None:
    graph.on("/subscriptions", reply)

    async with graph.client() as client:
        with pytest.raises((GraphUnavailable, BadUpstreamAnswer)):
            await client.post("/subscriptions", {"resource": "/communications/callRecords"})

    assert len(graph.asked) == 1


async def test_a_throttled_post_was_not_carried_out_and_is_repeated(graph: Pretend) -> None:
    created = web.json_response({"id": "1"}, status=201)
    graph.on("/subscriptions", error(429, "TooManyRequests", Retry_After="2"), created)

    async with graph.client() as client:
        answer = await client.post("/subscriptions", {"resource": "/communications/callRecords"})

    assert answer == {"id": "1"}
    assert graph.waits == [2.0]
