"""A usage report: redirected, fetched without the token, whole or not at all."""

import pytest
from aiohttp import web

from app.ingest.graph_errors import BadUpstreamAnswer, GraphForbidden, GraphUnavailable, PagesRefused
from tests.ingest.graph.pretend import Pretend, error

REPORT = "/reports/getTeamsUserActivityUserDetail(period='D30')"
CSV = "\ufeffA,B\r\n1,2\r\n3,4\r\n".encode()


def redirect(graph: Pretend, where: str = "/data") -> web.Response:
    return web.Response(status=302, headers={"Location": graph.url + where})


async def rows(graph: Pretend) -> list[dict[str, str]]:
    async with graph.client() as client:
        return [row async for row in client.csv(REPORT)]


async def test_the_redirect_is_followed_without_the_token(graph: Pretend) -> None:
    graph.on(REPORT, redirect(graph))
    graph.on("/data", web.Response(body=CSV, content_type="application/octet-stream"))

    found = await rows(graph)

    assert found == [{"A": "1", "B": "2"}, {"A": "3", "B": "4"}]
    assert [("Authorization" in request.headers, request.path) for request in graph.asked] == [
        (True, f"/v1.0{REPORT}"),
        (False, "/data"),
    ]


async def test_an_expired_address_is_asked_for_anew(graph: Pretend) -> None:
    graph.on(REPORT, redirect(graph, "/old"), redirect(graph, "/new"))
    graph.on("/old", web.Response(status=403))
    graph.on("/new", web.Response(body=CSV))

    found = await rows(graph)

    assert len(found) == 2
    assert len(graph.waits) == 1


async def test_a_report_cut_off_yields_nothing(graph: Pretend) -> None:
    async def cut_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "5000"})
        await response.prepare(request)
        await response.write(CSV)
        assert request.transport is not None
        request.transport.close()
        return response

    graph.on(REPORT, redirect(graph))
    graph.on("/data", cut_off)

    async with graph.client() as client:
        with pytest.raises(BadUpstreamAnswer, match="cut off"):
            await anext(client.csv(REPORT))


@pytest.mark.parametrize(
    "reply",
    [
        web.Response(text="<html>sign in</html>", content_type="text/html"),
        web.Response(status=302, headers={"Location": "https://decoy.example/"}),
        web.Response(status=404),
    ],
)
async def test_another_redirect_or_a_page_is_a_bad_answer(graph: Pretend, reply: web.Response) -> None:
    graph.on(REPORT, redirect(graph))
    graph.on("/data", reply)

    with pytest.raises(BadUpstreamAnswer):
        await rows(graph)


async def test_a_report_must_be_a_redirect_to_a_proper_address(graph: Pretend) -> None:
    graph.on(REPORT, web.Response(body=CSV))

    with pytest.raises(BadUpstreamAnswer):
        await rows(graph)

    graph.on(REPORT, web.Response(status=302, headers={"Location": "http://reports.office.example/data"}))
    with pytest.raises((BadUpstreamAnswer, PagesRefused)):
        await rows(graph)


async def test_graphs_refusals_stay_what_they_are(graph: Pretend) -> None:
    graph.on(REPORT, error(403, "S2SUnauthorized"))
    with pytest.raises(GraphForbidden):
        await rows(graph)

    graph.on(REPORT, error(504, "Timeout"))
    with pytest.raises(GraphUnavailable):
        await rows(graph)
