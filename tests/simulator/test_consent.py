"""The consent page and its redirects."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from app.simulator.world import DEFAULT_CLIENT_ID
from tests.simulator.driving import SCOPE, Driver, driven

ASKED = {"client_id": DEFAULT_CLIENT_ID, "scope": SCOPE, "redirect_uri": "http://127.0.0.1:9/back", "state": "s 1"}


def back(driver: Driver, tenant: str = "organizations", **query: str) -> dict[str, str]:
    answer = driver.http.get(f"{driver.base}/{tenant}/v2.0/adminconsent", params={**ASKED, **query})
    assert answer.status_code == 302
    target = answer.headers["location"]
    assert target.startswith(ASKED["redirect_uri"])
    return dict(parse_qsl(urlsplit(target).query))


def test_accepting_redirects_with_the_tenant_and_opens_the_token_endpoint(fresh: Driver) -> None:
    before = fresh.ask_token().status_code

    returned = back(fresh, auto="accept")

    assert before == 400
    assert (returned["admin_consent"], returned["tenant"], returned["state"]) == ("True", fresh.tenant, "s 1")
    assert "CallRecords.Read.All" in returned["scope"]
    assert fresh.ask_token().status_code == 200


def test_declining_redirects_with_an_error_beside_admin_consent(fresh: Driver) -> None:
    returned = back(fresh, auto="decline")

    assert (returned["admin_consent"], returned["error"], returned["state"]) == ("True", "consent_required", "s 1")
    assert "AADSTS65004" in returned["error_description"]
    assert fresh.ask_token().json()["error_codes"] == [700016]


def test_whoever_consents_picks_the_tenant() -> None:
    with driven(tenants=2) as driver:
        second = driver.tenants[1]

        page = driver.http.get(f"{driver.base}/organizations/v2.0/adminconsent", params=ASKED).text
        returned = back(driver, answer="Accept", as_tenant=second)

        assert all(tenant in page for tenant in driver.tenants)
        assert returned["tenant"] == second
        assert (driver.ask_token(second).status_code, driver.ask_token().status_code) == (200, 400)


def test_a_company_founded_later_can_be_consented_for() -> None:
    with driven(users=40) as driver:
        before = list(driver.tenants)
        founded = driver.control("/_tenants", {"users": 30, "daysHistory": 2})

        page = driver.http.get(f"{driver.base}/organizations/v2.0/adminconsent", params=ASKED).text
        returned = back(driver, answer="Accept", as_tenant=founded["id"])

        assert founded["name"] in page
        assert founded["id"] not in before
        assert returned["tenant"] == founded["id"]
        assert (driver.ask_token(founded["id"]).status_code, driver.ask_token().status_code) == (200, 400)


@pytest.mark.parametrize(
    "wrong", [{"client_id": "x"}, {"redirect_uri": "javascript:alert(1)"}, {"scope": ""}, {"as_tenant": "x"}]
)
def test_a_wrong_request_stays_on_microsofts_page(shared: Driver, wrong: dict[str, str]) -> None:
    query = {**ASKED, "auto": "accept", **wrong}

    answer = shared.http.get(f"{shared.base}/organizations/v2.0/adminconsent", params=query)

    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_listed_scopes_grant_no_application_permission(fresh: Driver) -> None:
    returned = back(fresh, auto="accept", scope="User.Read")

    assert returned["error"] == "invalid_scope"
    assert fresh.ask_token().status_code == 400


def test_withdrawn_consent_ends_tokens_and_at_once_if_asked(fresh: Driver) -> None:
    fresh.token()

    fresh.control(f"/_consent/{fresh.tenant}/withdraw")
    with_old_token = fresh.graph("/organization").status_code
    fresh.control(f"/_consent/{fresh.tenant}/withdraw", {"immediately": True})
    cut_off = fresh.graph("/organization")

    assert fresh.ask_token().json()["error_codes"] == [700016]
    assert with_old_token == 200
    assert (cut_off.status_code, cut_off.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
