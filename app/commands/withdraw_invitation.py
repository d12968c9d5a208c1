"""The provider takes an invitation back."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import tenant
from app.domain.ids import TenantId
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class WithdrawInvitation:
    tenant: TenantId
    cause: UUID


def withdraw_invitation(command: WithdrawInvitation, desk: Desk) -> int:
    """Returns how many facts were new; 0 if they left before. Raises TenantUnknown, InvitationAccepted."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.withdraw_invitation(tenant.replay(history), at=desk.now()),
    )
