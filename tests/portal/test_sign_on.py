"""Signing on: every kind of person gets in or is told why not, and nobody gets in by a trick."""

import dataclasses
from typing import Any

import httpx
import pytest

from app.simulator import sign_on
from app.simulator.accounts import Code
from tests.portal.place import AUDIENCE, ORIGIN, Browser, Place, query_of

ROLES = {
    "customer_admin": (["Sua.Customer.Admin", "Sua.SeePersons"], "customer"),
    "customer_viewer": (["Sua.Customer.Viewer"], "customer"),
    "auditor": (["Sua.Auditor"], "customer"),
    "provider_admin": (["Sua.Provider.Admin", "Sua.SeePersons"], "provider"),
    "provider_operator": (["Sua.Provider.Operator"], "provider"),
}


def why(answer: httpx.Response) -> str:
    """The code of the signed-out page the browser is led to."""
    assert answer.status_code == 302
    address = answer.headers["location"]
    assert address.startswith("/signed-out?why=")
    return query_of(address)["why"]


@pytest.mark.parametrize("who", ROLES)
async def test_a_person_with_a_role_signs_on_and_is_led_where_they_wanted(browser: Browser, who: str) -> None:
    answer = await browser.signs_on(who, back="/t/abc/overview?asOf=2026-06-01")

    told = await browser.session()
    assert answer.headers["location"] == "/t/abc/overview?asOf=2026-06-01"
    assert (told["roles"], told["audience"]) == ROLES[who]
    assert set(told) == {"status", "name", "roles", "directory", "audience", "csrf", "expiresAt", "idleSeconds"}


REFUSED = {
    "outsider": "UNKNOWN_TENANT",
    "nobody": "NO_ROLE",
    "reseller": "NO_GRANT",
    "decline": "DECLINED",
}


@pytest.mark.parametrize(("who", "code"), REFUSED.items())
async def test_whoever_may_see_nothing_is_told_why_and_has_no_session(
    browser: Browser, place: Place, who: str, code: str
) -> None:
    before = len(place.rows("portal_sessions"))

    assert why(await browser.signs_on(who)) == code
    assert (await browser.session())["code"] == "UNAUTHENTICATED"
    assert len(place.rows("portal_sessions")) == before


async def test_the_request_to_the_identity_provider_has_state_nonce_and_a_challenge(browser: Browser) -> None:
    asked = query_of(await browser.begins())

    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ORIGIN}/auth/callback"
    assert sorted(asked["scope"].split()) == sorted([f"{AUDIENCE}/.default", "openid", "profile"])
    assert min(len(asked[each]) for each in ("state", "nonce", "code_challenge")) >= 16


async def test_another_account_can_be_chosen(browser: Browser) -> None:
    assert query_of(await browser.begins(switch="1"))["prompt"] == "select_account"
    assert "prompt" not in query_of(await browser.begins())


async def test_a_state_is_used_once(browser: Browser) -> None:
    back = await browser.chooses(await browser.begins(), "customer_viewer")
    await browser.get(back)

    assert why(await browser.get(back)) == "EXPIRED"


async def test_a_state_of_another_browser_opens_nothing_and_stays_good_for_its_own(
    browser: Browser, place: Place
) -> None:
    """Else an attacker would sign somebody on as the attacker."""
    back = await browser.chooses(await browser.begins(), "customer_viewer")

    async with place.browser() as victim:
        assert why(await victim.get(back)) == "EXPIRED"
        await victim.begins()
        assert why(await victim.get(back)) == "EXPIRED"
        assert (await victim.session())["status"] == 401

    assert (await browser.get(back)).headers["location"] == "/"


async def test_two_tabs_sign_on_side_by_side(browser: Browser) -> None:
    first, second = await browser.begins("/portfolio"), await browser.begins("/onboarding")

    led = [await browser.chooses(each, "provider_admin") for each in (second, first)]
    answers = [await browser.get(each) for each in led]

    assert [each.headers["location"] for each in answers] == ["/onboarding", "/portfolio"]


@pytest.mark.parametrize("change", ["?code=x", "?state=x", "?state=a&state=b&code=x", "", "?error=access_denied"])
async def test_an_answer_that_was_not_asked_for_is_refused(browser: Browser, change: str) -> None:
    await browser.begins()

    assert why(await browser.get(f"/auth/callback{change}")) == "EXPIRED"


async def test_a_sign_on_that_took_too_long_is_refused(browser: Browser, place: Place) -> None:
    back = await browser.chooses(await browser.begins(), "customer_viewer")
    place.wall.by += place.terms.sign_on

    assert why(await browser.get(back)) == "EXPIRED"


async def test_a_code_of_another_sign_on_is_refused_for_its_verifier(browser: Browser, place: Place) -> None:
    """A stolen code is worth nothing without the verifier of the browser that asked for it."""
    stolen = query_of(await browser.chooses(await browser.begins(), "customer_admin"))["code"]

    async with place.browser() as thief:
        own = await thief.chooses(await thief.begins(), "customer_viewer")
        back = own.replace(query_of(own)["code"], stolen)

        assert why(await thief.get(back)) == "FAILED"
        assert (await thief.session())["status"] == 401


