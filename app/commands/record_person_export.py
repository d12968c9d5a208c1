"""Everything kept about a person is about to be handed to them."""

from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import retried
from app.domain.errors import TenantUnknown
from app.domain.events.persons import PersonExported
from app.domain.ids import TenantId, UserId
from app.eventstore.streams import access_stream


@dataclass(frozen=True, slots=True)
class RecordPersonExport:
    """`cause`: of this one export; the other fields are those of the fact `PersonExported`."""

    tenant: TenantId
    user: UserId
    by: UUID | None
    cause: UUID


def record_person_export(command: RecordPersonExport, desk: Desk) -> int:
    """Record it, also of a customer who has left. Returns the position the export tells of. Raises TenantUnknown."""
    position = desk.store.head(command.tenant)
    if not position:
        raise TenantUnknown(f"There is no tenant {command.tenant}.")
    now = desk.now()
    stream = access_stream(now.astimezone(UTC).date())
    fact = PersonExported(happened_at=now, user=command.user, position=position, by=command.by)

    def attempt() -> int:
        _, version = desk.store.load(command.tenant, stream)
        return desk.store.append(command.tenant, stream, [fact], expected=version, cause=command.cause, at=now)

    desk.ring(command.tenant, retried(attempt))
    return position
