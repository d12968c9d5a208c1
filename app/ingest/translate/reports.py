"""Usage reports: last activity per workload, by column name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.events.licensing import Workload
from app.ingest.graph_errors import BadUpstreamAnswer, ReportSchemaChanged
from app.ingest.graph_types import clean

NAME = "User Principal Name"
REFRESHED = "Report Refresh Date"
DELETED = "Is Deleted"


@dataclass(frozen=True, slots=True)
class Report:
    """A report function and which of its columns tell of which workload."""

    function: str
    columns: Mapping[str, Workload]

    def path(self, period: str = "D30") -> str:
        return f"/reports/{self.function}(period='{period}')"


TEAMS_USER_ACTIVITY = Report("getTeamsUserActivityUserDetail", {"Last Activity Date": Workload.TEAMS})
ACTIVE_USERS = Report(
    "getOffice365ActiveUserDetail",
    {
        "Exchange Last Activity Date": Workload.EXCHANGE,
        "OneDrive Last Activity Date": Workload.ONEDRIVE,
        "SharePoint Last Activity Date": Workload.SHAREPOINT,
        "Yammer Last Activity Date": Workload.YAMMER,
        "Teams Last Activity Date": Workload.TEAMS,
    },
)


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


def report_row(report: Report, row: Mapping[str, str]) -> ReportRow:
    """One row. Raises ReportSchemaChanged where a column SUA needs is gone; columns it does not know are ignored."""
    missing = sorted({NAME, REFRESHED, *report.columns} - row.keys())
    if missing:
        raise ReportSchemaChanged(f"{report.function} has no column {', '.join(missing)}")
    refreshed_on = _day(row[REFRESHED], REFRESHED)
    if refreshed_on is None:
        raise BadUpstreamAnswer(f"{report.function}: {REFRESHED} is empty")
    found = {workload: _day(row[column], column) for column, workload in report.columns.items()}
    return ReportRow(
        name=clean(row[NAME]).strip().casefold(),
        refreshed_on=refreshed_on,
        deleted=row.get(DELETED, "").strip().lower() == "true",
        # A day after the report's own is no activity anybody had.
        last_activity={
            workload: on for workload, on in found.items() if on is not None and on <= refreshed_on + timedelta(days=1)
        },
    )


def _day(text: str, column: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadUpstreamAnswer(f"{column} holds no date") from error
