"""Pages: all of them or none, and never off Graph's host."""

import pytest
from aiohttp import web
from yarl import URL

from app.ingest import paging
from app.ingest.graph_errors import BadUpstreamAnswer, PagesRefused
from app.ingest.paging import Links, download
from tests.ingest.graph.pretend import Pretend, error

GRAPH = URL("https://graph.microsoft.com")


async def collected(graph: Pretend) -> list[int]:
    async with graph.client() as client:
        return [row["n"] async for page in client.pages("/users", {"$select": "id", "$top": "999"}) for row in page]


def page(*numbers: int, link: object = None) -> web.Response:
    body: dict[str, object] = {"value": [{"n": number} for number in numbers]}
    return web.json_response(body | ({} if link is None else {"@odata.nextLink": link}))


async def test_pages_are_followed_to_the_last(graph: Pretend) -> None:
    graph.on("/users", page(1, 2, link=graph.link("/users?$skiptoken=a%2Bb%27c")), page(link=graph.link("/more")))
    graph.on("/more", page(3))

    found = await collected(graph)

    assert found == [1, 2, 3]
    assert graph.asked[0].query == {"$select": "id", "$top": "999"}
    assert graph.asked[1].raw_path == "/v1.0/users?$skiptoken=a%2Bb%27c"


async def test_nested_pages_follow_the_link_inside_the_object(graph: Pretend) -> None:
    graph.on("/more", page(2, link=graph.link("/evenmore")))
    graph.on("/evenmore", page(3))
    record = {"sessions": [{"n": 1}], "sessions@odata.nextLink": graph.link("/more")}

    async with graph.client() as client:
        found = [row["n"] async for rows in client.nested(record, "sessions") for row in rows]
        absent = [row async for rows in client.nested(record, "participants_v2") for row in rows]

    assert found == [1, 2, 3]
    assert absent == []


async def test_a_page_that_cannot_be_had_ends_the_listing_with_an_error(graph: Pretend) -> None:
    graph.on("/users", page(1, link=graph.link("/more")))
    graph.on("/more", error(404, "gone"))

    with pytest.raises(Exception, match="404"):
        await collected(graph)


@pytest.mark.parametrize("body", [{}, {"value": None}, {"value": {}}, {"value": [1]}])
async def test_a_page_without_rows_is_a_bad_answer(graph: Pretend, body: dict[str, object]) -> None:
    graph.on("/users", web.json_response(body))

    with pytest.raises(BadUpstreamAnswer):
        await collected(graph)


async def test_a_link_that_comes_again_is_refused_at_once(graph: Pretend) -> None:
    graph.on("/users", page(1, link=graph.link("/a")))
    graph.on("/a", page(2, link=graph.link("/b")))
    graph.on("/b", page(3, link=graph.link("/a")))

    with pytest.raises(PagesRefused, match="twice"):
        await collected(graph)

    assert len(graph.asked) == 3
    assert graph.waits == []


async def test_there_is_an_end_of_pages(graph: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGES_MAX", 3)
    graph.on("/users", *(page(number, link=graph.link(f"/users?n={number}")) for number in range(9)))

    with pytest.raises(PagesRefused, match="more than 3 pages"):
        await collected(graph)


async def test_a_link_to_a_decoy_is_never_fetched(graph: Pretend) -> None:
    async def decoy(request: web.Request) -> web.StreamResponse:
        raise AssertionError("the decoy was asked")

    graph.on("/decoy", decoy)
    other = graph.url.replace("127.0.0.1", "localhost")
    graph.on("/users", page(1, link=f"{other}/v1.0/decoy"))

    with pytest.raises(PagesRefused):
        await collected(graph)

    assert len(graph.asked) == 1


@pytest.mark.parametrize(
    "link",
    [
        "http://graph.microsoft.com/v1.0/users",
        "https://decoy.example/v1.0/users",
        "https://graph.microsoft.com.decoy.example/v1.0/users",
        "https://graph.microsoft.com:8443/v1.0/users",
        "https://decoy.example:443@graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com@decoy.example/v1.0/users",
        "https://graph.microsoft.com:pass@decoy.example/",
        "https://@graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com\\@decoy.example/v1.0/users",
        "https:\\\\graph.microsoft.com/v1.0/users",
        "https://graph\u3002microsoft.com/v1.0/users",
        "https://graph.microsoft.com\uff0fdecoy.example/",
        "https://gr\u0430ph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com\t.decoy.example/",
        "https://graph.microsoft.com\n/v1.0/users",
        " https://graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com:99999/",
        "https://graph.microsoft.com:port/",
        "https://[::1/",
        "https:///v1.0/users",
        "https:graph.microsoft.com/v1.0/users",
        "//graph.microsoft.com/v1.0/users",
        "/v1.0/users?$skiptoken=a",
        "ftp://graph.microsoft.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://graph.microsoft.com/" + "a" * 20_000,
        "",
        5,
        {"href": "https://graph.microsoft.com/v1.0/users"},
    ],
)
def test_a_link_that_leads_elsewhere_is_refused(link: object) -> None:
    with pytest.raises(PagesRefused):
        Links(GRAPH).follow(link)


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.microsoft.com/v1.0/users?$skiptoken=RFNwdAIAAQ",
        "https://graph.microsoft.com:443/v1.0/users?$skiptoken=a%20b",
        "HTTPS://Graph.Microsoft.com/v1.0/users",
    ],
)
def test_graphs_own_links_are_followed(link: str) -> None:
    url = Links(GRAPH).follow(link)

    assert (url.scheme, url.host, url.port) == ("https", "graph.microsoft.com", 443)


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "/data/download/1",
        "http://reports.office.com/data/download/1",
        "http://127.0.0.1:8080/data",
        "https://someone@reports.office.com/data",
        "https:///data",
        "ftp://reports.office.com/data",
    ],
)
def test_a_report_lies_at_an_https_address(location: str | None) -> None:
    with pytest.raises(BadUpstreamAnswer):
        download(location, GRAPH)


def test_a_report_may_lie_on_another_host() -> None:
    assert download("https://reports.office.com/data/1?sig=a%2Bb", GRAPH).host == "reports.office.com"
    assert download("http://localhost:9/data", URL("http://127.0.0.1:8")).port == 9
    with pytest.raises(BadUpstreamAnswer):
        download("http://reports.office.com/data", URL("http://127.0.0.1:8"))
