"""Usage reports: the redirect, its refusal of the bearer token, the CSV."""

import csv
import io
from typing import Any

import pytest

from tests.simulator.driving import Driver

TEAMS = "/reports/getTeamsUserActivityUserDetail(period='D7')"
ACTIVE = "/reports/getOffice365ActiveUserDetail(period='D7')"


def download(driver: Driver, path: str) -> list[dict[str, Any]]:
    target = driver.graph(path).headers["location"]
    body = driver.http.get(target).content
    assert body.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in body
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("path", [TEAMS, ACTIVE])
def test_a_report_redirects_to_an_address_that_refuses_the_token(shared: Driver, path: str) -> None:
    answer = shared.graph(path)

    target = answer.headers["location"]
    assert (answer.status_code, shared.http.get(target).status_code) == (302, 200)
    assert shared.graph(target).status_code == 401


def test_last_activity_is_what_was_true_two_days_ago(shared: Driver) -> None:
    truth = {user["userPrincipalName"]: user for user in shared.truth(at="2026-11-25T00:00:00Z")["users"]}

    rows = download(shared, ACTIVE)

    assert {row["Report Refresh Date"] for row in rows} == {"2026-11-24"}
    assert {row["User Principal Name"] for row in rows} == {
        name for name, user in truth.items() if user["kind"] != "guest"
    }
    for row in rows:
        last = truth[row["User Principal Name"]]["lastActivity"]
        assert row["Teams Last Activity Date"] == (last["teams"] or "")
        assert row["Exchange Last Activity Date"] == (last["exchange"] or "")


def test_the_teams_report_counts_the_periods_calls(shared: Driver) -> None:
    calls = shared.truth(at="2026-11-25T00:00:00Z")["calls"]

    rows = download(shared, TEAMS)

    assert len(rows[0]) == 33
    for row in rows:
        mine = [call for call in calls if row["User Id"] in {party["userId"] for party in call["parties"]}]
        assert int(row["Call Count"]) == len([call for call in mine if call["type"] == "peerToPeer"])
        assert int(row["Meeting Count"]) == len([call for call in mine if call["type"] == "groupCall"])


def test_concealed_reports_show_pseudonyms(fresh: Driver) -> None:
    fresh.control(f"/_tenants/{fresh.tenant}/conceal", {"on": True})

    rows = download(fresh, ACTIVE)

    assert not [row for row in rows if "@" in row["User Principal Name"]]
    assert {len(row["User Principal Name"]) for row in rows} == {32}
