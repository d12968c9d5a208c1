"""Whom and what not to trust (facts/graph.md, section j), and what becomes of a payload nobody can read."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest
from aiohttp import web
from typer.testing import CliRunner

from app.domain.ids import DirectoryId
from app.domain.tenant import REQUIRED_PERMISSIONS
from app.ingest.collect_phone_logs import DIRECT_ROUTING, PSTN
from app.ingest.feeds import carry_out
from app.ingest.fetch import fetch_due
from app.ingest.fetch_outcome import ATTEMPTS_MAX
from app.ingest.limits import scopes_of
from app.ingest.schedule import Due, Job
from app.ops.cli import app
from tests.database import Database
from tests.ingest.graph.pretend import error, pretending
from tests.ingest.office import Office, open_office

REPORT = "/reports/getTeamsUserActivityUserDetail(period='D30')"


@pytest.fixture(scope="module")
def shared(module_database: Database) -> Iterator[Office]:
    with open_office(module_database) as office:
        yield office


@pytest.fixture
def office(shared: Office) -> Office:
    shared.begin_anew()
    shared.browser.delete(f"{shared.simulator}/_faults")
    return shared


def test_sign_ins_of_all_tenants_wait_in_one_queue() -> None:
    """Item 2: ten requests a minute over all tenants."""
    asked = [scopes_of(DirectoryId(uuid4()), "/v1.0/users", "$select=id,signInActivity")[-1] for _ in range(2)]

    assert asked[0] == asked[1]
    assert (asked[0].shared, asked[0].limit.requests, asked[0].limit.seconds) == (True, 10, 60)


@pytest.mark.parametrize("trap", ["another tenant", "an error", "no roles"])
def test_what_the_redirect_says_is_not_believed(office: Office, trap: str) -> None:
    """Item 10: the token of the named directory proves a consent, and nothing else does."""
    invitation = office.invite()
    state = httpx.URL(office.browser.get(invitation.link).headers["location"]).params["state"]
    said = {"state": state, "tenant": str(office.directory), "admin_consent": "True"}
    if trap == "an error":
        office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS
        said["error"] = "access_denied"
    if trap == "no roles":
        office.world.consents[str(office.directory)] = ()

    office.browser.get(f"{office.web}/consent/callback", params=said)

    kinds = {type(fact).__name__ for fact in office.facts(invitation.tenant, "tenant")}
    assert "ConsentGranted" not in kinds
    assert office.rows("SELECT 1 FROM tenant_directory") == []


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


def test_a_payload_nobody_can_read_is_kept_whole_counted_and_shown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Graph's answer to `sua inbox list`."""
    invitation = office.invite()
    office.consent(invitation)
    carry_out(office.shop, Due(invitation.tenant, Job.SUBSCRIPTION))
    office.let_pass(days=2)
    (call,) = office.rows("SELECT call_id FROM inbox LIMIT 1")[0]
    with office.shop.database() as db:
        db.execute("DELETE FROM inbox WHERE call_id <> %s", (call,))
        db.execute("UPDATE inbox SET attempts = %s", (ATTEMPTS_MAX - 1,))
    never = {"kind": "mistype", "property": "endDateTime", "value": "0001-01-01T00:00:00Z"}
    office.control("/_faults", path="communications/callRecords", times=None, **never)

    asyncio.run(fetch_due(office.shop, invitation.tenant))

    monkeypatch.setenv("SUA_DATABASE_URL", office.database.writer_dsn)
    monkeypatch.setenv("SUA_DATABASE_READ_URL", office.database.reader_dsn)
    listed = json.loads(CliRunner().invoke(app, ["inbox", "list", "--json"]).stdout)
    counted = json.loads(CliRunner().invoke(app, ["inbox", "list", "--counts", "--json"]).stdout)
    assert [(UUID(row["call"]), row["state"], row["reason"], row["payload"]) for row in listed] == [
        (call, "DEAD", "RECORD_UNUSABLE", str(call))
    ]
    assert {(row["state"], row["reason"], row["items"]) for row in counted} == {
        ("DEAD", "RECORD_UNUSABLE", 1),
        ("KEPT", "RECORD_UNUSABLE", 1),
    }
    ((kept,),) = office.rows("SELECT to_jsonb(d)::text FROM dead_letters d")
    assert str(call) in kept