async def test_the_identity_provider_gives_nothing_for_a_code_without_verifier(browser: Browser, place: Place) -> None:
    code = query_of(await browser.chooses(await browser.begins(), "customer_viewer"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": place.terms.redirect_uri}
    proof = {"client_id": place.terms.client_id, "client_secret": place.proofs.credentials[0]}

    async with httpx.AsyncClient() as outside:
        answer = await outside.post(f"{place.base}/organizations/oauth2/v2.0/token", data={**form, **proof})

    assert (answer.status_code, answer.json()["error_codes"]) == (400, [50148])


def _tampered(monkeypatch: pytest.MonkeyPatch, tamper: Any) -> None:
    """The identity provider answers with other tokens than it should."""
    honest = sign_on.tokens_of

    def tokens_of(world: Any, code: Code, base: str) -> dict[str, Any]:
        return dict(tamper(honest, world, code, base))

    monkeypatch.setattr(sign_on, "tokens_of", tokens_of)


async def test_an_id_token_with_another_nonce_is_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    _tampered(
        monkeypatch, lambda honest, world, code, base: honest(world, dataclasses.replace(code, nonce="other"), base)
    )

    assert why(await browser.signs_on()) == "FAILED"
    assert (await browser.session())["status"] == 401


async def test_tokens_of_a_foreign_issuer_are_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed by a key that is known: only the issuer is not the tenant's."""
    _tampered(monkeypatch, lambda honest, world, code, base: honest(world, code, "https://login.evil.test"))

    assert why(await browser.signs_on()) == "FAILED"


async def test_an_issuer_of_another_tenant_is_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def mixed(honest: Any, world: Any, code: Code, base: str) -> dict[str, Any]:
        sign = world.keys.sign
        foreign = f"{base}/c3a9e7d1-58b2-4f06-a1d4-0e6f9b7c2d85/v2.0"
        with monkeypatch.context() as patch:
            patch.setattr(
                type(world.keys), "sign", lambda _, claims, seconds: sign({**claims, "iss": foreign}, seconds)
            )
            return dict(honest(world, code, base))

    _tampered(monkeypatch, mixed)

    assert why(await browser.signs_on()) == "FAILED"


async def test_an_access_token_of_somebody_else_is_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(honest: Any, world: Any, code: Code, base: str) -> dict[str, Any]:
        other = dataclasses.replace(code, account=dataclasses.replace(code.account, key="somebody"))
        return {**honest(world, code, base), "access_token": honest(world, other, base)["access_token"]}

    _tampered(monkeypatch, swapped)

    assert why(await browser.signs_on()) == "FAILED"


@pytest.mark.parametrize("given", ["id_token", "access_token"])
async def test_a_token_of_the_other_kind_is_refused(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    def doubled(honest: Any, world: Any, code: Code, base: str) -> dict[str, Any]:
        told = honest(world, code, base)
        return {**told, "id_token": told[given], "access_token": told[given]}

    _tampered(monkeypatch, doubled)

    assert why(await browser.signs_on()) == "FAILED"


async def test_a_new_secret_of_the_client_is_tried_when_the_old_one_is_refused(place: Place) -> None:
    rotated = dataclasses.replace(place.proofs, credentials=["an old one", *place.proofs.credentials])
    place.proofs = rotated

    async with place.browser() as browser:
        assert (await browser.signs_on()).headers["location"] == "/"


async def test_an_identity_provider_that_is_away_is_told_and_nothing_fails(place: Place) -> None:
    place.terms = dataclasses.replace(place.terms, login_url="http://127.0.0.1:9")

    async with place.browser() as browser:
        assert why(await browser.get("/auth/login")) == "TRY_LATER"


ELSEWHERE = [
    "//evil.test",
    "https://evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "javascript:alert(1)",
    "",
    "t/x",
    "/\tx",
    "/ x",
    "/x\r\nset-cookie: a=b",
    "/" + "x" * 3000,
    "/%0d\\x",
]


@pytest.mark.parametrize("back", ELSEWHERE)
async def test_a_way_back_that_leads_elsewhere_is_refused(browser: Browser, back: str) -> None:
    answer = await browser.http.get("/auth/login", params={"return": back})

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers


async def test_a_browser_at_another_name_of_this_host_is_led_to_the_public_one(place: Place) -> None:
    async with place.browser() as browser:
        answer = await browser.http.get("/auth/login?return=/portfolio", headers={"host": "127.0.0.1:8000"})
        again = await browser.http.get("/auth/login?return=/portfolio&here=1", headers={"host": "127.0.0.1:8000"})

    assert answer.headers["location"] == f"{ORIGIN}/auth/login?return=%2Fportfolio&here=1"
    assert again.headers["location"].startswith(place.base)
