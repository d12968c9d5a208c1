"""Whom and what not to trust (facts/graph.md, section j), and how fast to ask."""

from datetime import date
from uuid import uuid4

import httpx
import pytest
from aiohttp import web

from app.commands.inviting import Invitation
from app.domain.ids import DirectoryId
from app.domain.tenant import REQUIRED_PERMISSIONS
from app.ingest.collect_phone_logs import DIRECT_ROUTING, PSTN
from app.ingest.limits import scopes_of
from tests.ingest.graph.pretend import error, pretending
from tests.ingest.office import Office

REPORT = "/reports/getTeamsUserActivityUserDetail(period='D30')"


def test_sign_ins_of_all_tenants_wait_in_one_queue() -> None:
    """Item 2: ten requests a minute over all tenants."""
    asked = [scopes_of(DirectoryId(uuid4()), "/v1.0/users", "$select=id,signInActivity")[-1] for _ in range(2)]

    assert asked[0] == asked[1]
    assert (asked[0].shared, asked[0].limit.requests, asked[0].limit.seconds) == (True, 10, 60)


def test_calls_are_listed_at_most_forty_times_in_twenty_seconds() -> None:
    """Item 8: every page of a tenant's list counts, whatever it asks, and no window holds more than forty."""
    one, another = DirectoryId(uuid4()), DirectoryId(uuid4())
    queries = ("$filter=startDateTime ge 2026-11-20T00:00:00Z", "$skiptoken=abc", "")

    asked = [scopes_of(one, "/v1.0/communications/callRecords", query)[0] for query in queries]

    assert len(set(asked)) == 1
    limit = asked[0].limit
    assert (asked[0].shared, limit.requests, limit.seconds) == (False, 40, 20)
    assert limit.burst + limit.seconds / limit.interval_s() <= 40
    assert scopes_of(another, "/v1.0/communications/callRecords", "")[0] != asked[0]


def come_back(office: Office, invitation: Invitation, **said: str) -> httpx.Response:
    """Open the invitation's link, and come back with an answer that Microsoft never gave."""
    state = httpx.URL(office.browser.get(invitation.link).headers["location"]).params["state"]
    told = {"state": state, "tenant": str(office.directory), "admin_consent": "True"}
    return office.browser.get(f"{office.web}/consent/callback", params=told | said)


@pytest.mark.parametrize(
    ("trap", "status", "title"),
    [
        ("another tenant", 409, "Not confirmed yet"),
        ("an error", 200, "Consent was declined"),
        ("no roles", 200, "Some permissions are missing"),
    ],
)
def test_what_the_redirect_says_is_not_believed(office: Office, trap: str, status: int, title: str) -> None:
    """Item 10: the token of the named directory proves a consent, and nothing else does."""
    invitation = office.invite()
    if trap != "another tenant":
        office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS if trap == "an error" else ()

    page = come_back(office, invitation, **({"error": "access_denied"} if trap == "an error" else {}))

    assert (page.status_code, f"<title>{title}</title>" in page.text) == (status, True)
    kinds = {type(fact).__name__ for fact in office.facts(invitation.tenant, "tenant")}
    assert "ConsentGranted" not in kinds
    assert office.rows("SELECT 1 FROM tenant_directory") == []


def test_what_the_token_proves_is_believed(office: Office) -> None:
    """Item 10: the same way back, with nothing wrong."""
    invitation = office.invite()
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS

    page = come_back(office, invitation)

    assert (page.status_code, "is connected</title>" in page.text) == (200, True)
    assert "ConsentGranted" in {type(fact).__name__ for fact in office.facts(invitation.tenant, "tenant")}


async def test_a_wait_told_in_decimals_is_kept() -> None:
    """Item 11: `Retry-After: 2.128`."""
    async with pretending() as graph:
        graph.on("/users", error(429, "TooManyRequests", Retry_After="2.128"), web.json_response({"value": []}))
        async with graph.client() as client:
            assert [page async for page in client.pages("/users", {})] == [[]]

        assert len(graph.waits) == 1
        assert graph.waits[0] >= 2.128


async def test_a_reports_redirect_never_sees_the_token() -> None:
    """Item 15, first half."""
    async with pretending() as graph:
        graph.on(REPORT, web.Response(status=302, headers={"Location": f"{graph.url}/data"}))
        graph.on("/data", web.Response(body=b"A,B\r\n1,2\r\n"))
        async with graph.client() as client:
            assert [row async for row in client.csv(REPORT)] == [{"A": "1", "B": "2"}]

        assert ["Authorization" in request.headers for request in graph.asked] == [True, False]


def test_the_last_day_is_included_in_one_log_and_excluded_in_the_other() -> None:
    """Item 16: toDateTime."""
    day = date(2026, 11, 20)

    assert [address.split("(")[1] for log in (PSTN, DIRECT_ROUTING) for address in log.addresses(day, day)] == [
        "fromDateTime=2026-11-20,toDateTime=2026-11-20)",
        "fromDateTime=2026-11-20,toDateTime=2026-11-21)",
    ]
