"""Somebody who invites, for tests of the door: real facts, and links that are the same each time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.commands.desk import Desk
from app.commands.invite_tenant import InviteTenant, invite_tenant
from app.commands.inviting import Invitation, Mailed, OpenLink
from app.commands.tenant_known import known_tenant
from app.commands.withdraw_invitation import WithdrawInvitation, withdraw_invitation
from app.domain.ids import TenantId
from app.domain.personal import Personal

TAILSPIN = TenantId(UUID("7e000000-0000-4000-8000-00000000000a"))
"""The customer that is invited."""
CAUSE = UUID(int=0x1A)
VALID_FOR = timedelta(days=14)


@dataclass(slots=True)
class Host:
    desk: Desk
    links: dict[TenantId, OpenLink] = field(default_factory=dict)
    made: int = 0

    def invite(self, customer: str, email: str) -> Invitation:
        invite_tenant(InviteTenant(TAILSPIN, customer, Personal.alone(email), CAUSE), self.desk)
        return self.again(TAILSPIN)

    def again(self, tenant: TenantId) -> Invitation:
        known, now = known_tenant(tenant, self.desk), self.desk.now()
        self.made += 1
        self.links[tenant] = OpenLink(now, now + VALID_FOR)
        link = f"https://sua.example/consent/link-{self.made}"
        return Invitation(tenant, known.customer, str(known.contact and known.contact.value), link, now + VALID_FOR)

    def withdraw(self, tenant: TenantId) -> int:
        facts = withdraw_invitation(WithdrawInvitation(tenant, CAUSE), self.desk)
        self.links.pop(tenant, None)
        return facts

    def deliver(self, invitation: Invitation) -> Mailed:
        return Mailed.NO_SERVER

    def open_links(self) -> Mapping[TenantId, OpenLink]:
        return self.links
