"""A source of knowledge opened or closed at a customer's."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import tenant
from app.domain.events.tenancy import Capability
from app.domain.ids import TenantId
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class NoteCapability:
    tenant: TenantId
    capability: Capability
    available: bool
    cause: UUID


def note_capability(command: NoteCapability, desk: Desk) -> int:
    """Returns how many facts were new; 0 if it was known to be so."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.note_capability(
            tenant.replay(history), capability=command.capability, available=command.available, at=desk.now()
        ),
    )
