"""The simulated PSTN and Direct Routing logs: late, paged, with their own ends of a window, and true to the calls."""

from datetime import datetime
from typing import Any

import pytest

from app.simulator import phone_logs_api
from tests.simulator.driving import Driver, driven

RECORDS = "/communications/callRecords"
NEVER = "0001-01-01T00:00:00Z"


def pstn(since: str, until: str) -> str:
    return f"{RECORDS}/getPstnCalls(fromDateTime={since},toDateTime={until})"


def direct(since: str, until: str) -> str:
    return f"{RECORDS}/getDirectRoutingCalls(fromDateTime={since},toDateTime={until})"


@pytest.fixture(scope="module")
def driver() -> Any:
    """A company with weeks of calls."""
    with driven(days_history=30) as driver:
        yield driver


def true_rows(driver: Driver, log: str) -> list[dict[str, Any]]:
    answer = driver.http.get(f"{driver.base}/_truth/{driver.tenant}/phone_logs").raise_for_status()
    rows: list[dict[str, Any]] = answer.json()[log]
    return rows


def test_pstn_rows_are_true(driver: Driver) -> None:
    rows = driver.items(pstn("2026-10-01", "2026-11-23"))

    true = true_rows(driver, "pstn")
    assert len(true) > 40
    assert [(row["id"], row["userId"], f"{row['charge']:f}".rstrip("0")) for row in rows] == [
        (row["id"], row["user"], f"{float(row['charge']):f}".rstrip("0")) for row in true
    ]
    assert {row["callType"] for row in rows} >= {"user_in", "user_out", "conf_in"}
    assert len({row["currency"] for row in rows if row["charge"]}) == 2


def test_direct_routing_rows_lead_to_call_records_and_hide_numbers(driver: Driver) -> None:
    rows = driver.items(direct("2026-10-01", "2026-11-24"))

    records = {call["id"] for call in driver.truth()["calls"]}
    answered = [row for row in rows if row["successfulCall"]]
    failed = [row for row in rows if not row["successfulCall"]]
    assert [row["id"] for row in rows] == [row["id"] for row in true_rows(driver, "directRouting")]
    assert {row["correlationId"] for row in answered} <= records
    assert {row["correlationId"] for row in failed} & records == set()
    assert {row["failureDateTime"] for row in answered} == {NEVER}
    assert {row["startDateTime"] for row in failed} == {NEVER}
    assert all(row["callerNumber"].endswith("***") for row in rows)


def test_one_call_may_have_several_rows(driver: Driver) -> None:
    rows = driver.items(pstn("2026-10-01", "2026-11-23"))

    assert len({row["id"] for row in rows}) == len(rows)
    assert len({row["callId"] for row in rows}) < len(rows)


def test_the_last_day_is_part_of_the_one_log_and_not_of_the_other(driver: Driver) -> None:
    days = {
        path: {row.get("inviteDateTime", row["startDateTime"])[:10] for row in driver.items(path)}
        for path in (
            pstn("2026-11-16", "2026-11-18"),
            direct("2026-11-16", "2026-11-18"),
        )
    }

    assert list(map(max, days.values())) == ["2026-11-18", "2026-11-17"]


def test_rows_appear_a_day_or_two_after_the_call(driver: Driver) -> None:
    rows = driver.items(pstn("2026-10-01", "2026-11-23"))

    newest = max(datetime.fromisoformat(row["endDateTime"]) for row in rows)
    assert (driver.world.now - newest).total_seconds() >= 24 * 3600


def test_further_pages_are_skipped_to_and_the_count_is_the_pages(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_logs_api, "ROWS_PER_PAGE", 7)

    pages = list(driver.pages(pstn("2026-10-01", "2026-11-23")))

    assert [page["@odata.count"] for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert pages[0]["@odata.nextLink"].endswith("?$skip=7")
    assert sum(page["@odata.count"] for page in pages) == len(true_rows(driver, "pstn"))


@pytest.mark.parametrize(
    ("since", "until"),
    [("'2026-11-01'", "'2026-11-02'"), ("2026-11-02", "2026-11-01"), ("2026-08-01", "2026-11-01"), ("now", "then")],
)
def test_windows_graph_does_not_take(driver: Driver, since: str, until: str) -> None:
    assert driver.graph(pstn(since, until)).status_code == 400


def test_the_same_seed_has_the_same_log(driver: Driver) -> None:
    with driven(days_history=30) as other:
        assert true_rows(other, "pstn") == true_rows(driver, "pstn")
