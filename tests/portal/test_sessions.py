"""Sessions: what a cookie opens, how long, and how it ends."""

import asyncio
import dataclasses
from datetime import datetime, timedelta

import pytest

from app.portal import sessions
from app.portal.sealing import csrf_token, hashed
from tests.auth.issuing import claims_at
from tests.portal.place import ORIGIN, Browser, Place

COOKIE = "__Host-sua"


async def test_a_session_asks_as_the_person_who_signed_on(browser: Browser) -> None:
    await browser.signs_on("customer_viewer")
    await browser.session()

    answer = await browser.asks()

    assert answer.json()["data"]["viewer"] == {"name": "Vera Viewer", "roles": ["CUSTOMER_VIEWER"]}


async def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_http(browser: Browser) -> None:
    answer = await browser.signs_on()

    (cookie,) = answer.headers.get_list("set-cookie")
    name, *attributes = (part.strip().lower() for part in cookie.split(";"))
    assert name.startswith("__host-sua=")
    assert sorted(attributes) == ["httponly", "path=/", "samesite=lax", "secure"]


async def test_no_token_reaches_the_browser_or_the_database(browser: Browser, place: Place) -> None:
    answer = await browser.signs_on("customer_admin")
    told = await browser.session()

    kept = [bytes(value) for row in place.rows("portal_sessions") for value in row if isinstance(value, bytes)]
    assert "eyJ" not in str(answer.headers) + str(told)
    assert len(kept) >= 2
    assert [value for value in kept if b"eyJ" in value or b"Ada Admin" in value or b"Sua." in value] == []
    assert browser.http.cookies[COOKIE].encode() not in kept


async def test_what_is_kept_of_a_session_opens_with_its_own_secret_only(browser: Browser, place: Place) -> None:
    """Whoever may write the table cannot give one session the rights of another."""
    await browser.signs_on("customer_viewer")
    weak = hashed(browser.http.cookies[COOKIE])
    async with place.browser() as other:
        await other.signs_on("provider_admin")
        strong = hashed(other.http.cookies[COOKIE])
    async with place.writing.connection() as db:
        moved = "UPDATE portal_sessions SET sealed = (SELECT sealed FROM portal_sessions WHERE session_hash = %s)"
        await db.execute(f"{moved} WHERE session_hash = %s", (strong, weak))

    assert (await browser.session())["code"] == "SESSION_EXPIRED"


async def test_a_session_begins_anew_with_each_sign_on_and_the_old_one_is_over(browser: Browser, place: Place) -> None:
    await browser.signs_on("customer_viewer")
    old = browser.http.cookies[COOKIE]
    await browser.signs_on("customer_admin")

    assert browser.http.cookies[COOKIE] != old
    async with place.browser() as thief:
        thief.http.cookies.set(COOKIE, old)
        assert (await thief.session())["code"] == "SESSION_EXPIRED"


async def test_a_cookie_somebody_else_has_planted_never_becomes_a_session(browser: Browser, place: Place) -> None:
    planted = "A" * 43
    browser.http.cookies.set(COOKIE, planted, domain="sua.test", path="/")
    answer = await browser.signs_on()

    assert planted not in answer.headers["set-cookie"]
    async with place.browser() as attacker:
        attacker.http.cookies.set(COOKIE, planted)
        assert (await attacker.session())["code"] == "SESSION_EXPIRED"


@pytest.mark.parametrize("given", ["", "x", "A" * 43, "A" * 5000, "é" * 10, "../../etc/passwd"])
async def test_a_cookie_that_is_no_session_is_told_to_be_over(browser: Browser, given: str) -> None:
    answer = await browser.http.get("/auth/session", headers=[(b"cookie", f"{COOKIE}={given}".encode())])

    assert (answer.status_code, answer.json()["code"]) == (401, "SESSION_EXPIRED")
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]


async def test_two_cookies_of_the_name_are_refused(browser: Browser) -> None:
    """One of them was set by somebody else."""
    await browser.signs_on()
    mine = browser.http.cookies[COOKIE]

    answer = await browser.http.get("/auth/session", headers={"cookie": f"{COOKIE}={mine}; {COOKIE}={'B' * 43}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")


async def test_an_idle_session_is_over_and_a_used_one_is_not(browser: Browser, place: Place) -> None:
    await browser.signs_on()
    await browser.session()
    step = place.terms.idle - timedelta(minutes=3)

    for _ in range(3):
        place.wall.by += step
        assert (await browser.asks()).status_code == 200
    place.wall.by += place.terms.idle

    answer = await browser.asks()
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "SESSION_EXPIRED")


