"""Usage reports: last activity per workload, by column name.

Microsoft adds columns every year and promises no order. `License Assign Date` columns tell of licences, not of use, and
`Assigned Products` holds display names: neither is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from app.domain.events.licensing import Workload
from app.ingest.graph_errors import BadUpstreamAnswer, ReportSchemaChanged
from app.ingest.graph_types import clean

NAME = "User Principal Name"
REFRESHED = "Report Refresh Date"
DELETED = "Is Deleted"


@dataclass(frozen=True, slots=True)
class Report:
    """A report function, its path below the Graph root, and which of its columns tell of which workload.

    `sign`: a column no other report has. `columns` are essential, `welcome` ones may be absent.
    """

    function: str
    sign: str
    columns: Mapping[str, Workload]
    welcome: Mapping[str, Workload] = field(default_factory=dict)
    room: str = "reports"
    query: str = ""

    def path(self, period: str = "D30") -> str:
        return f"/{self.room}/{self.function}(period='{period}'){self.query}"


_LAST = "Last Activity Date"
TEAMS_USER_ACTIVITY = Report("getTeamsUserActivityUserDetail", "Team Chat Message Count", {_LAST: Workload.TEAMS})
ACTIVE_USERS = Report(
    "getOffice365ActiveUserDetail",
    "Exchange Last Activity Date",
    {
        "Exchange Last Activity Date": Workload.EXCHANGE,
        "OneDrive Last Activity Date": Workload.ONEDRIVE,
        "SharePoint Last Activity Date": Workload.SHAREPOINT,
        "Teams Last Activity Date": Workload.TEAMS,
    },
    {"Yammer Last Activity Date": Workload.YAMMER, "Viva Engage Last Activity Date": Workload.YAMMER},
)
APP_USERS = Report("getM365AppUserDetail", "Last Activation Date", {_LAST: Workload.OFFICE_APPS})
EMAIL_ACTIVITY = Report("getEmailActivityUserDetail", "Send Count", {_LAST: Workload.EXCHANGE})
MAILBOX_USAGE = Report("getMailboxUsageDetail", "Storage Used (Byte)", {_LAST: Workload.EXCHANGE})
COPILOT_USAGE = Report(
    "getMicrosoft365CopilotUsageUserDetail",
    "Microsoft Teams Copilot Last Activity Date",
    {_LAST: Workload.COPILOT},
    room="copilot/reports",
    query="?$format=text/csv",
)
REPORTS = (ACTIVE_USERS, TEAMS_USER_ACTIVITY, APP_USERS, EMAIL_ACTIVITY, MAILBOX_USAGE, COPILOT_USAGE)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """`name` is folded for comparison. Concealed, it is a pseudonym that belongs to nobody SUA knows."""

    name: str
    refreshed_on: date
    deleted: bool
    last_activity: Mapping[Workload, date]

    @property
    def concealed(self) -> bool:
        """The tenant hides names. The setting cannot be read with SUA's permissions; a name without @ shows it.

        Some rows of people from outside have no name at all; they show nothing.
        """
        return bool(self.name) and "@" not in self.name


def report_with(columns: Mapping[str, object]) -> Report:
    """The report that has such columns; Teams user activity where none is known by them."""
    return next((report for report in REPORTS if report.sign in columns), TEAMS_USER_ACTIVITY)


def report_row(report: Report, row: Mapping[str, str]) -> ReportRow:
    """One row. Raises ReportSchemaChanged where a column SUA needs is gone; columns it does not know are ignored."""
    missing = sorted({NAME, REFRESHED, *report.columns} - row.keys())
    if missing:
        raise ReportSchemaChanged(f"{report.function} has no column {', '.join(missing)}")
    refreshed_on = _day(row[REFRESHED], REFRESHED)
    if refreshed_on is None:
        raise BadUpstreamAnswer(f"{report.function}: {REFRESHED} is empty")
    # A day after the report's own is no activity anybody had.
    latest = refreshed_on + timedelta(days=1)
    last_activity: dict[Workload, date] = {}
    for columns in (report.columns, report.welcome):
        for column, workload in columns.items():
            on = _day(row[column], column) if column in row else None
            if on is not None and on <= latest:
                last_activity[workload] = max(on, last_activity.get(workload, on))
    return ReportRow(
        name=clean(row[NAME]).strip().casefold(),
        refreshed_on=refreshed_on,
        deleted=row.get(DELETED, "").strip().lower() == "true",
        last_activity=last_activity,
    )


def _day(text: str, column: str) -> date | None:
    try:
        return _days(text)
    except ValueError as error:
        raise BadUpstreamAnswer(f"{column} holds no date") from error


@lru_cache(maxsize=1024)
def _days(text: str) -> date | None:
    """A report of 100,000 people names a few hundred days: each is made once and shared."""
    stripped = text.strip()
    return date.fromisoformat(stripped) if stripped else None
