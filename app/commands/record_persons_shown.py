"""People's names are about to be shown to somebody."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from app.commands.desk import Desk
from app.commands.retry import retried
from app.domain.events.access import PersonsShown
from app.domain.ids import TenantId
from app.eventstore.streams import access_stream


@dataclass(frozen=True, slots=True)
class RecordPersonsShown:
    tenant: TenantId
    by: UUID


def hour_of(at: datetime) -> datetime:
    """The full hour, UTC, an instant lies in."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def record_persons_shown(command: RecordPersonsShown, desk: Desk) -> int:
    """Record it unless it is recorded for this hour, by whichever process. Returns how many facts were added."""
    now = desk.now()
    hour = hour_of(now)
    stream = access_stream(hour.date())
    fact = PersonsShown(happened_at=now, by=command.by, hour=hour)
    added: list[int] = []

    def attempt() -> int:
        past, version = desk.store.load(command.tenant, stream)
        added.clear()
        if any(isinstance(each, PersonsShown) and (each.by, each.hour) == (fact.by, hour) for each in past):
            return 0
        added.append(1)
        return desk.store.append(command.tenant, stream, [fact], expected=version, cause=uuid4(), at=now)

    position = retried(attempt)
    if added:
        desk.ring(command.tenant, position)
    return len(added)
