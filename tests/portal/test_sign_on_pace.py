"""How often signing on may be tried from one address; what a stranger tells of it is not believed."""

import dataclasses

import httpx
import pytest
from starlette.applications import Starlette
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.portal.pace import place_of
from app.settings import Settings, SettingsRefused
from tests.portal.place import Place

PROXY, STRANGER = "10.0.0.5", "203.0.113.9"


def limited(place: Place, per_minute: int) -> Starlette:
    place.terms = dataclasses.replace(place.terms, sign_ons_per_minute=per_minute)
    return place.app()


async def statuses(place: Place, app: object, peer: str, *forwarded: str, path: str = "/auth/login") -> list[int]:
    """Of one request for each `X-Forwarded-For`, all from one peer; an empty one is not sent."""
    transport = httpx.ASGITransport(app, client=(peer, 40_000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=place.terms.public_url) as http:
        headers = [{"x-forwarded-for": each} if each else {} for each in forwarded]
        return [(await http.get(path, headers=each)).status_code for each in headers]


async def test_who_begins_too_often_is_told_when_to_come_again_and_the_neighbour_is_not(place: Place) -> None:
    app = limited(place, 2)
    async with place.browser(app) as browser:
        await browser.begins()
        await browser.begins()
        before = len(place.rows("portal_sign_ons"))
        answer = await browser.get("/auth/login")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert "SIGN_ONS_LIMITED" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert len(place.rows("portal_sign_ons")) == before
    assert await statuses(place, app, STRANGER, "") == [302]


async def test_coming_back_is_counted_apart_from_beginning(place: Place) -> None:
    async with place.browser(limited(place, 1)) as browser:
        assert (await browser.signs_on()).status_code == 302
        assert (await browser.session())["status"] == 200
        refused = await browser.get("/auth/callback?state=abc&code=def")

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")


async def test_behind_a_trusted_proxy_clients_count_by_the_address_it_tells(place: Place) -> None:
    app = ProxyHeadersMiddleware(limited(place, 1), [PROXY])  # type: ignore[arg-type]

    assert await statuses(place, app, PROXY, "198.51.100.1", "198.51.100.2", "198.51.100.1") == [302, 302, 429]
    assert await statuses(place, app, PROXY, f"198.51.100.3, {STRANGER}", f"198.51.100.4, {STRANGER}") == [302, 429]


async def test_an_address_told_by_anybody_else_is_not_believed(place: Place) -> None:
    app = ProxyHeadersMiddleware(limited(place, 1), [PROXY])  # type: ignore[arg-type]

    assert await statuses(place, app, STRANGER, "198.51.100.1", "198.51.100.2") == [302, 429]


async def test_what_a_page_asks_of_its_session_is_not_limited(place: Place) -> None:
    async with place.browser(limited(place, 1)) as browser:
        await browser.signs_on()

        assert [(await browser.session())["status"] for _ in range(5)] == [200] * 5


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("unix", ""),
    ],
)
def test_a_place_is_an_address_or_the_network_of_one_house(host: str, place: str) -> None:
    assert place_of(host) == place


@pytest.mark.parametrize("proxies", ["*", "proxy.example", "10.0.0.5/24"])
def test_proxies_are_trusted_by_address_alone(proxies: str) -> None:
    with pytest.raises(SettingsRefused, match="TRUSTED_PROXIES"):
        Settings.load(trusted_proxies=proxies)
