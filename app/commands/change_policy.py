"""The customer sets their own rules."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import tenant
from app.domain.ids import TenantId
from app.domain.policy import Policy
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    tenant: TenantId
    policy: Policy
    cause: UUID


def change_policy(command: ChangePolicy, desk: Desk) -> int:
    """Returns how many facts were new; 0 if these rules are in force. Raises the Refused that names a bad rule."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.change_policy(tenant.replay(history), command.policy, at=desk.now()),
    )
