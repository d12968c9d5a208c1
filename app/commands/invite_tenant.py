"""The provider invites a customer."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import tenant
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class InviteTenant:
    """`tenant` is a new id; `contact` the e-mail address the link goes to."""

    tenant: TenantId
    customer: str
    contact: Personal
    cause: UUID


def invite_tenant(command: InviteTenant, desk: Desk) -> int:
    """Found the customer's log. A second time for one tenant: AlreadyInvited."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.invite(
            tenant.replay(history), customer=command.customer, contact=command.contact, at=desk.now()
        ),
    )
