"""Other sites cannot use a browser's session: at the door, at the sign-out, and to look."""

import pytest

from tests.portal.conftest import NORTHWIND
from tests.portal.place import ORIGIN, Browser, Place

FORGED = {
    "no token": {"x_sua_csrf": ""},
    "a token of nothing": {"x_sua_csrf": "A" * 43},
    "a token without end": {"x_sua_csrf": "A" * 5000},
    "another site": {"origin": "https://evil.test", "sec_fetch_site": "cross-site"},
    "a page of a neighbouring host": {"origin": "https://other.sua.test", "sec_fetch_site": "same-site"},
    "the same host, another port": {"origin": "https://sua.test:8443", "sec_fetch_site": "same-site"},
    "the same host, not secured": {"origin": "http://sua.test", "sec_fetch_site": "cross-site"},
    "a sandboxed frame": {"origin": "null", "sec_fetch_site": "cross-site"},
    "no origin at all": {"origin": ""},
    "a browser that says it was another site": {"sec_fetch_site": "cross-site"},
    "an address typed, with a POST": {"sec_fetch_site": "none"},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
async def test_a_forged_request_is_refused_and_the_session_goes_on(browser: Browser, forged: dict[str, str]) -> None:
    await browser.signs_on()
    await browser.session()

    answer = await browser.asks(**forged)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "CSRF_REFUSED")
    assert (await browser.asks()).status_code == 200


async def test_a_token_of_another_session_is_refused(browser: Browser, place: Place) -> None:
    await browser.signs_on()
    async with place.browser() as other:
        await other.signs_on()
        await other.session()
        assert (await browser.asks(x_sua_csrf=other.csrf)).status_code == 403


async def test_a_token_is_of_one_sign_on(browser: Browser) -> None:
    await browser.signs_on()
    old = (await browser.session())["csrf"]
    await browser.signs_on()

    assert (await browser.asks(x_sua_csrf=old)).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/graphql?query={viewer{name}}", "/auth/session"])
async def test_another_site_cannot_make_a_browser_ask(browser: Browser, site: str, path: str) -> None:
    await browser.signs_on()

    assert (await browser.get(path, sec_fetch_site=site)).status_code == 403
    assert (await browser.get(path, sec_fetch_site="same-origin")).status_code == 200
    assert (await browser.get(path, sec_fetch_site="none")).status_code == 200


async def test_a_file_is_downloaded_by_a_session_and_not_for_another_site(browser: Browser) -> None:
    """Each export is a fact of the customer's log: a link elsewhere must not make one."""
    await browser.signs_on("customer_admin")
    path = f"/exports/{NORTHWIND}/costs.csv?asOf=2026-11-22"

    own, forged = [await browser.get(path, sec_fetch_site=site) for site in ("same-origin", "cross-site")]

    assert (own.status_code, own.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    assert (forged.status_code, forged.json()["errors"][0]["extensions"]["code"]) == (403, "CSRF_REFUSED")


async def test_signing_out_cannot_be_forged(browser: Browser) -> None:
    await browser.signs_on()
    await browser.session()

    without = await browser.http.post("/auth/logout", headers={"origin": ORIGIN})
    elsewhere = await browser.http.post(
        "/auth/logout", headers={"origin": "https://evil.test", "x-sua-csrf": browser.csrf}
    )
    by_link = await browser.get("/auth/logout")

    assert (without.status_code, elsewhere.status_code, by_link.status_code) == (403, 403, 405)
    assert (await browser.session())["status"] == 200
