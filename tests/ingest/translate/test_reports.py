"""Usage reports by column name."""

import io
from datetime import date

import pytest

from app.domain.events.licensing import Workload
from app.ingest.graph_errors import BadUpstreamAnswer, ReportSchemaChanged
from app.ingest.reports_csv import rows_of
from app.ingest.translate.reports import (
    ACTIVE_USERS,
    NAME,
    REFRESHED,
    REPORTS,
    TEAMS_USER_ACTIVITY,
    Report,
    report_row,
    report_with,
)

TEAMS = {
    "Report Refresh Date": "2026-11-21",
    "User Principal Name": "Ana.Lima@Contoso.com",
    "Last Activity Date": "2026-11-19",
    "Is Deleted": "False",
}


def parsed(text: str | bytes) -> list[dict[str, str]]:
    return list(rows_of(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def test_byte_order_mark_line_ends_quotes_and_order_do_not_matter() -> None:
    text = '\ufeffLast Activity Date,User Principal Name\r\n2026-11-19,"a""b,\r\nc@x"\r\n\r\n'

    assert parsed(text) == [{"Last Activity Date": "2026-11-19", "User Principal Name": 'a"b,\r\nc@x'}]


@pytest.mark.parametrize("text", ["", "\ufeff", "A,B\r\n"])
def test_a_report_may_be_empty(text: str) -> None:
    assert parsed(text) == []


@pytest.mark.parametrize("text", ["A,B\r\n1\r\n", "A,B\r\n1,2,3\r\n", 'A,B\r\n"1,2\r\n', b"A,B\r\n\xff\xfe,2\r\n"])
def test_a_broken_file_is_a_bad_answer(text: str | bytes) -> None:
    with pytest.raises(BadUpstreamAnswer):
        parsed(text)


def test_teams_activity_is_one_workload() -> None:
    row = report_row(TEAMS_USER_ACTIVITY, TEAMS | {"A Column Of Next Year": "x"})

    assert (row.name, row.refreshed_on, row.deleted, row.concealed) == (
        "ana.lima@contoso.com",
        date(2026, 11, 21),
        False,
        False,
    )
    assert row.last_activity == {Workload.TEAMS: date(2026, 11, 19)}


def test_active_users_tell_of_each_workload_that_was_used() -> None:
    row = report_row(
        ACTIVE_USERS,
        {
            "Report Refresh Date": "2026-11-21",
            "User Principal Name": "ana@contoso.com",
            "Exchange Last Activity Date": "2026-11-20",
            "OneDrive Last Activity Date": "",
            "SharePoint Last Activity Date": "2026-10-01",
            "Yammer Last Activity Date": "",
            "Teams Last Activity Date": "2030-01-01",
        },
    )

    assert row.last_activity == {Workload.EXCHANGE: date(2026, 11, 20), Workload.SHAREPOINT: date(2026, 10, 1)}


def test_a_name_without_at_is_concealed() -> None:
    row = report_row(TEAMS_USER_ACTIVITY, TEAMS | {"User Principal Name": "FE7CC8C15246EDCCA289C9A4022762F7"})

    assert row.concealed is True


@pytest.mark.parametrize("column", ["User Principal Name", "Last Activity Date", "Report Refresh Date"])
def test_a_column_gone_is_a_changed_report(column: str) -> None:
    row = {name: value for name, value in TEAMS.items() if name != column}

    with pytest.raises(ReportSchemaChanged) as refused:
        report_row(TEAMS_USER_ACTIVITY, row)

    assert refused.value.code == "REPORT_SCHEMA_CHANGED"
    assert str(refused.value) == f"getTeamsUserActivityUserDetail has no column {column}"


def test_semicolons_are_a_changed_report() -> None:
    (row,) = parsed("Report Refresh Date;User Principal Name\r\n2026-11-21;a@x\r\n")

    with pytest.raises(ReportSchemaChanged):
        report_row(TEAMS_USER_ACTIVITY, row)


@pytest.mark.parametrize("change", [{"Last Activity Date": "19.11.2026"}, {"Report Refresh Date": ""}])
def test_what_is_no_date_is_a_bad_answer(change: dict[str, str]) -> None:
    with pytest.raises(BadUpstreamAnswer):
        report_row(TEAMS_USER_ACTIVITY, TEAMS | change)


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_known_by_a_column_of_its_own(report: Report) -> None:
    columns = {NAME: "a@x", REFRESHED: "2026-11-21", report.sign: ""} | dict.fromkeys(report.columns, "")

    assert report_with(columns) is report


def test_a_licence_assign_date_is_no_activity() -> None:
    row = dict.fromkeys(ACTIVE_USERS.columns, "") | {
        "Report Refresh Date": "2026-11-21",
        "User Principal Name": "ana@contoso.com",
        "Exchange License Assign Date": "2026-11-20",
    }

    assert report_row(ACTIVE_USERS, row).last_activity == {}
