"""The token endpoint as MSAL and the error branches see it, and tokens for the provider's own API."""

import time
from typing import Any

import httpx
import msal
import pytest
from jose import jwt

from app.simulator.world import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, ROLES
from tests.simulator.driving import SCOPE, Driver, driven


class LoopbackClient:
    """What MSAL needs of an HTTP client, sent in clear: MSAL itself insists on https addresses."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> httpx.Response:
        return self.http.get(self._clear(url), params=params, headers=self._proxied(headers))

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> httpx.Response:
        return self.http.post(self._clear(url), params=params, data=data, headers=self._proxied(headers))

    def close(self) -> None:
        self.http.close()

    def _clear(self, url: str) -> str:
        return url.replace("https://127.0.0.1", "http://127.0.0.1", 1)

    def _proxied(self, headers: Any) -> dict[str, str]:
        return {**(headers or {}), "X-Forwarded-Proto": "https"}


def application(driver: Driver, tenant: str, secret: str = DEFAULT_CLIENT_SECRET) -> Any:
    return msal.ConfidentialClientApplication(
        DEFAULT_CLIENT_ID,
        client_credential=secret,
        authority=f"{driver.base.replace('http:', 'https:')}/{tenant}",
        validate_authority=False,
        instance_discovery=False,
        http_client=LoopbackClient(driver.http),
    )


def test_msal_gets_a_token_that_carries_the_granted_roles(fresh: Driver) -> None:
    fresh.control(f"/_consent/{fresh.tenant}/grant")

    answer = application(fresh, fresh.tenant).acquire_token_for_client([SCOPE])

    claims = jwt.get_unverified_claims(answer["access_token"])
    assert claims["roles"] == list(ROLES)
    assert claims["tid"] == fresh.tenant
    assert answer["expires_in"] == 3599


def test_msal_reports_a_missing_consent_by_its_number(fresh: Driver) -> None:
    answer = application(fresh, fresh.tenant).acquire_token_for_client([SCOPE])

    assert answer["error_codes"] == [700016]


@pytest.mark.parametrize(
    ("tenant", "form", "status", "error", "number"),
    [
        (None, {"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        (None, {"client_secret": ""}, 401, "invalid_client", 7000218),
        (None, {"client_id": "00000000-0000-4000-8000-000000000000"}, 400, "unauthorized_client", 700016),
        (None, {"scope": "User.Read"}, 400, "invalid_scope", 70011),
        ("00000000-0000-4000-8000-000000000000", {}, 400, "invalid_request", 90002),
        ("common", {}, 400, "invalid_request", 9001023),
    ],
)
def test_a_refused_token_tells_its_number(
    shared: Driver, tenant: str | None, form: dict[str, str], status: int, error: str, number: int
) -> None:
    shared.control(f"/_consent/{shared.tenant}/grant")

    answer = shared.ask_token(tenant, **form)

    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert {"timestamp", "trace_id", "correlation_id"} <= body.keys()


def test_a_token_without_any_grant_has_no_roles(fresh: Driver) -> None:
    fresh.control(f"/_consent/{fresh.tenant}/grant", {"roles": []})

    token = fresh.ask_token().json()["access_token"]

    assert "roles" not in jwt.get_unverified_claims(token)


def test_an_expired_graph_token_is_refused() -> None:
    with driven(token_seconds=-5) as driver:
        answer = driver.graph("/organization")

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_the_shared_discovery_document_has_a_template_for_its_issuer(shared: Driver) -> None:
    document = shared.http.get(f"{shared.base}/organizations/v2.0/.well-known/openid-configuration").json()

    assert document["issuer"] == f"{shared.base}/{{tenantid}}/v2.0"
    assert shared.http.get(document["jwks_uri"]).json()["keys"][0]["issuer"] == document["issuer"]


def test_a_tokens_signature_can_be_checked_with_the_published_keys_also_after_a_rotation(fresh: Driver) -> None:
    wish = {"tid": fresh.tenant, "oid": fresh.tenant, "aud": "our-api", "roles": ["Reader"], "scp": "read", "azp": "x"}
    before = fresh.control("/_token", wish)["access_token"]
    fresh.control("/_keys/rotate")
    after = fresh.control("/_token", wish)["access_token"]

    keys = {key["kid"]: key for key in fresh.http.get(f"{fresh.base}/common/discovery/v2.0/keys").json()["keys"]}
    read = [
        jwt.decode(token, keys[jwt.get_unverified_header(token)["kid"]], algorithms=["RS256"], audience="our-api")
        for token in (before, after)
    ]

    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]
    for claims in read:
        assert claims["iss"] == f"{fresh.base}/{fresh.tenant}/v2.0"
        assert (claims["ver"], claims["idtyp"], claims["roles"]) == ("2.0", "user", ["Reader"])
        assert claims["exp"] - time.time() > 3500
