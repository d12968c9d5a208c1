"""The customer leaves."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import tenant
from app.domain.ids import TenantId
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class OffboardTenant:
    tenant: TenantId
    cause: UUID


def offboard_tenant(command: OffboardTenant, desk: Desk) -> int:
    """Returns how many facts were new; 0 if they left before."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.offboard(tenant.replay(history), at=desk.now()),
    )
