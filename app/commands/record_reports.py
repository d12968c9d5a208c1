"""What came of each usage report of one run: how old it was, whether it hid names, why it was refused."""

from dataclasses import dataclass

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain.events import Event
from app.domain.events.licensing import ReportReading, UsageReportsRead
from app.domain.ids import RunId, TenantId
from app.eventstore.streams import USAGE_REPORTS


@dataclass(frozen=True, slots=True)
class RecordReports:
    tenant: TenantId
    run: RunId
    reports: tuple[ReportReading, ...]


def record_reports(command: RecordReports, desk: Desk) -> int:
    """Returns how many facts were new; 0 where the last run found the same."""

    def decide(history: list[Event]) -> list[Event]:
        before = next((fact for fact in reversed(history) if isinstance(fact, UsageReportsRead)), None)
        if before is not None and before.reports == command.reports:
            return []
        return [UsageReportsRead(happened_at=desk.now(), run=command.run, reports=command.reports)]

    return decided(desk, command.tenant, USAGE_REPORTS, command.run, decide)
