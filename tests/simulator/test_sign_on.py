"""Signing people on at the simulated Entra, as a client sees it."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from jose import jwt

from app.simulator.world import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, DEFAULT_PROVIDER
from tests.simulator.driving import Driver

API = "6f0a1b5c-3d0e-4c76-9a64-0a2f0b7d1c11"
BACK = "https://sua.test/auth/callback"
VERIFIER = "v" * 64


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def asked(driver: Driver, **changed: str) -> Any:
    """The answer of the authorize page; an empty value is left out."""
    query = {
        "client_id": DEFAULT_CLIENT_ID,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": f"openid profile {API}/.default",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        **changed,
    }
    sent = {name: value for name, value in query.items() if value}
    return driver.http.get(f"{driver.base}/organizations/oauth2/v2.0/authorize", params=sent)


def came_back(driver: Driver, **changed: str) -> dict[str, str]:
    answer = asked(driver, **changed)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def redeem(driver: Driver, code: str, **changed: str) -> Any:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "scope": "",
    }
    return driver.ask_token("organizations", **{"scope": "", **form, **changed})


def test_the_page_offers_everybody_by_name(fresh: Driver) -> None:
    page = asked(fresh).text

    kinds = ["customer_admin", "customer_viewer", "auditor", "nobody"]
    others = ["provider_admin", "provider_operator", "reseller", "outsider", "decline"]
    assert [each for each in [*kinds, *others] if f'value="{each}"' not in page] == []


def test_a_code_becomes_tokens_for_the_client_and_for_its_api(fresh: Driver) -> None:
    code = came_back(fresh, **{"as": "customer_admin"})
    told = redeem(fresh, code["code"]).json()

    id_token, access = (jwt.get_unverified_claims(told[name]) for name in ("id_token", "access_token"))
    assert code["state"] == "a-state"
    assert (id_token["aud"], id_token["nonce"]) == (DEFAULT_CLIENT_ID, "a-nonce")
    assert (access["aud"], access["azp"], access["ver"]) == (API, DEFAULT_CLIENT_ID, "2.0")
    assert access["roles"] == ["Sua.Customer.Admin", "Sua.SeePersons"]
    assert access["tid"] == id_token["tid"] == fresh.tenant
    assert access["iss"] == f"{fresh.base}/{fresh.tenant}/v2.0"
    assert access["oid"] == id_token["oid"]
    assert "refresh_token" not in told


def test_staff_of_the_provider_are_of_its_directory(fresh: Driver) -> None:
    told = redeem(fresh, came_back(fresh, **{"as": "provider_admin"})["code"]).json()

    assert jwt.get_unverified_claims(told["access_token"])["tid"] == DEFAULT_PROVIDER


def test_somebody_without_a_role_gets_a_token_without_roles(fresh: Driver) -> None:
    told = redeem(fresh, came_back(fresh, **{"as": "nobody"})["code"]).json()

    assert "roles" not in jwt.get_unverified_claims(told["access_token"])


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"code_verifier": "w" * 64}, 50148),
        ({"code_verifier": ""}, 50148),
        ({"redirect_uri": "https://evil.test/"}, 50011),
        ({"client_secret": "wrong"}, 7000215),
    ],
)
def test_a_code_is_worth_nothing_without_all_that_belongs_to_it(
    fresh: Driver, changed: dict[str, str], number: int
) -> None:
    code = came_back(fresh, **{"as": "auditor"})["code"]

    assert redeem(fresh, code, **changed).json()["error_codes"] == [number]


def test_a_code_is_redeemed_once(fresh: Driver) -> None:
    code = came_back(fresh, **{"as": "auditor"})["code"]

    assert redeem(fresh, "another").json()["error_codes"] == [70008]
    assert redeem(fresh, code).status_code == 200
    assert redeem(fresh, code).json()["error_codes"] == [70008]


@pytest.mark.parametrize("missing", ["code_challenge", "code_challenge_method", "nonce"])
def test_a_request_without_challenge_or_nonce_gets_no_code(fresh: Driver, missing: str) -> None:
    told = came_back(fresh, **{"as": "auditor", missing: ""})

    assert told["error"] == "invalid_request"
    assert "code" not in told


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "another"},
        {"redirect_uri": "javascript:1"},
        {"response_type": "token"},
        {"as": "ghost"},
        {"scope": "x"},
    ],
)
def test_a_request_that_cannot_be_answered_by_redirect_gets_a_page(fresh: Driver, changed: dict[str, str]) -> None:
    answer = asked(fresh, **{"as": "auditor", **changed})

    assert (answer.status_code, "AADSTS" in answer.text) == (400, True)


def test_declining_comes_back_as_a_refusal(fresh: Driver) -> None:
    assert came_back(fresh, **{"as": "decline"})["error"] == "access_denied"


def test_signing_off_leads_back_to_the_app(fresh: Driver) -> None:
    address = f"{fresh.base}/{fresh.tenant}/oauth2/v2.0/logout"

    answer = fresh.http.get(address, params={"post_logout_redirect_uri": "https://sua.test/signed-out"})

    assert answer.headers["location"] == "https://sua.test/signed-out"
    assert fresh.http.get(address).status_code == 200
    assert DEFAULT_CLIENT_SECRET not in answer.text
