"""One call record as Graph shows it now, new or revised."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import call
from app.domain.ids import TenantId
from app.domain.sightings import CallSighting
from app.eventstore.streams import call_stream


@dataclass(frozen=True, slots=True)
class RecordCall:
    tenant: TenantId
    sighting: CallSighting
    cause: UUID


def record_call(command: RecordCall, desk: Desk) -> int:
    """Returns how many facts were new; 0 for a revision known already or overtaken."""
    return decided(
        desk,
        command.tenant,
        call_stream(command.sighting.call.call),
        command.cause,
        lambda history: call.sight(call.replay(history), command.sighting),
    )
