"""Who called whom in a month is not kept any longer: it becomes unreadable in the log, and what it comes to stays."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import retried
from app.domain import retention
from app.domain.ids import TenantId
from app.eventstore.changes import StreamChange
from app.eventstore.dropping import MonthLeft
from app.eventstore.streams import RETENTION


@dataclass(frozen=True, slots=True)
class DropCallDetail:
    """`month`: as 2026-03, in UTC. `calls`: call records and log rows of it. `left`: makes what stays, when it is
    clear that the details go."""

    tenant: TenantId
    month: str
    calls: int
    left: Callable[[], MonthLeft]
    cause: UUID


def drop_call_detail(command: DropCallDetail, desk: Desk) -> int:
    """Returns how many facts were new; 0 if the month's details are gone already. Raises MonthNotDue.

    The fact, the end of the key and what stays are one transaction: killed anywhere, all of it was done or nothing.
    Tables follow as with any fact.
    """

    def attempt() -> tuple[int, int]:
        history, version = desk.store.load(command.tenant, RETENTION)
        facts = retention.drop(retention.replay(history), command.month, command.calls, at=desk.now())
        if not facts:
            return 0, 0
        change = StreamChange(RETENTION, version, facts)
        left = command.left()
        return len(facts), desk.store.drop_month(
            command.tenant, change, command.month, left, cause=command.cause, at=desk.now()
        )

    appended, position = retried(attempt)
    if appended:
        desk.ring(command.tenant, position)
    return appended