async def test_what_a_page_asks_by_itself_does_not_keep_a_session_alive(browser: Browser, place: Place) -> None:
    await browser.signs_on()
    await browser.session()
    step = place.terms.idle / 2

    place.wall.by += step
    first = await browser.asks(x_sua_background="1")
    place.wall.by += step
    second = await browser.asks(x_sua_background="1")

    assert (first.status_code, second.status_code) == (200, 401)


async def test_a_session_is_over_at_its_end_however_much_it_is_used(browser: Browser, place: Place) -> None:
    await browser.signs_on()
    ends_at = datetime.fromisoformat((await browser.session())["expiresAt"])
    step = place.terms.idle / 2
    asked = 0

    while place.wall.now() + step < ends_at:
        place.wall.by += step
        asked += 1
        assert (await browser.asks()).status_code == 200
    place.wall.by += step

    assert asked > 20
    assert (await browser.asks()).status_code == 401


async def test_signing_out_ends_the_session_and_leads_to_the_end_of_the_providers_own(
    browser: Browser, place: Place
) -> None:
    await browser.signs_on()
    told = await browser.session()
    secret = browser.http.cookies[COOKIE]

    answer = await browser.signs_out()

    back = "post_logout_redirect_uri=https%3A%2F%2Fsua.test%2Fsigned-out"
    assert answer.json() == {"to": f"{place.base}/{told['directory']}/oauth2/v2.0/logout?{back}"}
    assert COOKIE not in browser.http.cookies
    assert [row for row in place.rows("portal_sessions") if row[0] == hashed(secret)] == []
    async with place.browser() as thief:
        thief.http.cookies.set(COOKIE, secret)
        assert (await thief.session())["code"] == "SESSION_EXPIRED"


async def test_signing_out_works_at_every_process_within_seconds(
    browser: Browser, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "KNOWN_SECONDS", 0.2)
    await browser.signs_on()
    await browser.session()
    async with place.browser(place.app()) as elsewhere:
        elsewhere.http.cookies.set(COOKIE, browser.http.cookies[COOKIE])
        assert (await elsewhere.session())["status"] == 200

        await browser.signs_out()
        await asyncio.sleep(0.25)

        assert (await elsewhere.session())["code"] == "SESSION_EXPIRED"


async def test_a_session_that_is_asked_often_costs_the_database_nothing(browser: Browser, place: Place) -> None:
    await browser.signs_on()
    await browser.session()
    await place.writing.close()

    assert (await browser.asks()).status_code == 200


async def test_while_the_database_is_away_nobody_is_told_to_be_signed_out(browser: Browser, place: Place) -> None:
    await browser.signs_on()
    await place.writing.close()

    told = await browser.session()
    answer = await browser.asks(x_sua_csrf=csrf_token(browser.http.cookies[COOKIE]))

    assert (told["status"], told["code"]) == (503, "DATABASE_DOWN")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "DATABASE_DOWN")
    assert COOKIE in browser.http.cookies


async def test_a_cookie_and_a_token_together_are_refused(browser: Browser) -> None:
    await browser.signs_on()
    await browser.session()

    answer = await browser.asks(authorization="Bearer x.y.z")

    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "not both" in answer.json()["errors"][0]["message"]


async def test_a_token_alone_is_as_good_as_before(place: Place) -> None:
    now = datetime.now().astimezone()
    directory = next(iter(place.entra.companies))
    claims = claims_at(now, tid=directory, aud=place.terms.audience, iss=f"{place.base}/{directory}/v2.0")
    token = place.entra.keys.sign(claims, 60)

    async with place.browser() as browser:
        answer = await browser.asks(authorization=f"Bearer {token}", origin="", x_sua_csrf="")

    assert answer.json()["data"]["viewer"]["roles"] == ["CUSTOMER_VIEWER"]


async def test_sessions_and_sign_ons_that_are_over_are_deleted_by_the_next(browser: Browser, place: Place) -> None:
    await browser.signs_on()
    await browser.begins()
    place.wall.by += place.terms.longest

    await browser.signs_on()

    assert len(place.rows("portal_sessions")) == 1
    assert place.rows("portal_sign_ons") == []


async def test_a_session_of_plain_http_has_a_cookie_of_another_name(place: Place) -> None:
    """Browsers keep no secure cookie for it; of https nothing else is good enough."""
    place.terms = dataclasses.replace(place.terms, public_url="http://localhost:8000")

    async with place.browser() as browser:
        answer = await browser.signs_on()

    assert answer.headers["set-cookie"].startswith("sua_local=")
    assert "Secure" not in answer.headers["set-cookie"]
    assert ORIGIN.startswith("https:")
