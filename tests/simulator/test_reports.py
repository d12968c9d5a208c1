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


APPS = "/reports/getM365AppUserDetail(period='D30')"
MAILBOX = "/reports/getMailboxUsageDetail(period='D30')"
EMAIL = "/reports/getEmailActivityUserDetail(period='D30')"
COPILOT = "/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='D30')"


@pytest.mark.parametrize(
    ("path", "workload"), [(APPS, "apps"), (MAILBOX, "exchange"), (EMAIL, "exchange"), (COPILOT, "copilot")]
)
def test_each_workloads_report_agrees_with_the_truth(shared: Driver, path: str, workload: str) -> None:
    users = shared.truth(at="2026-11-25T00:00:00Z", calls="none")["users"]
    last = {user["userPrincipalName"]: user["lastActivity"][workload] or "" for user in users}

    rows = download(shared, path)

    assert {row["User Principal Name"]: row["Last Activity Date"] for row in rows} == {
        row["User Principal Name"]: last[row["User Principal Name"]] for row in rows
    }
    assert {row["Report Refresh Date"] for row in rows} == {"2026-11-24"}
    assert {row["Report Period"] for row in rows} == {"30"}
    assert any(row["Last Activity Date"] for row in rows)


def test_programs_and_copilot_are_used_by_those_who_use_mail_and_teams(shared: Driver) -> None:
    active = {row["User Principal Name"]: row for row in download(shared, ACTIVE)}

    for row in download(shared, APPS):
        others = active[row["User Principal Name"]]
        days = (others["Exchange Last Activity Date"], others["OneDrive Last Activity Date"])
        assert row["Last Activity Date"] in (max(days), "")
    for row in download(shared, COPILOT):
        assert row["Last Activity Date"] in (active[row["User Principal Name"]]["Teams Last Activity Date"], "")


def test_columns_come_and_go_and_change_places(fresh: Driver) -> None:
    before = download(fresh, ACTIVE)
    rules = {"added": ["Loop Last Activity Date"], "missing": ["Display Name"], "shuffled": True, "lag_days": 4}
    fresh.control("/_reports/rules", {"tenant": fresh.tenant, **rules, "bom": False, "crlf": False})

    body = fresh.http.get(fresh.graph(ACTIVE).headers["location"]).content
    after = list(csv.DictReader(io.StringIO(body.decode(), newline="")))

    assert not body.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" not in body
    assert set(after[0]) == set(before[0]) - {"Display Name"} | {"Loop Last Activity Date"}
    assert [name for name in after[0] if name in before[0]] != [name for name in before[0] if name in after[0]]
    assert {row["Report Refresh Date"] for row in after} == {"2026-11-19"}


@pytest.mark.parametrize("wrong", [{"added": "x"}, {"shuffled": 1}, {"colour": "red"}])
def test_an_impossible_report_is_refused(shared: Driver, wrong: dict[str, Any]) -> None:
    assert shared.http.post(f"{shared.base}/_reports/rules", json=wrong).status_code == 400
